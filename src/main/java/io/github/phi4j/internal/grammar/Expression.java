package io.github.phi4j.internal.grammar;

import java.util.List;
import java.util.OptionalInt;

/** An expression over Unicode code points and tokens, the body of a rule. Immutable. */
public sealed interface Expression {

  /** The maximum of a {@link Repetition} without one. */
  int UNBOUNDED = Integer.MAX_VALUE;

  /**
   * A literal text, possibly empty.
   *
   * @param text well-formed UTF-16
   */
  record Literal(String text) implements Expression {}

  /**
   * One character of a set.
   *
   * @param set the code points, at least one
   */
  record Characters(CodePoints set) implements Expression {}

  /**
   * An expression that matches nothing.
   *
   * @param place its position in the source
   * @param reason why it matches nothing
   */
  record Nothing(Place place, String reason) implements Expression {}

  /**
   * A sequence; without parts, the empty text.
   *
   * @param parts the parts in order
   */
  record Sequence(List<Expression> parts) implements Expression {

    /** Creates a sequence. */
    public Sequence {
      parts = List.copyOf(parts);
    }
  }

  /**
   * An alternation.
   *
   * @param alternatives at least one
   */
  record Choice(List<Expression> alternatives) implements Expression {

    /** Creates a choice. */
    public Choice {
      alternatives = List.copyOf(alternatives);
    }
  }

  /**
   * A repetition.
   *
   * @param item the repeated expression
   * @param min the minimum count
   * @param max the maximum count, at least {@code min}, or {@link #UNBOUNDED}
   */
  record Repetition(Expression item, int min, int max) implements Expression {}

  /**
   * A reference to another rule.
   *
   * @param rule its name
   * @param place its position in the source
   */
  record Reference(String rule, Place place) implements Expression {}

  /**
   * One token of the vocabulary, whatever its text, or any but that one.
   *
   * @param id its id, if given by id
   * @param text its text, if given by text
   * @param negated whether it stands for all other tokens
   * @param place its position in the source
   */
  record Token(OptionalInt id, String text, boolean negated, Place place) implements Expression {}

  /** Returns a sequence. */
  static Expression sequence(Expression... parts) {
    return parts.length == 1 ? parts[0] : new Sequence(List.of(parts));
  }

  /** Returns a choice. */
  static Expression choice(Expression... alternatives) {
    return alternatives.length == 1 ? alternatives[0] : new Choice(List.of(alternatives));
  }

  /** Returns a literal. */
  static Expression literal(String text) {
    return new Literal(text);
  }

  /** Returns a reference without a position. */
  static Expression reference(String rule) {
    return new Reference(rule, Place.NONE);
  }

  /** Returns an optional expression. */
  static Expression optional(Expression item) {
    return new Repetition(item, 0, 1);
  }

  /** Returns zero or more repetitions. */
  static Expression any(Expression item) {
    return new Repetition(item, 0, UNBOUNDED);
  }
}

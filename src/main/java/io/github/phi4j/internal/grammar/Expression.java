package io.github.phi4j.internal.grammar;

import java.util.List;
import java.util.OptionalInt;

/** What a rule matches, over Unicode code points and tokens. Immutable. */
public sealed interface Expression {

  /** The maximum of a {@link Repetition} without one. */
  int UNBOUNDED = Integer.MAX_VALUE;

  /**
   * A text, which may be empty.
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
   * What nothing matches.
   *
   * @param place where it is written
   * @param reason why nothing does
   */
  record Nothing(Place place, String reason) implements Expression {}

  /**
   * One after the other; without parts the empty text.
   *
   * @param parts what follows what
   */
  record Sequence(List<Expression> parts) implements Expression {

    /** Creates a sequence. */
    public Sequence {
      parts = List.copyOf(parts);
    }
  }

  /**
   * One of several.
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
   * The same several times.
   *
   * @param item what is repeated
   * @param min the least number of times
   * @param max the greatest number of times, at least {@code min}, or {@link #UNBOUNDED}
   */
  record Repetition(Expression item, int min, int max) implements Expression {}

  /**
   * What another rule matches.
   *
   * @param rule its name
   * @param place where this is written
   */
  record Reference(String rule, Place place) implements Expression {}

  /**
   * One token of the vocabulary, whatever its text, or any but that one.
   *
   * @param id its id, if that is what is known of it
   * @param text its text otherwise
   * @param negated whether all other tokens are meant
   * @param place where this is written
   */
  record Token(OptionalInt id, String text, boolean negated, Place place) implements Expression {}

  /** A sequence of what is given. */
  static Expression sequence(Expression... parts) {
    return parts.length == 1 ? parts[0] : new Sequence(List.of(parts));
  }

  /** A choice of what is given. */
  static Expression choice(Expression... alternatives) {
    return alternatives.length == 1 ? alternatives[0] : new Choice(List.of(alternatives));
  }

  /** A text. */
  static Expression literal(String text) {
    return new Literal(text);
  }

  /** What another rule matches, written nowhere. */
  static Expression reference(String rule) {
    return new Reference(rule, Place.NONE);
  }

  /** Zero or one. */
  static Expression optional(Expression item) {
    return new Repetition(item, 0, 1);
  }

  /** Any number, zero included. */
  static Expression any(Expression item) {
    return new Repetition(item, 0, UNBOUNDED);
  }
}

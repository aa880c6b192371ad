package io.github.phi4j.internal.schema;

import io.github.phi4j.api.GrammarException;
import io.github.phi4j.internal.grammar.Effort;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Evaluates formulas to sets of values, each once. A formula whose value depends on itself is an
 * error.
 */
final class Meanings {

  private static final int MAX_DEPTH = 200;
  private static final int MAX_NODES = 100_000;
  private static final int PROOF_DEPTH = 4;

  private final SchemaReader reader;
  private final Effort effort;
  private final Map<Node, List<Values>> known = new HashMap<>();
  private final Set<Node> open = new HashSet<>();
  private int proofs; // of emptiness, in progress

  /** A proof of emptiness depends on itself. */
  private static final class CircularException extends RuntimeException {
    private static final long serialVersionUID = 1;

    CircularException() {
      super(null, null, false, false);
    }
  }

  Meanings(SchemaReader reader, Effort effort) {
    this.reader = reader;
    this.effort = effort;
  }

  Effort effort() {
    return effort;
  }

  /**
   * Returns the values of a formula, as sets that differ in {@link Values#typed} or {@link
   * Values#mentioned}.
   */
  List<Values> of(Node node) {
    List<Values> values = known.get(node);
    if (values != null) {
      return values;
    }
    String pointer = node instanceof Node.At at ? at.location().pointer : "";
    if (open.size() >= MAX_DEPTH) {
      throw SchemaProblem.at(
          pointer, "schemas that are combined more than " + MAX_DEPTH + " deep", "fewer");
    }
    if (known.size() >= MAX_NODES) {
      throw new GrammarException(
          "the JSON Schema has more than " + MAX_NODES + " different parts; simplify it");
    }
    if (!open.add(node)) {
      if (proofs > 0) {
        throw new CircularException();
      }
      throw SchemaProblem.at(pointer, "a schema that refers back to itself", "one that ends");
    }
    effort.spend(20);
    try {
      values = compute(node);
    } catch (TooManyShapesException e) {
      throw node instanceof Node.At ? e.at(pointer) : e;
    } finally {
      open.remove(node);
    }
    known.put(node, values);
    return values;
  }

  private List<Values> compute(Node node) {
    return switch (node) {
      case Node.Any _ -> List.of(Values.ALL);
      case Node.Constant constant -> List.of(Values.of(List.of(constant.value()), effort));
      case Node.At at -> reader.read(at.location(), at.written(), this);
      case Node.All all -> {
        List<Values> both = List.of(Values.ALL);
        for (Node part : all.parts()) {
          both = and(both, of(part));
        }
        yield both;
      }
      case Node.Some some -> {
        List<Values> either = List.of();
        for (Node part : some.parts()) {
          either = or(either, of(part));
        }
        yield either;
      }
      case Node.Not not -> not(of(not.part()));
    };
  }

  List<Values> and(List<Values> one, List<Values> other) {
    List<Values> both = new ArrayList<>();
    for (Values a : one) {
      for (Values b : other) {
        Values values = a.and(b, effort);
        if (!values.isEmpty()) {
          both = or(both, List.of(values));
        }
      }
    }
    return both;
  }

  List<Values> or(List<Values> one, List<Values> other) {
    List<Values> either = new ArrayList<>(one);
    for (Values b : other) {
      int same = 0;
      while (same < either.size()
          && !(either.get(same).typed() == b.typed()
              && either.get(same).mentioned() == b.mentioned())) {
        same++;
      }
      if (same < either.size()) {
        either.set(same, either.get(same).or(b, effort));
      } else {
        either.add(b);
      }
    }
    return either;
  }

  List<Values> not(List<Values> values) {
    List<Values> others = List.of(Values.ALL);
    for (Values each : values) {
      others = and(others, List.of(each.not(this::isEmpty, effort)));
    }
    return others.stream().map(each -> each.typed(true, 0)).toList();
  }

  /** Returns whether a formula is evidently empty. */
  boolean isEmpty(Node node) {
    return isEmpty(node, PROOF_DEPTH);
  }

  /** Returns whether there is evidently no value. */
  boolean isEmpty(List<Values> all) {
    return isEmpty(all, PROOF_DEPTH);
  }

  private boolean isEmpty(Node node, int depth) {
    if (open.contains(node) || depth == 0) {
      return false;
    }
    proofs++;
    try {
      return isEmpty(of(node), depth);
    } catch (CircularException e) {
      return false;
    } finally {
      proofs--;
    }
  }

  private boolean isEmpty(List<Values> all, int depth) {
    return all.stream()
        .allMatch(values ->
            !values.nulls()
                && values.booleans() == 0
                && values.numbers().isEmpty()
                && values.strings().isEmpty()
                && values.arrays().stream().allMatch(shape -> isEmpty(shape, depth))
                && values.objects().stream().allMatch(shape -> isEmpty(shape, depth)));
  }

  /** Returns whether a shape is evidently empty. */
  boolean isEmpty(ArrayShape shape) {
    return isEmpty(shape, PROOF_DEPTH);
  }

  /** Returns whether a shape is evidently empty. */
  boolean isEmpty(ObjectShape shape) {
    return isEmpty(shape, PROOF_DEPTH);
  }

  private boolean isEmpty(ArrayShape shape, int depth) {
    for (int i = 0; i < Math.min(shape.min(), shape.prefix().size() + 1); i++) {
      if (isEmpty(shape.element(i), depth - 1)) {
        return true;
      }
    }
    return shape.isImpossible();
  }

  private boolean isEmpty(ObjectShape shape, int depth) {
    return shape.isImpossible()
        || shape.required().stream().anyMatch(name -> isEmpty(shape.member(name), depth - 1));
  }
}

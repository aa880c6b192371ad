package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.json.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A constraint on values: a formula over locations in schemas. Formulas are evaluated lazily, so
 * they may recurse. Equality is structural.
 */
sealed interface Node {

  /** Every value. */
  record Any() implements Node {}

  /**
   * The values valid for a schema.
   *
   * @param location the schema
   * @param written whether the values are to be written, not only checked: then undeclared members
   *     and unmentioned types may be left out
   */
  record At(Location location, boolean written) implements Node {}

  /** One value. */
  record Constant(Json value) implements Node {}

  /** Values in every one of some sets. */
  record All(Set<Node> parts) implements Node {}

  /** Values in at least one of some sets. */
  record Some(List<Node> parts) implements Node {}

  /** All values but those of a set. */
  record Not(Node part) implements Node {}

  /** Returns the formula of every value. */
  static Node any() {
    return new Any();
  }

  /** Returns the formula of no value. */
  static Node none() {
    return new Some(List.of());
  }

  /** Returns the conjunction. */
  static Node all(Node one, Node other) {
    return all(List.of(one, other));
  }

  /** Returns the conjunction. */
  static Node all(Collection<Node> nodes) {
    Set<Node> parts = new LinkedHashSet<>();
    for (Node node : nodes) {
      if (node instanceof All all) {
        parts.addAll(all.parts);
      } else if (node.equals(none())) {
        return none();
      } else if (!node.equals(any())) {
        parts.add(node);
      }
    }
    return parts.isEmpty() ? any() : parts.size() == 1 ? parts.iterator().next() : new All(parts);
  }

  /** Returns the disjunction. */
  static Node some(Collection<Node> nodes) {
    List<Node> parts = new ArrayList<>();
    for (Node node : nodes) {
      if (node.equals(any())) {
        return any();
      }
      if (node instanceof Some some) {
        parts.addAll(some.parts);
      } else if (!parts.contains(node)) {
        parts.add(node);
      }
    }
    return parts.isEmpty() ? none() : parts.size() == 1 ? parts.getFirst() : new Some(parts);
  }

  /** Returns the negation. */
  default Node not() {
    return switch (this) {
      case Any _ -> none();
      case Not not -> not.part;
      case At at -> new Not(new At(at.location, false));
      case Some some when some.parts.isEmpty() -> any();
      default -> new Not(checked());
    };
  }

  /** Returns this formula for values that are only checked, not written. */
  default Node checked() {
    return switch (this) {
      case At at -> new At(at.location, false);
      case All all -> all(all.parts.stream().map(Node::checked).toList());
      case Some some -> some(some.parts.stream().map(Node::checked).toList());
      case Any _, Constant _, Not _ -> this;
    };
  }
}

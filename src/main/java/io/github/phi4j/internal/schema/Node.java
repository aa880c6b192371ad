package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.json.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a value must be, as a formula over places in schemas: nothing of it is worked out until it
 * is asked for, so that formulas may recurse. Equal formulas are equal.
 */
sealed interface Node {

  /** Every value. */
  record Any() implements Node {}

  /**
   * The values that are valid for a schema.
   *
   * @param location the schema
   * @param written whether the values are to be written, and not only checked: then undeclared
   *     members and types that are not spoken of may be left out
   */
  record At(Location location, boolean written) implements Node {}

  /** One value. */
  record Constant(Json value) implements Node {}

  /** Values that are all of some. */
  record All(Set<Node> parts) implements Node {}

  /** Values that are one of some. */
  record Some(List<Node> parts) implements Node {}

  /** Values that are not. */
  record Not(Node part) implements Node {}

  /** Every value. */
  static Node any() {
    return new Any();
  }

  /** No value. */
  static Node none() {
    return new Some(List.of());
  }

  /** Values that are both. */
  static Node all(Node one, Node other) {
    return all(List.of(one, other));
  }

  /** Values that are all of some. */
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

  /** Values that are one of some. */
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

  /** Values that are not. */
  default Node not() {
    return switch (this) {
      case Any _ -> none();
      case Not not -> not.part;
      case At at -> new Not(new At(at.location, false));
      case Some some when some.parts.isEmpty() -> any();
      default -> new Not(checked());
    };
  }

  /** The same, of values that are checked only. */
  default Node checked() {
    return switch (this) {
      case At at -> new At(at.location, false);
      case All all -> all(all.parts.stream().map(Node::checked).toList());
      case Some some -> some(some.parts.stream().map(Node::checked).toList());
      case Any _, Constant _, Not _ -> this;
    };
  }
}

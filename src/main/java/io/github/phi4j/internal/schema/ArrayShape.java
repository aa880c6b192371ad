package io.github.phi4j.internal.schema;

import io.github.phi4j.api.GrammarException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A conjunction of constraints on arrays.
 *
 * @param prefix constraints on the first elements, one each
 * @param items the constraint on all further elements
 * @param min the minimum number of elements
 * @param max the maximum number of elements
 * @param contains the {@code contains} conditions
 * @param unique whether elements must differ
 * @param evaluated the number of evaluated elements, in the sense of {@code unevaluatedItems}
 * @param closed whether to write only evaluated elements, unless a minimum requires more
 */
record ArrayShape(
    List<Node> prefix,
    Node items,
    int min,
    int max,
    List<Contained> contains,
    boolean unique,
    int evaluated,
    boolean closed) {

  static final int UNBOUNDED = Integer.MAX_VALUE;

  static final ArrayShape ANY =
      new ArrayShape(List.of(), Node.any(), 0, UNBOUNDED, List.of(), false, 0, false);

  /**
   * A {@code contains} condition: how many elements must be valid for a formula.
   *
   * @param from the index of the first element that counts
   */
  record Contained(int from, Node value, int min, int max) {}

  static ArrayShape of(List<Node> prefix, Node items) {
    return new ArrayShape(prefix, items, 0, UNBOUNDED, List.of(), false, 0, false);
  }

  static ArrayShape counting(int min, int max) {
    return new ArrayShape(List.of(), Node.any(), min, max, List.of(), false, 0, false);
  }

  static ArrayShape containing(Contained contained) {
    return new ArrayShape(List.of(), Node.any(), 0, UNBOUNDED, List.of(contained), false, 0, false);
  }

  /** Returns the constraint on an element. */
  Node element(int index) {
    return index < prefix.size() ? prefix.get(index) : items;
  }

  /** Returns the conjunction of two shapes. */
  ArrayShape and(ArrayShape other) {
    if (equals(ANY) || other.equals(ANY)) {
      return equals(ANY) ? other : this;
    }
    List<Node> both = new ArrayList<>();
    for (int i = 0; i < Math.max(prefix.size(), other.prefix.size()); i++) {
      both.add(Node.all(element(i), other.element(i)));
    }
    int least = Math.max(min, other.min);
    int greatest = Math.min(max, other.max);
    Set<Contained> all = new LinkedHashSet<>(contains);
    all.addAll(other.contains);
    return new ArrayShape(
        List.copyOf(both),
        Node.all(items, other.items),
        least,
        greatest,
        List.copyOf(all),
        unique || other.unique,
        Math.max(evaluated, other.evaluated),
        closed || other.closed);
  }

  /** Returns the complement, as alternatives. */
  List<ArrayShape> not() {
    if (unique && max > 1) {
      throw new GrammarException("\"uniqueItems\" where it is negated");
    }
    List<ArrayShape> others = new ArrayList<>();
    if (min > 0) {
      others.add(counting(0, min - 1));
    }
    if (max < UNBOUNDED) {
      others.add(counting(max + 1, UNBOUNDED));
    }
    for (int i = 0; i < prefix.size(); i++) {
      if (!prefix.get(i).equals(Node.any())) {
        List<Node> before = new ArrayList<>(Collections.nCopies(i, Node.any()));
        before.add(prefix.get(i).not());
        others.add(of(List.copyOf(before), Node.any()).and(counting(i + 1, UNBOUNDED)));
      }
    }
    if (!items.equals(Node.any())) {
      others.add(containing(new Contained(prefix.size(), items.not(), 1, UNBOUNDED)));
    }
    for (Contained contained : contains) {
      if (contained.min > 0) {
        others.add(
            containing(new Contained(contained.from, contained.value, 0, contained.min - 1)));
      }
      if (contained.max < UNBOUNDED) {
        others.add(
            containing(
                new Contained(contained.from, contained.value, contained.max + 1, UNBOUNDED)));
      }
    }
    return others;
  }

  /** Returns whether the shape is evidently empty; false does not mean that it has arrays. */
  boolean isImpossible() {
    if (min > max) {
      return true;
    }
    for (int i = 0; i < Math.min(min, prefix.size() + 1); i++) {
      if (element(i).equals(Node.none())) {
        return true;
      }
    }
    return false;
  }

  /** Returns this shape with all elements evaluated and never closed. */
  ArrayShape whole() {
    return new ArrayShape(prefix, items, min, max, contains, unique, UNBOUNDED, false);
  }
}

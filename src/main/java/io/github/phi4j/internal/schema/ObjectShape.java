package io.github.phi4j.internal.schema;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A conjunction of constraints on objects. Conjunctions are single shapes again; complements are
 * lists of them.
 *
 * @param order names in order of declaration
 * @param rules constraints on the members with some names
 * @param required names of required members
 * @param some members of which at least one is required
 * @param min the minimum number of members
 * @param max the maximum number of members
 * @param evaluated the evaluated names, in the sense of {@code unevaluatedProperties}
 * @param closed whether to write only evaluated names
 */
record ObjectShape(
    Set<String> order,
    List<Rule> rules,
    Set<String> required,
    List<Rule> some,
    int min,
    int max,
    List<Names> evaluated,
    boolean closed) {

  static final int UNBOUNDED = Integer.MAX_VALUE;

  static final ObjectShape ANY =
      new ObjectShape(Set.of(), List.of(), Set.of(), List.of(), 0, UNBOUNDED, List.of(), false);

  /** A constraint on the members with some names. */
  record Rule(Names names, Node value) {}

  static ObjectShape of(Rule rule) {
    return new ObjectShape(
        Set.of(), List.of(rule), Set.of(), List.of(), 0, UNBOUNDED, List.of(), false);
  }

  static ObjectShape requiring(Set<String> names) {
    return new ObjectShape(Set.of(), List.of(), names, List.of(), 0, UNBOUNDED, List.of(), false);
  }

  static ObjectShape having(Rule member) {
    String name = member.names.single();
    return name != null
        ? new ObjectShape(
            Set.of(), List.of(member), Set.of(name), List.of(), 0, UNBOUNDED, List.of(), false)
        : new ObjectShape(
            Set.of(), List.of(), Set.of(), List.of(member), 0, UNBOUNDED, List.of(), false);
  }

  static ObjectShape counting(int min, int max) {
    return new ObjectShape(Set.of(), List.of(), Set.of(), List.of(), min, max, List.of(), false);
  }

  /** Returns the conjunction of two shapes. */
  ObjectShape and(ObjectShape other) {
    if (equals(ANY) || other.equals(ANY)) {
      return equals(ANY) ? other : this;
    }
    int least = Math.max(min, other.min);
    int greatest = Math.min(max, other.max);
    return new ObjectShape(
        joined(order, other.order),
        joined(rules, other.rules),
        joined(required, other.required),
        joined(some, other.some),
        least,
        greatest,
        joined(evaluated, other.evaluated),
        closed || other.closed);
  }

  private static <T> Set<T> joined(Set<T> one, Set<T> other) {
    if (other.isEmpty() || one.isEmpty()) {
      return one.isEmpty() ? other : one;
    }
    Set<T> joined = new LinkedHashSet<>(one);
    joined.addAll(other);
    return joined;
  }

  private static <T> List<T> joined(List<T> one, List<T> other) {
    if (other.isEmpty() || one.isEmpty()) {
      return one.isEmpty() ? other : one;
    }
    Set<T> joined = new LinkedHashSet<>(one);
    joined.addAll(other);
    return List.copyOf(joined);
  }

  /** Returns the complement, as alternatives. */
  List<ObjectShape> not() {
    List<ObjectShape> others = new ArrayList<>();
    for (String name : required) {
      others.add(of(new Rule(Names.only(name), Node.none())));
    }
    for (Rule rule : rules) {
      if (!rule.value.equals(Node.any())) {
        others.add(having(new Rule(rule.names, rule.value.not())));
      }
    }
    for (Rule member : some) {
      others.add(of(new Rule(member.names, member.value.not())));
    }
    if (min > 0) {
      others.add(counting(0, min - 1));
    }
    if (max < UNBOUNDED) {
      others.add(counting(max + 1, UNBOUNDED));
    }
    return others;
  }

  /** Returns the constraint on a member from the rules that list its name. */
  Node member(String name) {
    List<Node> values = new ArrayList<>();
    for (Rule rule : rules) {
      boolean plain = rule.names.patterns().isEmpty() && rule.names.parts().isEmpty();
      if (plain && rule.names.contains(name, List.of())) {
        values.add(rule.value);
      }
    }
    return Node.all(values);
  }

  /** Returns whether the shape is evidently empty; false does not mean that it has objects. */
  boolean isImpossible() {
    return min > max
        || required.size() > max
        || required.stream().anyMatch(name -> member(name).equals(Node.none()));
  }

  /** Returns this shape with other evaluated names and never closed. */
  ObjectShape evaluated(Collection<Names> names) {
    return new ObjectShape(order, rules, required, some, min, max, List.copyOf(names), false);
  }
}

package io.github.phi4j.internal.schema;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What objects have in common: all of these restrictions at once. The shapes of both of two, and of
 * those that are not one, are made of such, too.
 *
 * @param order names as they are declared
 * @param rules what the members of some names must be
 * @param required names of members that must be there
 * @param some members of which at least one must be there
 * @param min the least number of members
 * @param max the greatest number of members
 * @param evaluated the names that something was said about
 * @param closed whether only those are written
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

  /** What members of some names are. */
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

  /** Objects that are both. */
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

  /** The shapes of which every object is one that is not of this shape. */
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

  /** What a member must be, as far as it is said for its name alone. */
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

  /** Whether no object can be of this shape, as far as that is plain. */
  boolean isImpossible() {
    return min > max
        || required.size() > max
        || required.stream().anyMatch(name -> member(name).equals(Node.none()));
  }

  /** The same with other names evaluated, and never closed. */
  ObjectShape evaluated(Collection<Names> names) {
    return new ObjectShape(order, rules, required, some, min, max, List.copyOf(names), false);
  }
}

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
  record Rule(Names names, Node value) {
    /** Returns whether this constrains one member to listed values. */
    boolean tells() {
      return names.single() != null
          && (value instanceof Node.Constant
              || (value instanceof Node.At at
                  && (at.location().get("const") != null || at.location().get("enum") != null)));
    }
  }

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

  /**
   * Returns shapes whose union is the complement of this one. Those that violate a member with
   * listed values come first, and the others satisfy it: such a member usually discriminates
   * branches, so that the intersection of many complements has few shapes.
   */
  List<ObjectShape> not() {
    List<ObjectShape> others = new ArrayList<>();
    ObjectShape telling = ANY; // constraints of the shapes that follow
    for (Rule rule : rules) {
      if (rule.tells()) {
        String name = rule.names.single();
        if (required.contains(name)) {
          others.add(telling.and(of(new Rule(rule.names, Node.none()))));
          telling = telling.and(requiring(Set.of(name)));
        }
        others.add(telling.and(having(new Rule(rule.names, rule.value.not()))));
        telling = telling.and(of(rule));
      }
    }
    for (String name : required) {
      if (!telling.required.contains(name)) {
        others.add(telling.and(of(new Rule(Names.only(name), Node.none()))));
      }
    }
    for (Rule rule : rules) {
      if (!rule.tells() && !rule.value.equals(Node.any())) {
        others.add(telling.and(having(new Rule(rule.names, rule.value.not()))));
      }
    }
    for (Rule member : some) {
      others.add(telling.and(of(new Rule(member.names, member.value.not()))));
    }
    if (min > 0) {
      others.add(telling.and(counting(0, min - 1)));
    }
    if (max < UNBOUNDED) {
      others.add(telling.and(counting(max + 1, UNBOUNDED)));
    }
    return others;
  }

  /** Returns whether this shape is evidently a subset of another one that is written alike. */
  boolean isWithin(ObjectShape other) {
    return rules.size() >= other.rules.size()
        && min >= other.min
        && max <= other.max
        && closed == other.closed
        && required.containsAll(other.required)
        && rules.containsAll(other.rules)
        && some.containsAll(other.some)
        && List.copyOf(order).equals(List.copyOf(other.order))
        && evaluated.equals(other.evaluated);
  }

  /** Returns the constraint on a member from the rules that list its name. */
  Node member(String name) {
    List<Node> values = new ArrayList<>();
    for (Rule rule : rules) {
      if (rule.names.isOfNames() && rule.names.contains(name, List.of())) {
        values.add(rule.value);
      }
    }
    return Node.all(values);
  }

  /** Returns whether the shape is evidently empty; false does not mean that it has objects. */
  boolean isImpossible() {
    return min > max
        || required.size() > max
        || rules.stream()
            .anyMatch(rule ->
                rule.value.equals(Node.none())
                    && rule.names.isOfNames()
                    && required.stream().anyMatch(name -> rule.names.contains(name, List.of())));
  }

  /** Returns this shape with other evaluated names and never closed. */
  ObjectShape evaluated(Collection<Names> names) {
    return new ObjectShape(order, rules, required, some, min, max, List.copyOf(names), false);
  }
}

package io.github.phi4j.internal.schema;

import io.github.phi4j.api.GrammarException;
import io.github.phi4j.internal.grammar.Dfa;
import io.github.phi4j.internal.grammar.Effort;
import io.github.phi4j.internal.grammar.Leaf;
import io.github.phi4j.internal.grammar.States;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes the values of formulas as states of an automaton. Objects and arrays get a rule each, so
 * that they may recurse; other values are written inline. Values that cannot be completed are left
 * out everywhere, so every prefix has a completion.
 *
 * <p>White space is a blank, or a newline and up to twenty blanks or tabs, in the conventional
 * positions.
 */
final class Emitter {

  private static final Leaf SPACE =
      new Leaf(Patterns.whole("( |\n[ \t]{0,20})?", Effort.uncancelled()), Leaf.Form.PLAIN);

  /** The values of a formula, with plans for its arrays and objects. */
  private record Entry(Values values, List<Plan> plans) {
    boolean hasScalars() {
      return values.nulls()
          || values.booleans() != 0
          || !values.numbers().isEmpty()
          || values.strings().leaf(Leaf.Form.STRING).isPresent();
    }
  }

  /** The key of a rule: a formula, and whether its values are written canonically. */
  private record Use(Node node, boolean canonical) {}

  private final Meanings meanings;
  private final Effort effort;
  private final States states;
  private final Map<Node, Entry> entries = new LinkedHashMap<>();
  private final Sizes sizes;
  private final Set<Node> possible = new HashSet<>();
  private final Map<Use, Integer> rules = new HashMap<>();
  private final Deque<Use> open = new ArrayDeque<>();
  private boolean canonical; // whether values are now written canonically, one text per value

  Emitter(Meanings meanings, States states) {
    this.meanings = meanings;
    this.effort = meanings.effort();
    this.states = states;
    sizes = new Sizes(this::written, effort);
  }

  States states() {
    return states;
  }

  /**
   * Evaluates all formulas that the given one needs, before any state is written.
   *
   * @throws IllegalArgumentException if it has no values, or a keyword cannot be enforced
   */
  void prepare(Node root) {
    Map<Node, List<Node>> users = new HashMap<>();
    Deque<Node> found = new ArrayDeque<>(List.of(root));
    while (!found.isEmpty()) {
      Node node = found.poll();
      if (entries.containsKey(node)) {
        continue;
      }
      Entry entry = entry(node);
      entries.put(node, entry);
      for (Plan plan : entry.plans) {
        for (Node part : plan.parts()) {
          effort.spend(2);
          users.computeIfAbsent(part, _ -> new ArrayList<>()).add(node);
          found.add(part);
        }
      }
    }
    findPossible(users);
    entries.forEach((node, entry) -> {
      if (isPossible(node)) {
        checkNames(node, entry);
        checkSizes(node, entry);
      }
    });
  }

  /** Checks that objects have enough names for what is required of undeclared members. */
  private void checkNames(Node node, Entry entry) {
    for (Plan plan : entry.plans) {
      if (!(plan instanceof ObjectPlan object) || !object.isPossible(this::isPossible)) {
        continue;
      }
      if (!object.hasEnoughNames(this::isPossible)) {
        throw SchemaProblem.at(
            pointer(node),
            "\"minProperties\" above the number of names that are not declared and may be written",
            "a schema without that");
      }
      if (object.usesUpNames(this::isPossible)) {
        throw SchemaProblem.at(
            pointer(node),
            "a member that must not be as others are, with a pattern of more than "
                + ObjectPlan.FEW
                + " names, but so few that a text may use them up",
            "a pattern with fewer or more names");
      }
    }
  }

  /** Checks that arrays of distinct elements have enough values. */
  private void checkSizes(Node node, Entry entry) {
    List<ArrayShape> arrays = entry.values.arrays();
    int firstPlan = entry.plans.size() - arrays.size();
    for (int i = 0; i < arrays.size(); i++) {
      ArrayShape shape = arrays.get(i);
      Plan plan = entry.plans.get(firstPlan + i);
      if (!shape.unique() || !plan.isPossible(this::isPossible)) {
        continue;
      }
      List<Node> elements = plan.parts().stream().filter(this::isPossible).toList();
      if (!sizes.areEnough(shape, elements, this::possibleValues)) {
        throw SchemaProblem.unenforceable(
            pointer(node),
            "uniqueItems",
            "found with required elements of which too few that differ are known; require fewer");
      }
    }
  }

  /** Returns the values of a formula that can be written as a whole. */
  private Values possibleValues(Node node) {
    Entry entry = entries.get(node);
    if (entry == null) {
      return written(node);
    }
    List<ObjectShape> objects = entry.values.objects();
    List<ObjectShape> found = new ArrayList<>();
    for (int i = 0; i < objects.size(); i++) {
      if (entry.plans.get(i).isPossible(possible::contains)) {
        found.add(objects.get(i));
      }
    }
    return entry.values.withObjects(found);
  }

  private static String pointer(Node node) {
    return node instanceof Node.At at ? at.location().pointer : "";
  }

  private void findPossible(Map<Node, List<Node>> users) {
    Deque<Node> candidates = new ArrayDeque<>();
    entries.forEach((node, entry) -> {
      if (entry.hasScalars()) {
        possible.add(node);
      } else {
        candidates.add(node);
      }
    });
    while (!candidates.isEmpty()) {
      Node node = candidates.poll();
      effort.spend(10);
      if (!possible.contains(node)
          && entries.get(node).plans.stream()
              .anyMatch(plan -> plan.isPossible(possible::contains))) {
        possible.add(node);
        candidates.addAll(users.getOrDefault(node, List.of()));
      }
    }
  }

  private Entry entry(Node node) {
    Values values = written(node);
    List<Plan> plans = new ArrayList<>();
    try {
      for (ObjectShape shape : values.objects()) {
        plans.add(new ObjectPlan(shape, effort));
      }
      for (ArrayShape shape : values.arrays()) {
        plans.add(new ArrayPlan(shape, sizes::of));
      }
    } catch (GrammarException e) {
      throw e.getMessage().startsWith("the ")
          ? e
          : SchemaProblem.at(pointer(node), e.getMessage(), "a schema without that");
    }
    return new Entry(values, plans);
  }

  /**
   * Returns the values of a formula to write: if keywords constrain some types but the schema
   * leaves the type open, only values of those types.
   */
  private Values written(Node node) {
    Values written = Values.NONE;
    for (Values values : meanings.of(node)) {
      boolean all = values.typed() || values.mentioned() == 0;
      written = written.or(all ? values : values.ofTypes(values.mentioned()), effort);
    }
    return written;
  }

  /** Returns whether a formula has values. */
  boolean isPossible(Node node) {
    return possible.contains(node);
  }

  /** Returns whether all values of a formula are objects. */
  boolean isOfObjects(Node node) {
    Entry entry = entries.get(node);
    return !entry.hasScalars() && entry.values.arrays().isEmpty();
  }

  /** Adds the values of a formula. */
  int value(Node node, int next) {
    Entry entry = entries.get(node);
    return entry.plans.isEmpty() ? scalars(entry.values, next) : states.call(rule(node), next);
  }

  /** Adds the values of a formula, written canonically. */
  int canonicalValue(Node node, int next) {
    boolean before = canonical;
    canonical = true;
    int start = value(node, next);
    canonical = before;
    return start;
  }

  private int rule(Node node) {
    Use use = new Use(node, canonical);
    Integer rule = rules.get(use);
    if (rule == null) {
      rule = states.addRule();
      rules.put(use, rule);
      open.add(use);
    }
    return rule;
  }

  /** Adds the rules of all values used so far. */
  void finish() {
    while (!open.isEmpty()) {
      Use use = open.poll();
      canonical = use.canonical;
      Entry entry = entries.get(use.node);
      int start = scalars(entry.values, States.END);
      for (Plan plan : entry.plans) {
        if (plan.isPossible(possible::contains)) {
          start = either(start, plan.emit(this, States.END));
        }
      }
      effort.spend(10);
      states.defineRule(rules.get(use), start, false);
    }
    canonical = false;
  }

  private int scalars(Values values, int next) {
    int start = -1;
    if (values.nulls()) {
      start = states.text("null", next);
    }
    if ((values.booleans() & 1) != 0) {
      start = either(states.text("false", next), start);
    }
    if ((values.booleans() & 2) != 0) {
      start = either(states.text("true", next), start);
    }
    Dfa numbers = values.numbers().written(canonical, effort).orElse(null);
    if (numbers != null) {
      start = either(states.leaf(new Leaf(numbers, Leaf.Form.PLAIN), next), start);
    }
    Optional<Leaf> strings = values.strings().leaf(stringForm());
    if (strings.isPresent()) {
      start = either(states.leaf(strings.get(), next), start);
    }
    return start;
  }

  /** Returns whether each value has only one text. */
  boolean isCanonical() {
    return canonical;
  }

  Leaf.Form stringForm() {
    return canonical ? Leaf.Form.CANONICAL : Leaf.Form.STRING;
  }

  /** Adds a choice of two states, each of which may be -1 for none. */
  int either(int one, int other) {
    return one < 0 || other < 0 ? Math.max(one, other) : states.split(one, other);
  }

  int space(int next) {
    return canonical ? next : states.leaf(SPACE, next);
  }

  int comma(int next) {
    return canonical ? states.text(", ", next) : states.text(",", space(next));
  }

  int colon(int next) {
    return canonical ? states.text(": ", next) : states.text(":", space(next));
  }
}

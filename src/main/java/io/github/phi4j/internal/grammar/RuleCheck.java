package io.github.phi4j.internal.grammar;

import io.github.phi4j.api.GrammarException;
import io.github.phi4j.internal.grammar.GrammarRules.Rule;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/** Validates rules and analyses them for compilation. */
final class RuleCheck {

  /**
   * The maximum number of items of a rule that is inlined at each use. Longer rules are shared, and
   * so are their masks.
   */
  private static final int SHORT = 32;

  /** The maximum nesting of inlined rules, since compilation recurses. */
  private static final int DEEP = 50;

  private final GrammarRules rules;
  private final Map<String, List<String>> users = new HashMap<>(); // rules that use each rule
  private final Set<String> stuck = new HashSet<>(); // may begin with nothing but each other
  private final Set<String> dead;
  private final Set<String> nullable;
  private final Map<String, Set<String>> groups;
  private final List<String> order;
  private final Map<String, Integer> lengths = new HashMap<>(); // of short rules
  private final Map<String, Integer> depths = new HashMap<>(); // nesting of short rules

  /**
   * Checks rules.
   *
   * @throws GrammarException if a rule is missing, or nothing matches the root
   */
  RuleCheck(GrammarRules rules) {
    this.rules = rules;
    if (!rules.rules().containsKey(GrammarRules.ROOT)) {
      throw new GrammarException(
          "the grammar has no rule '" + GrammarRules.ROOT + "', the rule for the whole text");
    }
    rules.rules().forEach((name, rule) -> references(rule.body(), used -> use(name, used)));
    nullable = least((name, found) -> isNullable(body(name), found));
    dead = findDead();
    if (dead.contains(GrammarRules.ROOT)) {
      throw deadRoot();
    }
    Map<String, Map<String, Place>> starts = starts();
    groups = LeftRecursion.groups(keys(starts));
    order = orderByStart(starts);
    least((name, _) -> {
      int length = length(body(name));
      int depth = depth(body(name));
      if (length > SHORT || depth > DEEP || lengths.put(name, length) != null) {
        return false;
      }
      depths.put(name, depth);
      return true;
    });
  }

  /** Returns whether nothing matches a rule. */
  boolean isDead(String rule) {
    return dead.contains(rule);
  }

  /** Returns whether a rule may match the empty text. */
  boolean isNullable(String rule) {
    return nullable.contains(rule);
  }

  /** Returns whether a rule is inlined. */
  boolean isShort(String rule) {
    return lengths.containsKey(rule);
  }

  /** Returns all rules, each before those that it may begin with, but for those of its group. */
  List<String> order() {
    return order;
  }

  /** Returns the rules that a left-recursive rule may begin with and that may begin with it. */
  Set<String> group(String rule) {
    return groups.getOrDefault(rule, Set.of());
  }

  /** Returns whether an expression may match the empty text. */
  boolean isNullable(Expression expression) {
    return isNullable(expression, nullable);
  }

  /**
   * Finds the rules that match nothing: because a required part does, or because they have no
   * beginning.
   */
  private Set<String> findDead() {
    while (true) {
      Set<String> found = least((name, known) -> isDead(name, known));
      Set<String> begun = least((name, known) -> begins(body(name), found, known));
      List<String> more =
          rules.rules().keySet().stream()
              .filter(name -> !found.contains(name))
              .filter(name -> !nullable.contains(name) && !begun.contains(name))
              .toList();
      if (more.isEmpty()) {
        return found;
      }
      stuck.addAll(more);
    }
  }

  private boolean isDead(String rule, Set<String> known) {
    return stuck.contains(rule) || isDead(body(rule), known);
  }

  /** Returns whether an expression has a first byte or token. */
  private boolean begins(Expression expression, Set<String> none, Set<String> begun) {
    return switch (expression) {
      case Expression.Reference reference -> begun.contains(reference.rule());
      case Expression.Sequence sequence -> {
        boolean begins = false;
        boolean first = true;
        for (Expression part : sequence.parts()) {
          if (isDead(part, none)) {
            yield false;
          }
          begins |= first && begins(part, none, begun);
          first &= isNullable(part, nullable);
        }
        yield begins;
      }
      case Expression.Choice choice ->
          choice.alternatives().stream().anyMatch(e -> begins(e, none, begun));
      case Expression.Repetition(Expression item, int _, int max) ->
          max > 0 && begins(item, none, begun);
      case Expression.Literal literal -> !literal.text().isEmpty();
      case Expression.Nothing _ -> false;
      case Expression.Characters _, Expression.Token _ -> true;
    };
  }

  private GrammarException deadRoot() {
    Optional<Expression.Nothing> nothing =
        rules.rules().values().stream()
            .map(rule -> nothing(rule.body()))
            .flatMap(Optional::stream)
            .findFirst();
    return nothing.isPresent()
        ? rules.fault(
            nothing.get().place(),
            nothing.get().reason() + ", and the grammar cannot match without it")
        : endlessStart();
  }

  private void use(String user, Expression.Reference used) {
    if (!rules.rules().containsKey(used.rule())) {
      throw rules.fault(used.place(), "there is no rule '" + used.rule() + "'");
    }
    users.computeIfAbsent(used.rule(), _ -> new ArrayList<>()).add(user);
  }

  private static void references(Expression expression, Consumer<Expression.Reference> action) {
    switch (expression) {
      case Expression.Reference reference -> action.accept(reference);
      case Expression.Sequence sequence -> sequence.parts().forEach(e -> references(e, action));
      case Expression.Choice choice -> choice.alternatives().forEach(e -> references(e, action));
      case Expression.Repetition repetition -> references(repetition.item(), action);
      case Expression.Literal _,
          Expression.Characters _,
          Expression.Nothing _,
          Expression.Token _ -> {}
    }
  }

  /** Returns the least fixed point of a property that may depend on that of other rules. */
  private Set<String> least(BiPredicate<String, Set<String>> holds) {
    Set<String> found = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(rules.rules().keySet());
    while (!open.isEmpty()) {
      String name = open.poll();
      if (!found.contains(name) && holds.test(name, found)) {
        found.add(name);
        open.addAll(users.getOrDefault(name, List.of()));
      }
    }
    return found;
  }

  private Expression body(String rule) {
    return rules.rules().get(rule).body();
  }

  /** Returns whether nothing matches an expression; endless recursion counts as a match. */
  private static boolean isDead(Expression expression, Set<String> dead) {
    return switch (expression) {
      case Expression.Nothing _ -> true;
      case Expression.Reference reference -> dead.contains(reference.rule());
      case Expression.Sequence sequence -> sequence.parts().stream().anyMatch(e -> isDead(e, dead));
      case Expression.Choice choice ->
          choice.alternatives().stream().allMatch(e -> isDead(e, dead));
      case Expression.Repetition(Expression item, int min, int _) -> min > 0 && isDead(item, dead);
      case Expression.Literal _, Expression.Characters _, Expression.Token _ -> false;
    };
  }

  private static Optional<Expression.Nothing> nothing(Expression expression) {
    return switch (expression) {
      case Expression.Nothing nothing -> Optional.of(nothing);
      case Expression.Sequence sequence -> nothing(sequence.parts());
      case Expression.Choice choice -> nothing(choice.alternatives());
      case Expression.Repetition repetition -> nothing(repetition.item());
      default -> Optional.empty();
    };
  }

  private static Optional<Expression.Nothing> nothing(List<Expression> parts) {
    return parts.stream().map(RuleCheck::nothing).flatMap(Optional::stream).findFirst();
  }

  /** Returns the nesting of short rules in an expression. */
  private int depth(Expression expression) {
    return switch (expression) {
      case Expression.Reference reference -> 1 + depths.getOrDefault(reference.rule(), DEEP);
      case Expression.Sequence sequence ->
          sequence.parts().stream().mapToInt(this::depth).max().orElse(0);
      case Expression.Choice choice ->
          choice.alternatives().stream().mapToInt(this::depth).max().orElse(0);
      case Expression.Repetition repetition -> depth(repetition.item());
      default -> 0;
    };
  }

  private static boolean isNullable(Expression expression, Set<String> nullable) {
    return switch (expression) {
      case Expression.Reference reference -> nullable.contains(reference.rule());
      case Expression.Sequence sequence ->
          sequence.parts().stream().allMatch(e -> isNullable(e, nullable));
      case Expression.Choice choice ->
          choice.alternatives().stream().anyMatch(e -> isNullable(e, nullable));
      case Expression.Repetition(Expression item, int min, int _) ->
          min == 0 || isNullable(item, nullable);
      case Expression.Literal literal -> literal.text().isEmpty();
      case Expression.Characters _, Expression.Nothing _, Expression.Token _ -> false;
    };
  }

  /** Returns the number of items after expanding repetitions, capped above {@link #SHORT}. */
  private int length(Expression expression) {
    long length =
        switch (expression) {
          case Expression.Reference reference -> lengths.getOrDefault(reference.rule(), SHORT + 1);
          case Expression.Sequence sequence ->
              sequence.parts().stream().mapToLong(this::length).sum();
          // The sum, not the maximum: it estimates the size of the automaton.
          case Expression.Choice choice ->
              choice.alternatives().stream().mapToLong(this::length).sum();
          case Expression.Repetition(Expression item, int _, int max) -> (long) length(item) * max;
          case Expression.Literal literal -> literal.text().length();
          case Expression.Characters _, Expression.Nothing _, Expression.Token _ -> 1;
        };
    // At least 1, so that rules made only of empty rules do not multiply.
    return Math.clamp(length, 1, SHORT + 1);
  }

  /** Returns the rules that each rule may begin with, and where. */
  private Map<String, Map<String, Place>> starts() {
    Map<String, Map<String, Place>> starts = new LinkedHashMap<>();
    for (Map.Entry<String, Rule> rule : rules.rules().entrySet()) {
      Map<String, Place> first = new LinkedHashMap<>();
      starts(rule.getValue().body(), used -> first.putIfAbsent(used.rule(), used.place()));
      starts.put(rule.getKey(), first);
    }
    return starts;
  }

  private static Map<String, Set<String>> keys(Map<String, Map<String, Place>> starts) {
    Map<String, Set<String>> keys = new LinkedHashMap<>();
    starts.forEach((name, first) -> keys.put(name, first.keySet()));
    return keys;
  }

  private List<String> orderByStart(Map<String, Map<String, Place>> starts) {
    Map<String, Set<String>> next = keys(starts);
    for (Set<String> group : new HashSet<>(groups.values())) {
      Set<String> first = new LinkedHashSet<>();
      group.forEach(name -> first.addAll(next.get(name)));
      first.removeAll(group);
      group.forEach(name -> next.put(name, first));
    }
    Map<String, Integer> before = new HashMap<>(); // the number of rules that may begin with each
    next.values().forEach(first -> first.forEach(name -> before.merge(name, 1, Integer::sum)));
    List<String> ordered = new ArrayList<>();
    Deque<String> open = new ArrayDeque<>(rules.rules().keySet());
    open.removeIf(before::containsKey);
    while (!open.isEmpty()) {
      String name = open.poll();
      ordered.add(name);
      for (String other : next.get(name)) {
        if (before.merge(other, -1, Integer::sum) == 0) {
          open.add(other);
        }
      }
    }
    return ordered;
  }

  /**
   * Visits the references that an expression may begin with; returns whether it may match the empty
   * text.
   */
  private boolean starts(Expression expression, Consumer<Expression.Reference> action) {
    return switch (expression) {
      case Expression.Reference reference -> {
        action.accept(reference);
        yield nullable.contains(reference.rule());
      }
      case Expression.Sequence sequence -> {
        for (Expression part : sequence.parts()) {
          if (!starts(part, action)) {
            yield false;
          }
        }
        yield true;
      }
      case Expression.Choice choice -> {
        boolean empty = false;
        for (Expression alternative : choice.alternatives()) {
          empty |= starts(alternative, action);
        }
        yield empty;
      }
      case Expression.Repetition(Expression item, int min, int max) ->
          max == 0 || starts(item, action) || min == 0;
      case Expression.Literal _,
          Expression.Characters _,
          Expression.Nothing _,
          Expression.Token _ ->
          isNullable(expression, nullable);
    };
  }

  /** Reports a cycle of rules that may begin with nothing but each other. */
  private GrammarException endlessStart() {
    Map<String, Map<String, Place>> starts = starts();
    Set<String> seen = new LinkedHashSet<>();
    String name = stuck.iterator().next();
    while (seen.add(name)) {
      name = next(starts, name);
    }
    List<String> path = new ArrayList<>(List.of(name));
    for (String at = next(starts, name); !at.equals(name); at = next(starts, at)) {
      path.add(at);
    }
    path.add(name);
    return rules.fault(
        starts.get(path.get(0)).get(path.get(1)),
        "rule '"
            + name
            + "' can begin only with itself ("
            + String.join(" → ", path.subList(0, Math.min(path.size(), 10)))
            + (path.size() > 10 ? " → …" : "")
            + "); add an alternative that begins with something else");
  }

  private String next(Map<String, Map<String, Place>> starts, String rule) {
    return starts.get(rule).keySet().stream().filter(stuck::contains).findFirst().orElseThrow();
  }
}

package io.github.phi4j.internal.grammar;

import io.github.phi4j.api.GrammarException;
import io.github.phi4j.internal.grammar.GrammarRules.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * Compiles rules to an automaton, back to front: each expression is compiled with its continuation
 * state. Counted repetitions are expanded.
 */
final class AutomatonBuilder {

  private final GrammarRules rules;
  private final RuleCheck check;
  private final ToIntFunction<Expression.Token> tokens;
  private final Map<String, Integer> numbers = new HashMap<>(); // of rules, by name
  private final States states = new States(this::tooLarge);
  private Rule rule; // being compiled

  private AutomatonBuilder(GrammarRules rules, ToIntFunction<Expression.Token> tokens) {
    this.rules = rules;
    this.tokens = tokens;
    check = new RuleCheck(rules);
  }

  /**
   * Compiles rules.
   *
   * @param tokens resolves tokens to ids, or throws
   * @throws GrammarException if the rules are invalid or too large
   */
  static Automaton build(GrammarRules rules, ToIntFunction<Expression.Token> tokens) {
    return new AutomatonBuilder(rules, tokens).build();
  }

  private Automaton build() {
    List<String> order = check.order();
    for (String name : order) {
      numbers.put(name, states.addRule());
    }
    for (String name : order) {
      rule = rules.rules().get(name);
      if (check.isDead(name)) {
        states.defineRule(numbers.get(name), -1, false);
        continue;
      }
      boolean called = !check.isShort(name) || name.equals(GrammarRules.ROOT);
      int start =
          !check.group(name).isEmpty()
              ? leftRecursive(name)
              : called ? compile(rule.body(), States.END) : States.END;
      states.defineRule(numbers.get(name), start, check.isNullable(name));
    }
    return states.build(numbers.get(GrammarRules.ROOT));
  }

  /**
   * Returns the start of a left-recursive rule, by the left-corner transform: the rule starts with
   * a body of its group that has no leading rule of the group; after each rule of the group come
   * the continuations of its leading uses.
   */
  private int leftRecursive(String goal) {
    Map<String, Integer> ends = new HashMap<>();
    Map<String, List<Integer>> followers = new HashMap<>();
    for (String member : check.group(goal)) {
      ends.put(member, states.reserve());
      followers.put(member, new ArrayList<>());
    }
    int start = -1;
    for (String member : check.group(goal)) {
      if (!check.isDead(member)) {
        Expression body = rules.rules().get(member).body();
        start = either(begin(body, ends.get(member), followers), start);
      }
    }
    ends.forEach((member, end) -> {
      int way = member.equals(goal) ? States.END : -1;
      for (int follower : followers.get(member)) {
        way = either(follower, way);
      }
      states.define(end, way, -1);
    });
    return start;
  }

  /**
   * Returns the state before an expression that consumes something and has no leading rule of a
   * group; -1 if there is none.
   *
   * @param followers collects the states after leading rules of the group
   */
  private int begin(Expression expression, int next, Map<String, List<Integer>> followers) {
    if (next < 0) {
      return -1;
    }
    return switch (expression) {
      case Expression.Literal literal -> literal.text().isEmpty() ? -1 : compile(literal, next);
      case Expression.Sequence sequence -> {
        List<Expression> parts = sequence.parts();
        int start = -1;
        int[] rest = new int[parts.size() + 1];
        rest[parts.size()] = next;
        for (int i = parts.size() - 1; i > 0; i--) {
          rest[i] = compile(parts.get(i), rest[i + 1]);
        }
        boolean first = true;
        for (int i = 0; i < parts.size() && first; i++) {
          start = either(begin(parts.get(i), rest[i + 1], followers), start);
          first = check.isNullable(parts.get(i));
        }
        yield start;
      }
      case Expression.Choice choice -> {
        int start = -1;
        for (Expression alternative : choice.alternatives().reversed()) {
          start = either(begin(alternative, next, followers), start);
        }
        yield start;
      }
      case Expression.Repetition(Expression item, int min, int max) -> {
        if (max == 0) {
          yield -1;
        }
        int least = check.isNullable(item) ? 0 : Math.max(0, min - 1);
        int most = max == Expression.UNBOUNDED ? max : max - 1;
        int rest = repetition(new Expression.Repetition(item, least, most), next);
        yield begin(item, rest, followers);
      }
      case Expression.Reference reference -> {
        if (check.isDead(reference.rule())) {
          yield -1;
        }
        if (followers.containsKey(reference.rule())) {
          followers.get(reference.rule()).add(next);
          yield -1;
        }
        yield check.isShort(reference.rule())
            ? begin(rules.rules().get(reference.rule()).body(), next, followers)
            : states.callNonEmpty(numbers.get(reference.rule()), next);
      }
      case Expression.Characters _, Expression.Nothing _, Expression.Token _ ->
          compile(expression, next);
    };
  }

  private GrammarException tooLarge() {
    return rules.fault(
        rule.place(),
        "the grammar is too large: with repetitions counted out it has more than "
            + States.MAX_STATES
            + " states, which it reaches in this rule; count less far, or not at all");
  }

  /** Adds an expression; returns its start state, or -1 if nothing matches it. */
  private int compile(Expression expression, int next) {
    if (next < 0) {
      return -1;
    }
    return switch (expression) {
      case Expression.Literal literal -> states.text(literal.text(), next);
      case Expression.Characters characters -> states.characters(characters.set(), next);
      case Expression.Nothing _ -> -1;
      case Expression.Sequence sequence -> {
        int start = next;
        for (Expression part : sequence.parts().reversed()) {
          start = compile(part, start);
        }
        yield start;
      }
      case Expression.Choice choice -> {
        int start = -1;
        for (Expression alternative : choice.alternatives().reversed()) {
          start = either(compile(alternative, next), start);
        }
        yield start;
      }
      case Expression.Repetition repetition -> repetition(repetition, next);
      case Expression.Reference reference -> {
        if (check.isDead(reference.rule())) {
          yield -1;
        }
        yield check.isShort(reference.rule())
            ? compile(rules.rules().get(reference.rule()).body(), next)
            : states.call(numbers.get(reference.rule()), next);
      }
      case Expression.Token token -> states.token(tokens.applyAsInt(token), token.negated(), next);
    };
  }

  private int either(int one, int other) {
    return one < 0 || other < 0 ? Math.max(one, other) : states.split(one, other);
  }

  private int repetition(Expression.Repetition repetition, int next) {
    int start = next;
    int least = repetition.min();
    if (repetition.max() == Expression.UNBOUNDED) {
      int loop = states.reserve();
      int item = compile(repetition.item(), loop);
      if (item < 0) {
        return least == 0 ? next : -1;
      }
      states.define(loop, item, next);
      start = least == 0 ? loop : item;
      least = Math.max(0, least - 1);
    } else {
      for (int i = repetition.min(); i < repetition.max(); i++) {
        int item = compile(repetition.item(), start);
        if (item == start || item < 0) {
          break; // the item is empty or matches nothing
        }
        start = states.split(item, next);
      }
    }
    for (int i = 0; i < least; i++) {
      int item = compile(repetition.item(), start);
      if (item == start) {
        break;
      }
      start = item;
    }
    return start;
  }
}

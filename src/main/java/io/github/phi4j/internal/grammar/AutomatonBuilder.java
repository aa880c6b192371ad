package io.github.phi4j.internal.grammar;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.phi4j.api.GrammarException;
import io.github.phi4j.internal.grammar.Automaton.Kind;
import io.github.phi4j.internal.grammar.GrammarRules.Rule;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * Makes an automaton of rules, from their ends to their beginnings: each expression is told the
 * state to go on with. Repetitions are written out as often as they count.
 */
final class AutomatonBuilder {

  /** The most states that a grammar may have. */
  static final int MAX_STATES = 1_000_000;

  private static final int MAX_EDGES = 4 * MAX_STATES;

  private final GrammarRules rules;
  private final RuleCheck check;
  private final ToIntFunction<Expression.Token> tokens;
  private final Map<String, Integer> numbers = new HashMap<>(); // of the rules
  private final Map<CodePoints, Utf8Graph> graphs = new HashMap<>();
  private Rule rule; // at work
  private Kind[] kinds = new Kind[64];
  private int[] first = new int[64];
  private int[] second = new int[64];
  private int states;
  private int[] edges = new int[96];
  private int edgeCount;

  private AutomatonBuilder(GrammarRules rules, ToIntFunction<Expression.Token> tokens) {
    this.rules = rules;
    this.tokens = tokens;
    check = new RuleCheck(rules);
  }

  /**
   * Compiles rules.
   *
   * @param tokens tells the ids of tokens, or throws
   * @throws GrammarException if the rules do not make sense or are too large
   */
  static Automaton build(GrammarRules rules, ToIntFunction<Expression.Token> tokens) {
    return new AutomatonBuilder(rules, tokens).build();
  }

  private Automaton build() {
    List<String> order = check.order();
    for (String name : order) {
      numbers.put(name, numbers.size());
    }
    add(Kind.END, -1, -1);
    int[] starts = new int[order.size()];
    boolean[] nullable = new boolean[order.size()];
    for (int i = 0; i < starts.length; i++) {
      String name = order.get(i);
      rule = rules.rules().get(name);
      boolean called = !check.isShort(name) || name.equals(GrammarRules.ROOT);
      starts[i] = called ? compile(rule.body(), Automaton.END) : Automaton.END;
      nullable[i] = check.isNullable(name);
    }
    return new Automaton(
        Arrays.copyOf(kinds, states),
        Arrays.copyOf(first, states),
        Arrays.copyOf(second, states),
        Arrays.copyOf(edges, 3 * edgeCount),
        starts,
        nullable,
        numbers.get(GrammarRules.ROOT));
  }

  private int compile(Expression expression, int next) {
    return switch (expression) {
      case Expression.Literal literal -> literal(literal.text().getBytes(UTF_8), next);
      case Expression.Characters characters -> characters(characters.set(), next);
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
          start = split(compile(alternative, next), start);
        }
        yield start;
      }
      case Expression.Repetition repetition -> repetition(repetition, next);
      case Expression.Reference reference ->
          check.isShort(reference.rule())
              ? compile(rules.rules().get(reference.rule()).body(), next)
              : add(Kind.CALL, numbers.get(reference.rule()), next);
      case Expression.Token token ->
          add(token.negated() ? Kind.OTHER_TOKEN : Kind.TOKEN, tokens.applyAsInt(token), next);
    };
  }

  private int literal(byte[] bytes, int next) {
    int start = next;
    for (int i = bytes.length - 1; i >= 0; i--) {
      int edge = edgeCount;
      addEdge(bytes[i] & 0xff, bytes[i] & 0xff, start);
      start = add(Kind.BYTES, edge, 1);
    }
    return start;
  }

  private int characters(CodePoints set, int next) {
    List<List<Utf8Graph.Edge>> nodes = graphs.computeIfAbsent(set, Utf8Graph::new).nodes();
    int base = states;
    for (int i = 0; i < nodes.size(); i++) {
      int from = edgeCount;
      for (Utf8Graph.Edge edge : nodes.get(i)) {
        int target = edge.target() == Utf8Graph.DONE ? next : base + edge.target();
        addEdge(edge.from(), edge.to(), target);
      }
      add(Kind.BYTES, from, edgeCount - from);
    }
    return base;
  }

  private int repetition(Expression.Repetition repetition, int next) {
    int start = next;
    int least = repetition.min();
    if (repetition.max() == Expression.UNBOUNDED) {
      int loop = add(Kind.SPLIT, -1, next);
      int item = compile(repetition.item(), loop);
      first[loop] = item;
      start = least == 0 ? loop : item;
      least = Math.max(0, least - 1);
    } else {
      for (int i = repetition.min(); i < repetition.max(); i++) {
        int item = compile(repetition.item(), start);
        if (item == start) {
          break; // the item is empty
        }
        start = split(item, next);
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

  private int split(int one, int other) {
    return other < 0 || one == other ? one : add(Kind.SPLIT, one, other);
  }

  private int add(Kind kind, int one, int other) {
    if (states == MAX_STATES) {
      throw tooLarge();
    }
    if (states == kinds.length) {
      int length = Math.min(2 * states, MAX_STATES);
      kinds = Arrays.copyOf(kinds, length);
      first = Arrays.copyOf(first, length);
      second = Arrays.copyOf(second, length);
    }
    kinds[states] = kind;
    first[states] = one;
    second[states] = other;
    return states++;
  }

  private GrammarException tooLarge() {
    return rules.fault(
        rule.place(),
        "the grammar is too large: with repetitions counted out it has more than "
            + MAX_STATES
            + " states, which it reaches in this rule; count less far, or not at all");
  }

  private void addEdge(int from, int to, int target) {
    if (edgeCount == MAX_EDGES) {
      throw tooLarge();
    }
    if (3 * edgeCount == edges.length) {
      edges = Arrays.copyOf(edges, Math.min(2 * edges.length, 3 * MAX_EDGES));
    }
    edges[3 * edgeCount] = from;
    edges[3 * edgeCount + 1] = to;
    edges[3 * edgeCount + 2] = target;
    edgeCount++;
  }
}

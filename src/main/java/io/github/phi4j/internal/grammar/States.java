package io.github.phi4j.internal.grammar;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.phi4j.api.GrammarException;
import io.github.phi4j.internal.grammar.Automaton.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A builder for automata. It works back to front: each addition gets its continuation state. */
public final class States {

  /** The end state of every rule. */
  public static final int END = Automaton.END;

  /** The maximum number of states of a grammar. */
  static final int MAX_STATES = 1_000_000;

  private static final int MAX_EDGES = 4 * MAX_STATES;

  private final Supplier<GrammarException> tooLarge;
  private final Map<CodePoints, Utf8Graph> graphs = new HashMap<>();
  private final List<Automaton.Slot> leaves = new ArrayList<>();
  private Kind[] kinds = new Kind[64];
  private int[] first = new int[64];
  private int[] second = new int[64];
  private int states;
  private int[] edges = new int[96];
  private int edgeCount;
  private int[] starts = new int[8]; // by rule
  private boolean[] nullable = new boolean[8];
  private int rules;

  /** Creates a builder with the exception to throw if there are too many states. */
  public States(Supplier<GrammarException> tooLarge) {
    this.tooLarge = tooLarge;
    add(Kind.END, -1, -1);
  }

  /**
   * Adds a rule and returns its number. A rule must come before the rules that it may begin with.
   */
  public int addRule() {
    if (rules == starts.length) {
      starts = Arrays.copyOf(starts, 2 * rules);
      nullable = Arrays.copyOf(nullable, 2 * rules);
    }
    return rules++;
  }

  /** Defines the start of a rule and whether it matches the empty text. */
  public void defineRule(int rule, int start, boolean isNullable) {
    starts[rule] = start;
    nullable[rule] = isNullable;
  }

  /** Adds a literal text. */
  public int text(String text, int next) {
    byte[] bytes = text.getBytes(UTF_8);
    int start = next;
    for (int i = bytes.length - 1; i >= 0; i--) {
      int edge = edgeCount;
      addEdge(bytes[i] & 0xff, bytes[i] & 0xff, start);
      start = add(Kind.BYTES, edge, 1);
    }
    return start;
  }

  /** Adds one character of a set; a dead state if the set is empty. */
  public int characters(CodePoints set, int next) {
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

  /** Adds a leaf. */
  public int leaf(Leaf leaf, int next) {
    return leaf(() -> leaf, new int[] {-1, next});
  }

  /**
   * Adds a lazily created leaf.
   *
   * @param exits continuation states by label; kept, and may be filled until the automaton is built
   */
  public int leaf(Supplier<Leaf> leaf, int[] exits) {
    leaves.add(new Automaton.Slot(leaf, exits));
    return add(Kind.LEAF, leaves.size() - 1, -1);
  }

  /** Adds a call of a rule. */
  public int call(int rule, int next) {
    return add(Kind.CALL, rule, next);
  }

  /** Adds a call of another rule, which must consume something. */
  int callNonEmpty(int rule, int next) {
    return add(Kind.CALL_NON_EMPTY, rule, next);
  }

  /**
   * Opens a list of distinct parts, after the bracket of an array, or of an object for its names.
   */
  public int open(boolean names, int next) {
    return add(Kind.OPEN, names ? 1 : 0, next);
  }

  /** Checks a part, after an element or name that must differ from earlier ones. */
  public int isNew(int next) {
    return add(Kind.NEW, 0, next);
  }

  /** Adds one token, or any but that one. */
  int token(int id, boolean negated, int next) {
    return add(negated ? Kind.OTHER_TOKEN : Kind.TOKEN, id, next);
  }

  /** Adds a choice of two continuations. */
  public int split(int one, int other) {
    return one == other ? one : add(Kind.SPLIT, one, other);
  }

  /** Reserves a state to be defined later. */
  public int reserve() {
    return add(Kind.SPLIT, -1, -1);
  }

  /** Defines a reserved state as a choice of two continuations. */
  public void define(int reserved, int one, int other) {
    first[reserved] = one;
    second[reserved] = other;
  }

  /** Builds the automaton. */
  public Automaton build(int root) {
    return new Automaton(
        Arrays.copyOf(kinds, states),
        Arrays.copyOf(first, states),
        Arrays.copyOf(second, states),
        Arrays.copyOf(edges, 3 * edgeCount),
        leaves.toArray(Automaton.Slot[]::new),
        Arrays.copyOf(starts, rules),
        Arrays.copyOf(nullable, rules),
        root);
  }

  private int add(Kind kind, int one, int other) {
    if (states == MAX_STATES) {
      throw tooLarge.get();
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

  private void addEdge(int from, int to, int target) {
    if (edgeCount == MAX_EDGES) {
      throw tooLarge.get();
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

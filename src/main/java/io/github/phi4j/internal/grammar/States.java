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

/**
 * The states of an automaton in the making, from the ends of rules to their beginnings: what is
 * added is told the state to go on with.
 */
public final class States {

  /** The state that ends a rule. */
  public static final int END = Automaton.END;

  /** The most states that a grammar may have. */
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
  private int[] starts = new int[8]; // of rules
  private boolean[] nullable = new boolean[8];
  private int rules;

  /** Begins an automaton; tells what is thrown if it gets too many states. */
  public States(Supplier<GrammarException> tooLarge) {
    this.tooLarge = tooLarge;
    add(Kind.END, -1, -1);
  }

  /**
   * The number of a new rule. Rules that may begin with a call of another one come before that one.
   */
  public int addRule() {
    if (rules == starts.length) {
      starts = Arrays.copyOf(starts, 2 * rules);
      nullable = Arrays.copyOf(nullable, 2 * rules);
    }
    return rules++;
  }

  /** Tells where a rule begins, and whether it matches the empty text. */
  public void defineRule(int rule, int start, boolean isNullable) {
    starts[rule] = start;
    nullable[rule] = isNullable;
  }

  /** A text. */
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

  /** One character of a set; none if the set is empty. */
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

  /** A text of a leaf. */
  public int leaf(Leaf leaf, int next) {
    return leaf(() -> leaf, new int[] {-1, next});
  }

  /**
   * A text of a leaf that is asked for when it is needed first.
   *
   * @param exits where to go on by the label of the text; kept, and to be filled until the
   *     automaton is built
   */
  public int leaf(Supplier<Leaf> leaf, int[] exits) {
    leaves.add(new Automaton.Slot(leaf, exits));
    return add(Kind.LEAF, leaves.size() - 1, -1);
  }

  /** Another rule. */
  public int call(int rule, int next) {
    return add(Kind.CALL, rule, next);
  }

  /** Behind the bracket of an array whose elements must differ, or of an object for its names. */
  public int open(boolean names, int next) {
    return add(Kind.OPEN, names ? 1 : 0, next);
  }

  /** Behind an element, or a name, that must differ from those before. */
  public int isNew(int next) {
    return add(Kind.NEW, 0, next);
  }

  /** One token, or any but that one. */
  int token(int id, boolean negated, int next) {
    return add(negated ? Kind.OTHER_TOKEN : Kind.TOKEN, id, next);
  }

  /** Goes on in one of two ways. */
  public int split(int one, int other) {
    return one == other ? one : add(Kind.SPLIT, one, other);
  }

  /** A state that goes on in ways which are not there yet. */
  public int reserve() {
    return add(Kind.SPLIT, -1, -1);
  }

  /** Lets a reserved state go on in one of two ways. */
  public void define(int reserved, int one, int other) {
    first[reserved] = one;
    second[reserved] = other;
  }

  /** The automaton of what was added. */
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

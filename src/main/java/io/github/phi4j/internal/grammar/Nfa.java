package io.github.phi4j.internal.grammar;

import io.github.phi4j.api.GrammarException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * A builder for nondeterministic automata over Unicode scalar values. It works back to front: each
 * addition gets its continuation state. The result is made deterministic.
 */
public final class Nfa {

  private static final int MAX_STATES = 200_000;
  private static final int MAX_DETERMINISTIC = 50_000;

  /** The accepting state. */
  public static final int END = 0;

  private enum Where {
    ANY,
    BEGINNING,
    END
  }

  /** A state that consumes a character, or none, possibly at some positions only. */
  private record State(CodePoints set, Where place, int one, int other) {
    State(CodePoints set, int one, int other) {
      this(set, Where.ANY, one, other);
    }
  }

  private final Effort effort;
  private final List<State> states = new ArrayList<>();

  /** Creates an automaton with one state, {@link #END}. */
  public Nfa(Effort effort) {
    this.effort = effort;
    add(new State(null, -1, -1));
  }

  /** Adds a state that consumes one character. */
  public int characters(CodePoints set, int next) {
    return add(new State(set, next, -1));
  }

  /** Adds a choice of two continuations. */
  public int split(int one, int other) {
    return one == other ? one : add(new State(null, one, other));
  }

  /** Reserves a state to be defined later. */
  public int reserve() {
    return add(new State(null, -1, -1));
  }

  /** Defines a reserved state as a choice of two continuations. */
  public void define(int reserved, int one, int other) {
    states.set(reserved, new State(null, one, other));
  }

  /** Adds a state that continues only at the beginning of the text. */
  public int beginning(int next) {
    return add(new State(null, Where.BEGINNING, next, -1));
  }

  /** Adds a state that continues only at the end of the text. */
  public int end(int next) {
    return add(new State(null, Where.END, next, -1));
  }

  /** Adds a literal text. */
  public int text(String text, int next) {
    int[] characters = text.codePoints().toArray();
    int start = next;
    for (int i = characters.length - 1; i >= 0; i--) {
      start = characters(CodePoints.only(characters[i]), start);
    }
    return start;
  }

  /** Adds the texts of a deterministic automaton; a dead state if it accepts none. */
  public int texts(Dfa dfa, int next) {
    int[] starts = new int[dfa.states()];
    for (int q = 0; q < starts.length; q++) {
      starts[q] = reserve();
    }
    for (int q = 0; q < starts.length; q++) {
      int body = dfa.label(q) > 0 ? next : -1;
      for (int i = 0; i < dfa.ranges(q); i++) {
        int edge =
            characters(
                CodePoints.pairs(dfa.rangeFrom(q, i), dfa.rangeTo(q, i)),
                starts[dfa.rangeTarget(q, i)]);
        body = body < 0 ? edge : split(edge, body);
      }
      define(starts[q], body, -1);
    }
    return starts.length == 0 ? reserve() : starts[0];
  }

  private int add(State state) {
    if (states.size() == MAX_STATES) {
      throw new GrammarException("a pattern counts too far; count less far, or not at all");
    }
    effort.spend(1);
    states.add(state);
    return states.size() - 1;
  }

  /**
   * Returns the texts from a state to {@link #END}.
   *
   * @param beginning whether the state is at the beginning of the text
   */
  public Dfa determinize(int start, boolean beginning) {
    return new Subsets().build(start, beginning);
  }

  /** The subset construction. */
  private final class Subsets {

    private record Key(BitSet taking, boolean ends) {}

    private final Map<Key, Integer> numbers = new HashMap<>();
    private final List<int[]> open = new ArrayList<>();
    private final DfaBuilder builder = new DfaBuilder();

    Dfa build(int start, boolean beginning) {
      number(new int[] {start}, beginning);
      for (int q = 0; q < open.size(); q++) {
        expand(q, open.get(q));
        open.set(q, null);
      }
      return builder.build();
    }

    private void expand(int number, int[] members) {
      NavigableSet<Integer> borders = new TreeSet<>();
      for (int member : members) {
        for (CodePoints.Range range : states.get(member).set.ranges()) {
          borders.add(range.from());
          borders.add(range.to() + 1);
        }
      }
      effort.spend(5 + (long) members.length * (1 + borders.size()));
      int[] targets = new int[members.length];
      for (Integer from : borders) {
        int count = 0;
        for (int member : members) {
          if (states.get(member).set.contains(from)) {
            targets[count++] = states.get(member).one;
          }
        }
        if (count > 0) {
          int target = number(Arrays.copyOf(targets, count), false);
          builder.edge(number, from, borders.higher(from) - 1, target);
        }
      }
    }

    /** Returns the number of the state for the epsilon closure of some states. */
    private int number(int[] from, boolean beginning) {
      BitSet reached = closure(from, beginning, false);
      effort.spend(2 + reached.cardinality());
      boolean ends = closure(from, beginning, true).get(END);
      BitSet taking = new BitSet();
      reached.stream().filter(q -> states.get(q).set != null).forEach(taking::set);
      return numbers.computeIfAbsent(
          new Key(taking, ends),
          _ -> {
            if (open.size() == MAX_DETERMINISTIC) {
              throw new GrammarException(
                  "a pattern gives an automaton of more than " + MAX_DETERMINISTIC + " states");
            }
            open.add(taking.stream().toArray());
            builder.state(ends ? Dfa.ACCEPTED : 0);
            return open.size() - 1;
          });
    }

    private BitSet closure(int[] from, boolean beginning, boolean end) {
      BitSet reached = new BitSet();
      int[] stack = Arrays.copyOf(from, from.length + 16);
      int depth = from.length;
      while (depth > 0) {
        int q = stack[--depth];
        if (q < 0 || reached.get(q)) {
          continue;
        }
        reached.set(q);
        State state = states.get(q);
        boolean goesOn =
            switch (state.place) {
              case ANY -> state.set == null;
              case BEGINNING -> beginning;
              case END -> end;
            };
        if (goesOn) {
          if (depth + 2 > stack.length) {
            stack = Arrays.copyOf(stack, 2 * stack.length);
          }
          stack[depth++] = state.other;
          stack[depth++] = state.one;
        }
      }
      return reached;
    }
  }
}

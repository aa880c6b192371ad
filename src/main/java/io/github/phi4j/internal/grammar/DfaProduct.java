package io.github.phi4j.internal.grammar;

import io.github.phi4j.api.GrammarException;
import io.github.phi4j.internal.grammar.CodePoints.Range;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;

/** The product construction: a state is a tuple of states of the parts. */
final class DfaProduct {

  /** The maximum number of states of an automaton over texts. */
  static final int MAX_STATES = 100_000;

  private static final class Key {
    private final int[] states;

    Key(int[] states) {
      this.states = states;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && Arrays.equals(states, key.states);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(states);
    }
  }

  private final Effort effort;
  private final Dfa.Labelling labelling;
  private final Dfa[] parts;
  private final DfaBuilder builder = new DfaBuilder();
  private final Map<Key, Integer> numbers = new HashMap<>();
  private final List<int[]> open = new ArrayList<>();
  private final boolean restAccepted; // whether texts that are dead in all parts are accepted

  DfaProduct(Effort effort, Dfa.Labelling labelling, Dfa... parts) {
    this.effort = effort;
    this.labelling = labelling;
    this.parts = parts;
    restAccepted = labelling.label(new int[parts.length]) > 0;
  }

  Dfa build() {
    int[] start = new int[parts.length];
    for (int p = 0; p < parts.length; p++) {
      start[p] = parts[p].isEmpty() ? Dfa.DEAD : 0;
    }
    number(start);
    for (int q = 0; q < open.size(); q++) {
      expand(q, open.get(q));
    }
    return builder.build();
  }

  private int number(int[] states) {
    return numbers.computeIfAbsent(
        new Key(states),
        _ -> {
          if (open.size() == MAX_STATES) {
            throw new GrammarException(
                "patterns, formats and lengths give an automaton of more than "
                    + MAX_STATES
                    + " states together; simplify them");
          }
          int[] labels = new int[states.length];
          for (int p = 0; p < states.length; p++) {
            labels[p] = states[p] == Dfa.DEAD ? 0 : parts[p].label(states[p]);
          }
          builder.state(labelling.label(labels));
          open.add(states);
          return open.size() - 1;
        });
  }

  private void expand(int number, int[] states) {
    NavigableSet<Integer> borders = Dfa.borders(parts, states);
    effort.spend(10 + 8L * borders.size());
    for (Range scalars : Dfa.scalars()) {
      int from = scalars.from();
      while (from <= scalars.to()) {
        Integer border = borders.higher(from);
        int to = border == null ? scalars.to() : Math.min(border - 1, scalars.to());
        int[] next = new int[parts.length];
        boolean alive = restAccepted;
        for (int p = 0; p < parts.length; p++) {
          next[p] = states[p] == Dfa.DEAD ? Dfa.DEAD : parts[p].next(states[p], from);
          alive |= next[p] != Dfa.DEAD;
        }
        if (alive) {
          builder.edge(number, from, to, number(next));
        }
        from = to + 1;
      }
    }
  }
}

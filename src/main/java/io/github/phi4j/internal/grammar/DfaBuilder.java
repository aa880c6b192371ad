package io.github.phi4j.internal.grammar;

import io.github.phi4j.internal.grammar.CodePoints.Range;
import java.util.Arrays;

/**
 * Builds an automaton from states in any order and edges that ascend for each state; the first
 * state is the start. Dead ends are removed when it is built.
 */
public final class DfaBuilder {

  private int[] labels = new int[8];
  private int states;
  private int[] edges = new int[64]; // source, from, to, target
  private int edgeCount;
  private boolean sorted = true; // by source

  /** Adds a state with a label, 0 for none. */
  public DfaBuilder state(int label) {
    if (states == labels.length) {
      labels = Arrays.copyOf(labels, 2 * states);
    }
    labels[states++] = label;
    return this;
  }

  /** Returns the number of states so far. */
  public int states() {
    return states;
  }

  /** Sets the label of a state. */
  public DfaBuilder label(int state, int label) {
    labels[state] = label;
    return this;
  }

  /** Adds an edge. */
  public DfaBuilder edge(int source, int from, int to, int target) {
    int last = 4 * (edgeCount - 1);
    if (last >= 0
        && edges[last] == source
        && edges[last + 3] == target
        && edges[last + 2] + 1 == from) {
      edges[last + 2] = to;
      return this;
    }
    sorted &= last < 0 || edges[last] <= source;
    if (4 * edgeCount == edges.length) {
      edges = Arrays.copyOf(edges, 2 * edges.length);
    }
    edges[4 * edgeCount] = source;
    edges[4 * edgeCount + 1] = from;
    edges[4 * edgeCount + 2] = to;
    edges[4 * edgeCount + 3] = target;
    edgeCount++;
    return this;
  }

  /** Adds an edge for each range of a set. */
  public DfaBuilder edges(int source, CodePoints set, int target) {
    for (Range range : set.ranges()) {
      edge(source, range.from(), range.to(), target);
    }
    return this;
  }

  /** Builds the automaton, without unreachable states and dead ends. */
  public Dfa build() {
    int[] order = order();
    int[] start = new int[states + 1]; // of each state's edges in the sorted order
    for (int i = 0; i < edgeCount; i++) {
      start[edges[4 * i] + 1]++;
    }
    for (int q = 0; q < states; q++) {
      start[q + 1] += start[q];
    }
    boolean[] live = live(order, start);
    int[] number = new int[states];
    int[] queue = new int[states];
    Arrays.fill(number, Dfa.DEAD);
    int count = 0;
    if (states > 0 && live[0]) {
      number[0] = 0;
      queue[count++] = 0;
    }
    int kept = 0;
    for (int head = 0; head < count; head++) {
      for (int i = start[queue[head]]; i < start[queue[head] + 1]; i++) {
        int target = edges[4 * order[i] + 3];
        if (live[target]) {
          kept++;
          if (number[target] == Dfa.DEAD) {
            number[target] = count;
            queue[count++] = target;
          }
        }
      }
    }
    int[] newLabels = new int[count];
    int[] first = new int[count + 1];
    int[] from = new int[kept];
    int[] to = new int[kept];
    int[] targets = new int[kept];
    int at = 0;
    for (int q = 0; q < count; q++) {
      newLabels[q] = labels[queue[q]];
      first[q] = at;
      for (int i = start[queue[q]]; i < start[queue[q] + 1]; i++) {
        int edge = 4 * order[i];
        if (live[edges[edge + 3]]) {
          from[at] = edges[edge + 1];
          to[at] = edges[edge + 2];
          targets[at++] = number[edges[edge + 3]];
        }
      }
    }
    first[count] = at;
    return new Dfa(newLabels, first, from, to, targets);
  }

  /** Returns the edges sorted by source; those of one source keep their order. */
  private int[] order() {
    int[] order = new int[edgeCount];
    if (sorted) {
      Arrays.setAll(order, i -> i);
      return order;
    }
    int[] next = new int[states + 1];
    for (int i = 0; i < edgeCount; i++) {
      next[edges[4 * i] + 1]++;
    }
    for (int q = 0; q < states; q++) {
      next[q + 1] += next[q];
    }
    for (int i = 0; i < edgeCount; i++) {
      order[next[edges[4 * i]]++] = i;
    }
    return order;
  }

  private boolean[] live(int[] order, int[] start) {
    int[] counts = new int[states + 1];
    for (int i = 0; i < edgeCount; i++) {
      counts[edges[4 * i + 3] + 1]++;
    }
    for (int q = 0; q < states; q++) {
      counts[q + 1] += counts[q];
    }
    int[] sources = new int[edgeCount];
    int[] filled = counts.clone();
    for (int q = 0; q < states; q++) {
      for (int i = start[q]; i < start[q + 1]; i++) {
        sources[filled[edges[4 * order[i] + 3]]++] = q;
      }
    }
    boolean[] live = new boolean[states];
    int[] stack = new int[states];
    int depth = 0;
    for (int q = 0; q < states; q++) {
      if (labels[q] > 0) {
        live[q] = true;
        stack[depth++] = q;
      }
    }
    while (depth > 0) {
      int q = stack[--depth];
      for (int i = counts[q]; i < counts[q + 1]; i++) {
        if (!live[sources[i]]) {
          live[sources[i]] = true;
          stack[depth++] = sources[i];
        }
      }
    }
    return live;
  }
}

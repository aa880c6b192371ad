package io.github.phi4j.internal.grammar;

import io.github.phi4j.internal.grammar.CodePoints.Range;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;

/**
 * A deterministic automaton over Unicode scalar values. An accepting state has a positive label,
 * which distinguishes kinds of accepted texts. Every state is reachable and reaches an accepting
 * state; state 0 is the start. Immutable; equal automata have equal states in equal order.
 */
public final class Dfa {

  /** The dead state: no continuation of the text is accepted. */
  public static final int DEAD = -1;

  /** The label of texts if there is only one kind. */
  public static final int ACCEPTED = 1;

  private static final int SHARE = 128; // small automata have tables for ASCII
  private static final int MAX_TABLES = 256;

  private final int[] labels;
  private final int[] first; // first range of each state, then the total number
  private final int[] from;
  private final int[] to;
  private final int[] targets;
  private final int hash;
  private final int[] ascii; // target by state and ASCII character, or null

  // Volatile, since automata are shared by threads: a plain write may publish an array before its
  // numbers.
  private volatile int[] universal; // see universalSteps
  private volatile int[] distance; // see stepsToEnd

  Dfa(int[] labels, int[] first, int[] from, int[] to, int[] targets) {
    this.labels = labels;
    this.first = first;
    this.from = from;
    this.to = to;
    this.targets = targets;
    hash = 31 * (31 * Arrays.hashCode(labels) + Arrays.hashCode(to)) + Arrays.hashCode(targets);
    ascii = labels.length > MAX_TABLES ? null : asciiTable();
  }

  private int[] asciiTable() {
    int[] table = new int[labels.length * SHARE];
    Arrays.fill(table, DEAD);
    for (int state = 0; state < labels.length; state++) {
      for (int i = first[state]; i < first[state + 1] && from[i] < SHARE; i++) {
        Arrays.fill(
            table,
            state * SHARE + from[i],
            state * SHARE + Math.min(to[i], SHARE - 1) + 1,
            targets[i]);
      }
    }
    return table;
  }

  /** The automaton that accepts every text. */
  public static final Dfa ALL =
      new DfaBuilder().state(ACCEPTED).edges(0, CodePoints.ALL, 0).build();

  /** The automaton that accepts nothing. */
  public static final Dfa NONE = new DfaBuilder().build();

  /** Combines the labels that several automata give a text, 0 for none, into one. */
  public interface Labelling {
    /** Returns the combined label, 0 if the text is not accepted; the array is reused. */
    int label(int[] labels);
  }

  /** Returns the number of states; 0 if nothing is accepted. */
  public int states() {
    return labels.length;
  }

  /** Returns whether nothing is accepted. */
  public boolean isEmpty() {
    return labels.length == 0;
  }

  /** Returns whether every text is accepted with the same label. */
  public boolean isUniversal() {
    return !isEmpty() && universalSteps(0) == Integer.MAX_VALUE;
  }

  /** Returns the label of a state, or 0. */
  public int label(int state) {
    return labels[state];
  }

  /** Returns the state after a character, or {@link #DEAD}. */
  public int next(int state, int c) {
    if (ascii != null && c < SHARE) {
      return ascii[state * SHARE + c];
    }
    int low = first[state];
    int high = first[state + 1] - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (c < from[middle]) {
        high = middle - 1;
      } else if (c > to[middle]) {
        low = middle + 1;
      } else {
        return targets[middle];
      }
    }
    return DEAD;
  }

  /** Returns whether a state has an edge for a character of a range. */
  public boolean goesOn(int state, int least, int most) {
    int low = first[state];
    int high = first[state + 1];
    while (low < high) { // the first range that does not end before
      int middle = (low + high) >>> 1;
      if (to[middle] < least) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < first[state + 1] && from[low] <= most;
  }

  /** Returns the number of a state's ranges, which are in order. */
  int ranges(int state) {
    return first[state + 1] - first[state];
  }

  int rangeFrom(int state, int index) {
    return from[first[state] + index];
  }

  int rangeTo(int state, int index) {
    return to[first[state] + index];
  }

  int rangeTarget(int state, int index) {
    return targets[first[state] + index];
  }

  /** Returns the label of a text, or 0 if it is not accepted. */
  public int labelOf(String text) {
    int state = isEmpty() ? DEAD : 0;
    for (int i = 0;
        i < text.length() && state != DEAD;
        i += Character.charCount(text.codePointAt(i))) {
      state = next(state, text.codePointAt(i));
    }
    return state == DEAD ? 0 : labels[state];
  }

  /**
   * Returns the number of arbitrary characters that keep a state's label after each of them; {@link
   * Integer#MAX_VALUE} if unlimited.
   */
  int universalSteps(int state) {
    int[] steps = universal;
    if (steps == null) {
      boolean[] differs = new boolean[labels.length];
      for (int q = 0; q < labels.length; q++) {
        long count = 0;
        boolean same = labels[q] > 0;
        for (int i = first[q]; i < first[q + 1]; i++) {
          count += to[i] - from[i] + 1;
          same &= labels[targets[i]] == labels[q];
        }
        differs[q] = !same || count < Character.MAX_CODE_POINT + 1 - 0x800;
      }
      steps = distances(differs);
      universal = steps;
    }
    return steps[state];
  }

  /** Returns the minimum number of characters from a state to an accepting one. */
  int stepsToEnd(int state) {
    int[] steps = distance;
    if (steps == null) {
      boolean[] ends = new boolean[labels.length];
      for (int q = 0; q < labels.length; q++) {
        ends[q] = labels[q] > 0;
      }
      steps = distances(ends);
      distance = steps;
    }
    return steps[state];
  }

  /** Returns the number of accepted texts, at most {@code limit}. */
  public long size(long limit) {
    int states = labels.length;
    int[] into = new int[states];
    for (int target : targets) {
      into[target]++;
    }
    long[] ways = new long[states]; // paths from the start to each state
    int[] queue = new int[states];
    int tail = 0;
    if (states > 0 && into[0] == 0) {
      queue[tail++] = 0;
      ways[0] = 1;
    }
    long size = 0;
    for (int head = 0; head < tail; head++) {
      int q = queue[head];
      size = Math.min(limit, size + (labels[q] > 0 ? ways[q] : 0));
      for (int i = first[q]; i < first[q + 1]; i++) {
        long more = ways[q] * (to[i] - from[i] + 1);
        ways[targets[i]] = Math.min(limit, ways[targets[i]] + Math.min(limit, more));
        if (--into[targets[i]] == 0) {
          queue[tail++] = targets[i];
        }
      }
    }
    return tail < states ? limit : size; // there are cycles
  }

  /** Returns the accepted texts, of which there must be finitely many, in order. */
  public List<String> texts() {
    record Beginning(Beginning before, int last, int state) {
      String text() {
        StringBuilder reversed = new StringBuilder();
        for (Beginning at = this; at.before != null; at = at.before) {
          reversed.append(Character.toString(at.last));
        }
        return reversed.reverse().toString();
      }
    }
    List<String> texts = new ArrayList<>();
    Deque<Beginning> open = new ArrayDeque<>();
    if (!isEmpty()) {
      open.push(new Beginning(null, 0, 0));
    }
    while (!open.isEmpty()) {
      Beginning at = open.pop();
      if (labels[at.state] > 0) {
        texts.add(at.text());
      }
      for (int i = first[at.state + 1] - 1; i >= first[at.state]; i--) {
        for (int c = to[i]; c >= from[i]; c--) {
          open.push(new Beginning(at, c, targets[i]));
        }
      }
    }
    return texts;
  }

  /** Returns the length of the longest text in characters; the greatest int if there is none. */
  public int longest() {
    int states = labels.length;
    int[] into = new int[states];
    for (int target : targets) {
      into[target]++;
    }
    int[] length = new int[states]; // of the longest way to each state
    int[] queue = new int[states];
    int tail = 0;
    if (states > 0 && into[0] == 0) {
      queue[tail++] = 0;
    }
    int longest = 0;
    for (int head = 0; head < tail; head++) {
      int q = queue[head];
      longest = Math.max(longest, length[q]);
      for (int i = first[q]; i < first[q + 1]; i++) {
        length[targets[i]] = Math.max(length[targets[i]], length[q] + 1);
        if (--into[targets[i]] == 0) {
          queue[tail++] = targets[i];
        }
      }
    }
    return tail < states ? Integer.MAX_VALUE : longest; // there are circles
  }

  /**
   * Returns for each state the length of the shortest path to a marked one, or {@link
   * Integer#MAX_VALUE}.
   */
  private int[] distances(boolean[] marked) {
    int states = labels.length;
    int[] counts = new int[states + 1];
    for (int target : targets) {
      counts[target + 1]++;
    }
    for (int q = 0; q < states; q++) {
      counts[q + 1] += counts[q];
    }
    int[] sources = new int[targets.length];
    int[] filled = counts.clone();
    for (int q = 0; q < states; q++) {
      for (int i = first[q]; i < first[q + 1]; i++) {
        sources[filled[targets[i]]++] = q;
      }
    }
    int[] steps = new int[states];
    int[] queue = new int[states];
    int tail = 0;
    for (int q = 0; q < states; q++) {
      steps[q] = marked[q] ? 0 : Integer.MAX_VALUE;
      if (marked[q]) {
        queue[tail++] = q;
      }
    }
    for (int head = 0; head < tail; head++) {
      int q = queue[head];
      for (int i = counts[q]; i < counts[q + 1]; i++) {
        if (steps[sources[i]] == Integer.MAX_VALUE) {
          steps[sources[i]] = steps[q] + 1;
          queue[tail++] = sources[i];
        }
      }
    }
    return steps;
  }

  /** Returns the texts of {@code min} to {@code max} characters. */
  public static Dfa ofLength(int min, int max) {
    if (max == Integer.MAX_VALUE) {
      DfaBuilder builder = new DfaBuilder();
      for (int i = 0; i < min; i++) {
        builder.state(0).edges(i, CodePoints.ALL, i + 1);
      }
      return builder.state(ACCEPTED).edges(min, CodePoints.ALL, min).build();
    }
    DfaBuilder builder = new DfaBuilder();
    for (int i = 0; i < max; i++) {
      builder.state(i < min ? 0 : ACCEPTED).edges(i, CodePoints.ALL, i + 1);
    }
    return min > max ? NONE : builder.state(ACCEPTED).build();
  }

  /** Returns the given texts, labelled 1, 2, 3 and so on, or all with the same label. */
  public static Dfa ofTexts(Iterable<String> texts, boolean numbered) {
    DfaBuilder builder = new DfaBuilder();
    List<TreeMap<Integer, Integer>> edges = new ArrayList<>();
    builder.state(0);
    edges.add(new TreeMap<>());
    int number = 0;
    for (String text : texts) {
      int state = 0;
      for (int c : text.codePoints().toArray()) {
        Integer next = edges.get(state).get(c);
        if (next == null) {
          next = edges.size();
          builder.state(0);
          edges.add(new TreeMap<>());
          edges.get(state).put(c, next);
        }
        state = next;
      }
      number++;
      builder.label(state, numbered ? number : ACCEPTED);
    }
    for (int state = 0; state < edges.size(); state++) {
      for (Map.Entry<Integer, Integer> edge : edges.get(state).entrySet()) {
        builder.edge(state, edge.getKey(), edge.getKey(), edge.getValue());
      }
    }
    return number == 0 ? NONE : builder.build();
  }

  /** Returns the intersection. */
  public Dfa and(Dfa other, Effort effort) {
    if (equals(other) || isEmpty() || other.equals(ALL)) {
      return this;
    }
    if (other.isEmpty() || equals(ALL)) {
      return other;
    }
    return product(effort, l -> l[0] > 0 && l[1] > 0 ? ACCEPTED : 0, this, other);
  }

  /** Returns the union. */
  public Dfa or(Dfa other, Effort effort) {
    if (equals(other) || other.isEmpty() || equals(ALL)) {
      return this;
    }
    if (isEmpty() || other.equals(ALL)) {
      return other;
    }
    return product(effort, l -> l[0] > 0 || l[1] > 0 ? ACCEPTED : 0, this, other);
  }

  /** Returns the complement. */
  public Dfa not(Effort effort) {
    return equals(ALL)
        ? NONE
        : isEmpty() ? ALL : product(effort, l -> l[0] > 0 ? 0 : ACCEPTED, this);
  }

  /** Returns the texts whose labels satisfy a predicate. */
  public Dfa only(IntPredicate wanted) {
    DfaBuilder builder = new DfaBuilder();
    for (int state = 0; state < labels.length; state++) {
      builder.state(labels[state] > 0 && wanted.test(labels[state]) ? labels[state] : 0);
      for (int i = first[state]; i < first[state + 1]; i++) {
        builder.edge(state, from[i], to[i], targets[i]);
      }
    }
    return builder.build();
  }

  /**
   * Returns the product of automata.
   *
   * @throws GrammarException if it has too many states
   */
  public static Dfa product(Effort effort, Labelling labelling, Dfa... parts) {
    return new DfaProduct(effort, labelling, parts).build();
  }

  /** Returns the boundaries of the ranges of some states: each start, and each end plus 1. */
  static NavigableSet<Integer> borders(Dfa[] parts, int[] states) {
    NavigableSet<Integer> borders = new TreeSet<>();
    for (int p = 0; p < parts.length; p++) {
      if (states[p] != DEAD) {
        Dfa dfa = parts[p];
        for (int i = dfa.first[states[p]]; i < dfa.first[states[p] + 1]; i++) {
          borders.add(dfa.from[i]);
          borders.add(dfa.to[i] + 1);
        }
      }
    }
    return borders;
  }

  /** Returns the scalar values as two ranges. */
  static List<Range> scalars() {
    return CodePoints.ALL.ranges();
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof Dfa dfa
            && hash == dfa.hash
            && Arrays.equals(labels, dfa.labels)
            && Arrays.equals(first, dfa.first)
            && Arrays.equals(from, dfa.from)
            && Arrays.equals(to, dfa.to)
            && Arrays.equals(targets, dfa.targets));
  }

  @Override
  public int hashCode() {
    return hash;
  }
}

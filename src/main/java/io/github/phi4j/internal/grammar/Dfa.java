package io.github.phi4j.internal.grammar;

import io.github.phi4j.internal.grammar.CodePoints.Range;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;

/**
 * A deterministic automaton over Unicode scalar values. A state in which a text may end has a label
 * above 0, which tells apart the kinds of texts that it accepts. Every state can be reached, and
 * some end can be reached from it; state 0 begins. Immutable; equal automata have equal states in
 * equal order.
 */
public final class Dfa {

  /** What no state is: the text is not, and cannot become, one that is accepted. */
  public static final int DEAD = -1;

  /** The label of texts where there is one kind of them alone. */
  public static final int ACCEPTED = 1;

  private static final int SHARE = 128; // ASCII has tables where there are few states
  private static final int MAX_TABLES = 256;

  private final int[] labels;
  private final int[] first; // of each state's ranges, and the number of all at the end
  private final int[] from;
  private final int[] to;
  private final int[] targets;
  private final int hash;
  private final int[] ascii; // for each state and ASCII character the target, or null
  private int[] universal; // see universalSteps
  private int[] distance; // see stepsToEnd

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

  /** The automaton of all texts. */
  public static final Dfa ALL =
      new DfaBuilder().state(ACCEPTED).edges(0, CodePoints.ALL, 0).build();

  /** The automaton that accepts nothing. */
  public static final Dfa NONE = new DfaBuilder().build();

  /** Tells the label of a text by the labels that several automata have for it, 0 for none. */
  public interface Labelling {
    /** The label, or 0 where the text is not accepted; the array is reused. */
    int label(int[] labels);
  }

  /** The number of states; 0 if nothing is accepted. */
  public int states() {
    return labels.length;
  }

  /** Whether nothing is accepted. */
  public boolean isEmpty() {
    return labels.length == 0;
  }

  /** Whether every text is accepted, with one label. */
  public boolean isUniversal() {
    return !isEmpty() && universalSteps(0) == Integer.MAX_VALUE;
  }

  /** The label of texts that end in a state, or 0. */
  public int label(int state) {
    return labels[state];
  }

  /** The state after a character, or {@link #DEAD}. */
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

  /** Whether a state goes on with one of some characters. */
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

  /** The number of ranges of characters that a state goes on with, in order. */
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

  /** The label of a text, or 0 if it is not accepted. */
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
   * How many characters, whichever they are, a state accepts with its own label, all their
   * beginnings included, before anything may differ; the greatest int if always.
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

  /** How many characters at least lead from a state to an end. */
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

  /** The number of texts, or a limit if there are as many or more. */
  public long size(long limit) {
    int states = labels.length;
    int[] into = new int[states];
    for (int target : targets) {
      into[target]++;
    }
    long[] ways = new long[states]; // to each state from the beginning
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
    return tail < states ? limit : size; // there are circles
  }

  /** For each state the length of the shortest way to a marked one, or the greatest int. */
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

  /** Texts of a number of characters. */
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

  /** Some texts, the first with the label 1, the second 2, and so on, or all with one label. */
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

  /** What both accept. */
  public Dfa and(Dfa other, Effort effort) {
    if (equals(other) || isEmpty() || other.equals(ALL)) {
      return this;
    }
    if (other.isEmpty() || equals(ALL)) {
      return other;
    }
    return product(effort, l -> l[0] > 0 && l[1] > 0 ? ACCEPTED : 0, this, other);
  }

  /** What either accepts. */
  public Dfa or(Dfa other, Effort effort) {
    if (equals(other) || other.isEmpty() || equals(ALL)) {
      return this;
    }
    if (isEmpty() || other.equals(ALL)) {
      return other;
    }
    return product(effort, l -> l[0] > 0 || l[1] > 0 ? ACCEPTED : 0, this, other);
  }

  /** All other texts. */
  public Dfa not(Effort effort) {
    return equals(ALL)
        ? NONE
        : isEmpty() ? ALL : product(effort, l -> l[0] > 0 ? 0 : ACCEPTED, this);
  }

  /** The texts whose labels are among some. */
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
   * Runs automata side by side.
   *
   * @throws GrammarException if it has too many states
   */
  public static Dfa product(Effort effort, Labelling labelling, Dfa... parts) {
    return new DfaProduct(effort, labelling, parts).build();
  }

  /** The borders of the ranges of some states: where one begins, and behind where one ends. */
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

  /** The scalar values as two ranges. */
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

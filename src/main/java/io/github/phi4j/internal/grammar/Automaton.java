package io.github.phi4j.internal.grammar;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Supplier;

/**
 * All rules of a grammar as one nondeterministic automaton over bytes. {@link Kind} lists the kinds
 * of states. Immutable.
 */
public final class Automaton {

  /** The kind of a state. */
  enum Kind {
    /** Ends the rule and returns to its caller. Only state 0. */
    END,
    /** Continues in one or two states without consuming a byte. */
    SPLIT,
    /** Consumes a byte along an edge. */
    BYTES,
    /** Calls another rule, then continues. */
    CALL,
    /** As {@link #CALL}, but the rule must consume something. */
    CALL_NON_EMPTY,
    /** Consumes a text of a leaf, then continues at the exit for its label. */
    LEAF,
    /** Opens a list whose parts must differ: the elements of an array, or member names. */
    OPEN,
    /** Continues if the part of a list that ends here differs from all earlier ones. */
    NEW,
    /** Consumes one token. */
    TOKEN,
    /** Consumes any token but one. */
    OTHER_TOKEN
  }

  /** A lazily created leaf and its exit states by label. */
  static final class Slot {
    private final int[] exits;
    private Supplier<Leaf> maker;
    private Leaf leaf;

    Slot(Supplier<Leaf> maker, int[] exits) {
      this.maker = maker;
      this.exits = exits;
    }

    synchronized Leaf leaf() {
      if (leaf == null) {
        leaf = maker.get();
        maker = null;
      }
      return leaf;
    }
  }

  /** The end state of every rule. */
  static final int END = 0;

  static final int BYTE_VALUES = 256;

  private final Kind[] kinds;
  private final int[]
      first; // SPLIT: a state; BYTES: the first edge; CALL: the rule; LEAF: its slot; OPEN: 1 for
  // names;
  // else the token
  private final int[] second; // BYTES: the number of edges; else a state
  private final int[] edges; // for each: from, to, target
  private final Slot[] leaves;
  private final int[] starts; // of the rules; a rule comes before those that it may begin with
  private final boolean[] nullable; // of the rules
  private final int root;
  private final boolean namesTokens;
  private final int[] classes =
      new int[BYTE_VALUES]; // bytes of a class always lead to the same states
  private final byte[] representatives;

  Automaton(
      Kind[] kinds,
      int[] first,
      int[] second,
      int[] edges,
      Slot[] leaves,
      int[] starts,
      boolean[] nullable,
      int root) {
    this.kinds = kinds;
    this.first = first;
    this.second = second;
    this.edges = edges;
    this.leaves = leaves;
    this.starts = starts;
    this.nullable = nullable;
    this.root = root;
    List<Kind> used = Arrays.asList(kinds);
    namesTokens = used.contains(Kind.TOKEN) || used.contains(Kind.OTHER_TOKEN);
    BitSet borders = new BitSet(BYTE_VALUES + 1);
    for (int i = 0; i < edges.length; i += 3) {
      borders.set(edges[i]);
      borders.set(edges[i + 1] + 1);
    }
    byte[] representative = new byte[BYTE_VALUES];
    int last = 0;
    for (int value = 1; value < BYTE_VALUES; value++) {
      if (leaves.length > 0 || borders.get(value)) {
        representative[++last] = (byte) value;
      }
      classes[value] = last;
    }
    representatives = Arrays.copyOf(representative, last + 1);
  }

  int states() {
    return kinds.length;
  }

  Kind kind(int state) {
    return kinds[state];
  }

  int first(int state) {
    return first[state];
  }

  int second(int state) {
    return second[state];
  }

  /** Returns the target of a {@link Kind#BYTES} state for a byte, or −1. */
  int next(int state, int value) {
    int low = first[state];
    int high = low + second[state] - 1;
    while (low <= high) { // edges are sorted by byte
      int middle = (low + high) >>> 1;
      int edge = 3 * middle;
      if (value < edges[edge]) {
        high = middle - 1;
      } else if (value > edges[edge + 1]) {
        low = middle + 1;
      } else {
        return edges[edge + 2];
      }
    }
    return -1;
  }

  /** Returns the leaf of a {@link Kind#LEAF} state. */
  Leaf leaf(int state) {
    return leaves[first[state]].leaf();
  }

  /** Returns the exit of a {@link Kind#LEAF} state for a label. */
  int exit(int state, int label) {
    return leaves[first[state]].exits[label];
  }

  int rules() {
    return starts.length;
  }

  int start(int rule) {
    return starts[rule];
  }

  boolean isNullable(int rule) {
    return nullable[rule];
  }

  /** Returns the rule for the whole text. */
  int root() {
    return root;
  }

  /** Returns whether any state consumes whole tokens. */
  boolean namesTokens() {
    return namesTokens;
  }

  int byteClasses() {
    return representatives.length;
  }

  int byteClass(int value) {
    return classes[value];
  }

  /** Returns a byte of a class. */
  int representative(int byteClass) {
    return representatives[byteClass] & 0xff;
  }
}

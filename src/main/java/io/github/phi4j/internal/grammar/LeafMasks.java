package io.github.phi4j.internal.grammar;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Token masks within leaves, shared by all grammars of one vocabulary: computed once per place and
 * cached by recent use. Thread-safe.
 *
 * <p>In a nearly unconstrained string, nearly every token may follow. The mask of such a place is
 * computed as a difference from that of an unconstrained string: the walk skips subtrees of the
 * trie in which the two places behave alike for the length of the tokens.
 */
final class LeafMasks {

  private static final long MAX_BYTES = 32 << 20;
  private static final int WORTH_COMPARING = 8; // free steps after most characters

  /** The mask of a place in a leaf. Callers must not modify it. */
  static final class Inner {
    /** The tokens that stay within the leaf. */
    final long[] bits;

    /** The trie nodes where a text of the leaf may end and that have children, ascending. */
    final int[] exits;

    /** The label of the text at each exit. */
    final int[] labels;

    Inner(long[] bits, int[] exits, int[] labels) {
      this.bits = bits;
      this.exits = exits;
      this.labels = labels;
    }

    long size() {
      return 100 + 8L * bits.length + 8L * exits.length;
    }
  }

  private record Key(Leaf leaf, long place) {}

  private final TokenTrie trie;
  private final int words;
  private final Map<Key, Inner> known = new LinkedHashMap<>(64, 0.75f, true);
  private long size;

  // The current walk.
  private final long[] path;
  private int[] exits = new int[256];
  private int[] labels = new int[256];
  private int exitCount;

  LeafMasks(TokenTrie trie) {
    this.trie = trie;
    words = (trie.tokens() + Long.SIZE - 1) / Long.SIZE;
    path = new long[trie.maxDepth() + 1];
  }

  /** Returns the mask of a place in a leaf; callers must not modify it. */
  synchronized Inner inner(Leaf leaf, long place) {
    if (leaf.isFar(place, trie.maxDepth())) {
      return inner(new Leaf(leaf.dfa(), leaf.form()), leaf.unbounded(place));
    }
    Key key = new Key(leaf, place);
    Inner inner = known.get(key);
    if (inner == null) {
      inner = compute(leaf, place);
      known.put(key, inner);
      size += inner.size();
      while (size > MAX_BYTES && known.size() > 1) {
        Key eldest = known.keySet().iterator().next();
        size -= known.remove(eldest).size();
      }
    }
    return inner;
  }

  private Inner compute(Leaf leaf, long place) {
    exitCount = 0;
    int free = leaf.freeSteps(place);
    Leaf all = new Leaf(Dfa.ALL, leaf.form());
    if (leaf.form() == Leaf.Form.PLAIN || leaf.equals(all) || !isMostlyFree(leaf, place)) {
      long[] bits = new long[words];
      walk(leaf, place, bits);
      return new Inner(bits, Arrays.copyOf(exits, exitCount), Arrays.copyOf(labels, exitCount));
    }
    long insideAll = all.next(all.start(), '"');
    Inner base = inner(all, insideAll);
    if (free > trie.maxDepth()) {
      int[] same = new int[base.exits.length];
      Arrays.fill(same, leaf.dfa().label(Leaf.state(place)));
      return new Inner(base.bits, base.exits, same);
    }
    exitCount = 0;
    long[] bits = base.bits.clone();
    compare(leaf, place, base, bits);
    return new Inner(bits, Arrays.copyOf(exits, exitCount), Arrays.copyOf(labels, exitCount));
  }

  private static boolean isMostlyFree(Leaf leaf, long place) {
    if (!leaf.isWhole(place)) {
      return false;
    }
    int free = 0;
    for (char c : new char[] {'a', 'e', 'k', 'X', '0', ' ', '.', '-'}) {
      long next = leaf.next(place, c);
      free += next != Leaf.DEAD && leaf.freeSteps(next) >= WORTH_COMPARING ? 1 : 0;
    }
    return free >= 5;
  }

  private void walk(Leaf leaf, long place, long[] bits) {
    boolean skips = leaf.form() != Leaf.Form.PLAIN && leaf.most() == Leaf.UNBOUNDED;
    long[] loops = new long[skips ? leaf.dfa().states() : 0]; // kinds of bytes, 0 where unknown
    path[0] = place;
    int end = trie.nodes();
    int node = 1;
    while (node < end) {
      int depth = trie.depth(node);
      long next = leaf.next(path[depth - 1], trie.label(node));
      if (next == Leaf.DEAD) {
        node = trie.end(node);
        continue;
      }
      path[depth] = next;
      trie.mark(node, bits);
      if (skips && leaf.isWhole(next)) {
        int state = Leaf.state(next);
        if (loops[state] == 0) {
          loops[state] = loops(leaf.dfa(), state);
        }
        if ((trie.kindsBelow(node) & ~loops[state]) == 0) { // nothing below leads elsewhere
          trie.markBelow(node, bits);
          node = trie.end(node);
          continue;
        }
      }
      addExit(node, leaf.label(next));
      node = leaf.isClosed(next) ? trie.end(node) : node + 1;
    }
  }

  /** Returns the kinds of bytes within strings that all lead from a state to itself. */
  private static long loops(Dfa dfa, int state) {
    long loops = 1L << TokenTrie.NO_KIND; // so that it is known
    long others = 1L << TokenTrie.OTHER_KIND;
    for (int c = ' '; c < 0x7f; c++) {
      if (dfa.next(state, c) == state) {
        loops |= 1L << TokenTrie.kind(c);
      } else {
        others |= 1L << TokenTrie.kind(c);
      }
    }
    return loops & ~others;
  }

  /** Turns the bits of the unconstrained place into those of another. */
  private void compare(Leaf leaf, long place, Inner base, long[] bits) {
    path[0] = place;
    int end = trie.nodes();
    int node = 1;
    while (node < end) {
      int depth = trie.depth(node);
      long next = leaf.next(path[depth - 1], trie.label(node));
      if (next == Leaf.DEAD) {
        trie.clearBelow(node, bits);
        node = trie.end(node);
        continue;
      }
      if (leaf.freeSteps(next) > trie.height(node)) {
        addExits(base, node, leaf.dfa().label(Leaf.state(next)));
        node = trie.end(node);
        continue;
      }
      path[depth] = next;
      addExit(node, leaf.label(next));
      node = leaf.isClosed(next) ? trie.end(node) : node + 1;
    }
  }

  private void addExits(Inner base, int node, int label) {
    int at = Arrays.binarySearch(base.exits, node);
    at = at < 0 ? -at - 1 : at;
    for (int end = trie.end(node); at < base.exits.length && base.exits[at] < end; at++) {
      addExit(base.exits[at], label);
    }
  }

  private void addExit(int node, int label) {
    if (label == 0 || trie.end(node) == node + 1) {
      return;
    }
    if (exitCount == exits.length) {
      exits = Arrays.copyOf(exits, 2 * exitCount);
      labels = Arrays.copyOf(labels, 2 * exitCount);
    }
    exits[exitCount] = node;
    labels[exitCount++] = label;
  }
}

package io.github.phi4j.internal.grammar;

import io.github.phi4j.internal.grammar.State.Configuration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Computes the mask of allowed tokens in a state, by walking the vocabulary's trie with the
 * automaton.
 *
 * <p>Most tokens are decided within the current rule, independent of its callers. That part of the
 * mask is computed once for all callers, together with the trie nodes where the rule may end within
 * a token; only below those nodes the walk is repeated per stack. Both kinds of masks are in LRU
 * caches. Not thread-safe.
 */
final class Masks {

  /** The maximum number of frames for which separate masks pay off. */
  private static final int MAX_FRAMES = 8;

  private static final long MAX_BYTES = 16 << 20; // for each kind of mask

  /** The mask of a rule, independent of its callers. */
  private static final class Inner {
    /** The tokens that stay within the rule. */
    final long[] bits;

    /** The trie nodes where the rule may end and that have children; null if there are too many. */
    final int[] exits;

    Inner(long[] bits, int[] exits) {
      this.bits = bits;
      this.exits = exits;
    }
  }

  /** An LRU cache. */
  @SuppressWarnings("serial") // never serialized
  private static final class Recent<V> extends LinkedHashMap<State, V> {
    private final int limit;

    Recent(int limit) {
      super(16, 0.75f, true);
      this.limit = limit;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<State, V> eldest) {
      return size() > limit;
    }
  }

  private final StateSpace space;
  private final TokenTrie trie;
  private final LeafMasks leafMasks;
  private final int words;
  private final Map<State, long[]> masks;
  private final Map<State, Inner> inners;
  private final State[] path;
  private int[] exits = new int[64];
  private int exitCount;

  Masks(StateSpace space, TokenTrie trie, LeafMasks leafMasks) {
    this.space = space;
    this.trie = trie;
    this.leafMasks = leafMasks;
    words = (trie.tokens() + Long.SIZE - 1) / Long.SIZE;
    int limit = (int) (MAX_BYTES / ((long) Long.BYTES * (words + 8)));
    masks = new Recent<>(limit);
    inners = new Recent<>(limit);
    path = new State[trie.maxDepth() + 1];
  }

  /** Returns the mask of a state, a bit per id; callers must not modify it. */
  long[] mask(State state) {
    if (state.memory() != null) { // the state belongs to one text only
      return compute(state);
    }
    long[] known = masks.get(state);
    if (known == null) {
      known = compute(state);
      masks.put(state, known);
    }
    return known;
  }

  private long[] compute(State state) {
    if (state.memory() != null) {
      long[] bits = mask(space.forgetful(state)).clone();
      forbidSame(state, bits);
      return bits;
    }
    long[] bits = new long[words];
    State rest = space.only(state, configuration -> !isLeaf(configuration));
    if (rest != State.DEAD && !walkByFrames(rest, bits)) {
      walk(0, rest, bits, false);
    }
    walkLeaves(state, bits);
    for (Configuration configuration : state.configurations()) {
      markToken(configuration.state(), bits);
    }
    return bits;
  }

  /**
   * Removes the tokens that lists of distinct parts do not allow: re-examines the tokens that may
   * end a part, and those on the paths to earlier parts.
   */
  private void forbidSame(State state, long[] bits) {
    for (int token : trie.structural()) {
      if ((bits[token >> 6] & 1L << token) != 0 && !mayFollow(state, token)) {
        bits[token >> 6] &= ~(1L << token);
      }
    }
    path[0] = state;
    int node = state.memory().isLikeBefore() ? 1 : trie.nodes();
    while (node < trie.nodes()) {
      int depth = trie.depth(node);
      State next = space.next(path[depth - 1], trie.label(node));
      path[depth] = next;
      if (next == State.DEAD) {
        trie.clearBelow(node, bits);
      }
      boolean alike = next != State.DEAD && next.memory() != null && next.memory().isLikeBefore();
      node = alike ? node + 1 : trie.end(node);
    }
    Arrays.fill(path, null);
  }

  private boolean mayFollow(State state, int token) {
    State read = state;
    for (int i = trie.textStart(token); i < trie.textStart(token + 1) && read != State.DEAD; i++) {
      read = space.next(read, trie.text(i));
    }
    return read != State.DEAD;
  }

  private boolean isLeaf(Configuration configuration) {
    return space.automaton().kind(configuration.state()) == Automaton.Kind.LEAF;
  }

  /** Marks the tokens that leaves allow, including those that continue beyond the leaf. */
  private void walkLeaves(State state, long[] bits) {
    Set<LeafMasks.Inner> marked = new HashSet<>();
    for (Configuration configuration : state.configurations()) {
      if (!isLeaf(configuration)) {
        continue;
      }
      Leaf leaf = space.automaton().leaf(configuration.state());
      LeafMasks.Inner inner = leafMasks.inner(leaf, configuration.place());
      if (marked.add(inner)) {
        for (int i = 0; i < words; i++) {
          bits[i] |= inner.bits[i];
        }
      }
      int label = 0;
      State behind = State.DEAD;
      for (int i = 0; i < inner.exits.length; i++) {
        if (inner.labels[i] != label) {
          label = inner.labels[i];
          behind = space.behind(configuration, label);
        }
        walk(inner.exits[i], behind, bits, false);
      }
    }
  }

  private void markToken(int state, long[] bits) {
    Automaton automaton = space.automaton();
    switch (automaton.kind(state)) {
      case TOKEN -> {
        int token = automaton.first(state);
        bits[token >> 6] |= 1L << token;
      }
      case OTHER_TOKEN -> {
        int token = automaton.first(state);
        boolean had = (bits[token >> 6] & 1L << token) != 0;
        Arrays.fill(bits, -1);
        bits[words - 1] = -1L >>> -trie.tokens();
        if (!had) {
          bits[token >> 6] &= ~(1L << token);
        }
      }
      default -> {}
    }
  }

  /** Marks the tokens that each frame allows; returns false if a full walk is cheaper. */
  private boolean walkByFrames(State state, long[] bits) {
    Set<Frame> frames = new LinkedHashSet<>();
    for (Configuration configuration : state.configurations()) {
      frames.add(configuration.frame());
      if (frames.size() > MAX_FRAMES) {
        return false;
      }
    }
    for (Frame frame : frames) {
      Inner inner = inner(space.above(state, frame));
      for (int i = 0; i < words; i++) {
        bits[i] |= inner.bits[i];
      }
      if (frame == Frame.BOTTOM) {
        continue;
      }
      if (inner.exits == null) {
        return false;
      }
      State below = inner.exits.length == 0 ? State.DEAD : space.below(frame);
      if (below != State.DEAD) {
        for (int exit : inner.exits) {
          walk(exit, below, bits, false);
        }
      }
    }
    return true;
  }

  private Inner inner(State state) {
    Inner known = inners.get(state);
    if (known == null) {
      long[] bits = new long[words];
      walk(0, state, bits, true);
      long below = 0;
      for (int i = 0; i < exitCount; i++) {
        below += trie.end(exits[i]) - exits[i];
      }
      boolean few = below < trie.nodes() / 2;
      known = new Inner(bits, few ? Arrays.copyOf(exits, exitCount) : null);
      inners.put(state, known);
    }
    return known;
  }

  /**
   * Marks the tokens below a node that a state allows.
   *
   * @param collect whether to collect the nodes with children where the text may end
   */
  private void walk(int root, State state, long[] bits, boolean collect) {
    exitCount = 0;
    path[trie.depth(root)] = state;
    int end = trie.end(root);
    int node = root + 1;
    while (node < end) {
      int depth = trie.depth(node);
      State next = space.next(path[depth - 1], trie.label(node));
      if (next == State.DEAD) {
        node = trie.end(node);
        continue;
      }
      path[depth] = next;
      trie.mark(node, bits);
      if (collect && next.textMayEnd() && trie.end(node) > node + 1) {
        addExit(node);
      }
      node++;
    }
    // Do not retain states that the state space has dropped.
    Arrays.fill(path, null);
  }

  private void addExit(int node) {
    if (exitCount == exits.length) {
      exits = Arrays.copyOf(exits, 2 * exitCount);
    }
    exits[exitCount++] = node;
  }
}

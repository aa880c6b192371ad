package io.github.phi4j.internal.text;

import java.util.concurrent.ThreadLocalRandom;

/** Finds the merge of two tokens: an open-addressing table over pairs of ids. */
final class PairTable {

  static final int NONE = Integer.MAX_VALUE;

  private final long[] pairs; // (left, right) + 1, or 0
  private final int[] ranks;
  private final long seed = ThreadLocalRandom.current().nextLong();

  PairTable(Merges merges) {
    int slots = Math.max(2, Integer.highestOneBit(merges.count()) << 2);
    pairs = new long[slots];
    ranks = new int[slots];
    for (int rank = 0; rank < merges.count(); rank++) {
      long pair = pair(merges.left[rank], merges.right[rank]);
      int slot = slot(pair);
      pairs[slot] = pair;
      ranks[slot] = rank; // the last of equal pairs wins, as in Hugging Face's tokenizers
    }
  }

  /** The rank of the merge of two tokens, or {@link #NONE}. */
  int rank(int left, int right) {
    int slot = slot(pair(left, right));
    return pairs[slot] == 0 ? NONE : ranks[slot];
  }

  private static long pair(int left, int right) {
    return ((long) left << Integer.SIZE | right) + 1;
  }

  private int slot(long pair) {
    long hash = (pair ^ seed) * 0x9e3779b97f4a7c15L;
    hash = (hash ^ hash >>> 32) * 0xd6e8feb86659fd93L;
    int mask = pairs.length - 1;
    int slot = (int) (hash >>> 32) & mask;
    while (pairs[slot] != 0 && pairs[slot] != pair) {
      slot = slot + 1 & mask;
    }
    return slot;
  }
}

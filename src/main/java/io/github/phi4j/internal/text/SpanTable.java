package io.github.phi4j.internal.text;

import io.github.phi4j.internal.gguf.ByteStrings;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/** Finds byte strings among many: an open-addressing table over spans of one array. */
final class SpanTable {

  static final int NONE = -1;

  private final byte[] bytes;
  private final int[] starts; // of each span, then the end of the last
  private final int[] slots; // index + 1, or 0
  private final long seed; // random, so that no file can provoke collisions

  /** Creates an empty table for these strings. */
  SpanTable(ByteStrings strings) {
    this.bytes = strings.bytes();
    this.starts = strings.starts();
    this.slots = new int[Math.max(2, Integer.highestOneBit(starts.length) << 2)];
    this.seed = ThreadLocalRandom.current().nextLong();
  }

  /** Adds span {@code index}, or returns the index of an equal span in the table. */
  int add(int index) {
    int slot = slot(bytes, starts[index], starts[index + 1]);
    if (slots[slot] != 0) {
      return slots[slot] - 1;
    }
    slots[slot] = index + 1;
    return NONE;
  }

  /** The index of the span that equals {@code key[from, to)}, or {@link #NONE}. */
  int find(byte[] key, int from, int to) {
    return slots[slot(key, from, to)] - 1;
  }

  private int slot(byte[] key, int from, int to) {
    long hash = seed;
    for (int i = from; i < to; i++) {
      hash = (hash ^ key[i]) * 0x9e3779b97f4a7c15L;
      hash ^= hash >>> 32;
    }
    int mask = slots.length - 1;
    for (int slot = (int) hash & mask; ; slot = slot + 1 & mask) {
      int index = slots[slot] - 1;
      if (index == NONE || Arrays.equals(bytes, starts[index], starts[index + 1], key, from, to)) {
        return slot;
      }
    }
  }
}

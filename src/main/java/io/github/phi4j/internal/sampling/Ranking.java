package io.github.phi4j.internal.sampling;

import java.util.Arrays;

/**
 * Finds the highest of many values without sorting all of them: a histogram over the leading bits
 * says which values can be among them, and only those are sorted.
 */
final class Ranking {

  private static final int BUCKET_BITS = 13; // sign, exponent, and four bits of the mantissa
  private static final int BUCKETS = 1 << BUCKET_BITS;
  private static final int SHIFT = Long.SIZE - BUCKET_BITS;

  private final int[] histogram = new int[BUCKETS];
  private long[] keys = new long[1024];

  /**
   * Ranks the highest of the first {@code size} values: the highest first, of equal ones that with
   * the lower index first.
   *
   * @param count how many are needed, at most {@code size}
   * @return how many were ranked, at least {@code count}
   */
  int rank(float[] values, int size, int count) {
    Arrays.fill(histogram, 0);
    for (int i = 0; i < size; i++) {
      histogram[bucket(key(values[i], i))]++;
    }
    int last = 0;
    int ranked = histogram[0];
    while (ranked < count) {
      ranked += histogram[++last];
    }
    if (keys.length < ranked) {
      keys = new long[Math.min(size, Math.max(ranked, 2 * keys.length))];
    }
    int next = 0;
    for (int i = 0; i < size; i++) {
      long key = key(values[i], i);
      if (bucket(key) <= last) {
        keys[next++] = key;
      }
    }
    Arrays.sort(keys, 0, ranked);
    return ranked;
  }

  /** The index of the value of the given rank, 0 being the highest. */
  int index(int rank) {
    return (int) keys[rank];
  }

  /** A number that rises as the value falls, and then as the index rises. */
  private static long key(float value, int index) {
    int bits = Float.floatToRawIntBits(value + 0f); // + 0f makes -0f equal to 0f
    int rising = bits ^ (bits >> 31 & Integer.MAX_VALUE);
    return (long) ~rising << Integer.SIZE | index;
  }

  private static int bucket(long key) {
    return (int) (key >> SHIFT) + BUCKETS / 2;
  }
}

package io.github.phi4j.internal.sampling;

import java.util.Arrays;

/**
 * Finds the highest values without sorting all: a histogram over the leading bits selects the
 * candidates, and only those are sorted, bucket by bucket.
 */
final class Ranking {

  private static final int BUCKET_BITS = 13; // sign, exponent, and four bits of the mantissa
  private static final int BUCKETS = 1 << BUCKET_BITS;
  private static final int SHIFT = Long.SIZE - BUCKET_BITS;

  private final int[] histogram = new int[BUCKETS];
  private long[] keys = new long[1024];

  /** Allocates the buffers for a number of values up front. */
  void reserve(int values) {
    keys = new long[Math.max(values, keys.length)];
  }

  /**
   * Ranks the highest of the first {@code size} values in descending order, with ties by ascending
   * index.
   *
   * @param count the minimum number of ranks, at most {@code size}
   * @return the number of ranks, at least {@code count}
   */
  int rank(float[] values, int size, int count) {
    Arrays.fill(histogram, 0);
    for (int i = 0; i < size; i++) {
      histogram[bucket(key(values[i], i))]++;
    }
    int ranked = 0;
    int buckets = 0;
    while (ranked < count) {
      int start = ranked;
      ranked += histogram[buckets];
      histogram[buckets++] = start;
    }
    if (keys.length < ranked) {
      keys = new long[Math.min(size, Math.max(ranked, 2 * keys.length))];
    }
    for (int i = 0; i < size; i++) {
      long key = key(values[i], i);
      int bucket = bucket(key);
      if (bucket < buckets) {
        keys[histogram[bucket]++] = key;
      }
    }
    int start = 0;
    for (int bucket = 0; bucket < buckets; bucket++) {
      int end = histogram[bucket];
      sort(start, end);
      start = end;
    }
    return ranked;
  }

  /** Heapsort, since {@link java.util.Arrays#sort(long[])} allocates. */
  private void sort(int from, int to) {
    int size = to - from;
    for (int i = size / 2 - 1; i >= 0; i--) {
      siftDown(from, i, size);
    }
    for (int end = size - 1; end > 0; end--) {
      long last = keys[from + end];
      keys[from + end] = keys[from];
      keys[from] = last;
      siftDown(from, 0, end);
    }
  }

  private void siftDown(int from, int start, int size) {
    long key = keys[from + start];
    int hole = start;
    for (int child = 2 * hole + 1; child < size; child = 2 * hole + 1) {
      if (child + 1 < size && keys[from + child + 1] > keys[from + child]) {
        child++;
      }
      if (keys[from + child] <= key) {
        break;
      }
      keys[from + hole] = keys[from + child];
      hole = child;
    }
    keys[from + hole] = key;
  }

  /** The index of the value of a rank; rank 0 is the highest value. */
  int index(int rank) {
    return (int) keys[rank];
  }

  /** A sort key: descending by value, then ascending by index. */
  private static long key(float value, int index) {
    int bits = Float.floatToRawIntBits(value + 0f); // + 0f makes -0f equal to 0f
    int rising = bits ^ (bits >> 31 & Integer.MAX_VALUE);
    return (long) ~rising << Integer.SIZE | index;
  }

  private static int bucket(long key) {
    return (int) (key >> SHIFT) + BUCKETS / 2;
  }
}

package io.github.phi4j.internal.kernel;

import java.util.Arrays;

/**
 * Unpacked columns of two vectors of rows, and the sums of four vectors with one token. The data of
 * missing vectors may be garbage, and so are their results.
 */
final class PackedTile {

  /** Vectors of rows per step. */
  static final int VECTORS = 2;

  /** The rows of a tile, which is also the stride of its groups. */
  static final int ROWS = VECTORS * VectorWidth.LANES;

  /** Elements per pair of columns. */
  static final int PAIR = 2 * ROWS;

  /** The maximum columns of a tile, which stays in the cache for all tokens. */
  static final int COLUMNS = 256;

  /**
   * Vectors of rows per step of a one-token product: as many memory streams, each followed by the
   * hardware prefetcher.
   */
  static final int STREAMS = 4;

  /** The stride between the sums of successive groups, for one token. */
  static final int GROUP_SUMS = STREAMS * VectorWidth.SHORT_LANES;

  /** Tokens per step. */
  static final int TOKENS = 4;

  private static final int SHORTEST_GROUP = 16;

  /** Quants of pairs of columns: (columns / 2, rows, 2). */
  final short[] quants = new short[COLUMNS / 2 * PAIR];

  /** Group scales: (groups, rows). */
  final float[] scales = new float[COLUMNS / SHORTEST_GROUP * ROWS];

  /** Offsets per unit of a group's activation total: (groups, rows). */
  final float[] offsets = new float[COLUMNS / SHORTEST_GROUP * ROWS];

  /**
   * Group sums of low and high columns: (groups, tokens, rows, 2); for one token over whole rows,
   * (groups, {@link #STREAMS}, rows of a vector, 2).
   */
  final short[] sums;

  /** Keeps the prefetching reads alive: see {@link MappedReads#prefetch}. */
  int read;

  /** Allocates space for rows of up to the given columns. */
  PackedTile(int maxColumns) {
    sums = new short[Math.max(TOKENS * PAIR * COLUMNS, GROUP_SUMS * maxColumns) / SHORTEST_GROUP];
  }

  /** Clears the offsets, for groups without minimums. */
  void clearOffsets(int groups) {
    Arrays.fill(offsets, 0, groups * ROWS, 0);
  }
}

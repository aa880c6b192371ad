package io.github.phi4j.internal.kernel;

import java.util.Arrays;

/**
 * Unpacked columns of four vectors of rows with their sums, or the sums of four vectors of whole
 * rows with one token. The data of missing vectors may be garbage, and so are their results.
 */
final class PackedTile {

  /** Vectors of rows per step. */
  static final int VECTORS = 4;

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
  static final int STREAMS = VECTORS;

  /** The stride between the sums of successive groups, for one token. */
  static final int GROUP_SUMS = STREAMS * VectorWidth.SHORT_LANES;

  /**
   * The batch size from which a tile is unpacked once for all tokens. Unpacking costs as much as
   * the products of several tokens.
   */
  static final int FEWEST_TOKENS = 9;

  /** The maximum tokens per step with 32 vector registers; 16 hold the sums of two. */
  private static final int MAX_TOKENS = 5;

  private static final int SHORTEST_GROUP = 16;

  /**
   * Quants of pairs of columns: (columns / 2, rows, 2). An array, although its vectors cross cache
   * lines: in a loop over a segment, HotSpot may check at each access that it is open.
   */
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
    sums =
        new short[Math.max(MAX_TOKENS * PAIR * COLUMNS, GROUP_SUMS * maxColumns) / SHORTEST_GROUP];
  }

  /**
   * Returns the number of steps for a batch, whose tokens they share evenly: 3 to 5 each, or 2 to 3
   * where there are only 16 vector registers.
   */
  static int steps(int tokens) {
    return VectorWidth.REGISTERS == 32 ? Math.ceilDiv(tokens, MAX_TOKENS) : tokens / 2;
  }

  /** Clears the offsets, for groups without minimums. */
  void clearOffsets(int groups) {
    Arrays.fill(offsets, 0, groups * ROWS, 0);
  }
}

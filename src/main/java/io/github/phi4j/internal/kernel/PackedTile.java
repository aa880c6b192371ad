package io.github.phi4j.internal.kernel;

import java.util.Arrays;

/**
 * Some columns of two vectors of packed rows on their way to a product, and the sums of four with a
 * token. What is missing if there are fewer vectors may be garbage, and so are its results.
 */
final class PackedTile {

  /** The vectors of rows that are multiplied together. */
  static final int VECTORS = 2;

  /** The rows of a tile, which is also the distance between its groups. */
  static final int ROWS = VECTORS * VectorKernels.LANES;

  /** The numbers of a pair of columns. */
  static final int PAIR = 2 * ROWS;

  /** The most columns that are unpacked for all tokens: a tile, which stays in the cache. */
  static final int COLUMNS = 256;

  /**
   * The vectors of rows that are multiplied with a token on the fly: as many streams of memory, of
   * each of which a processor reads ahead.
   */
  static final int STREAMS = 4;

  /** From a token's sums of a group to those of the next, if it is multiplied alone. */
  static final int GROUP_SUMS = STREAMS * VectorKernels.SHORTS.length();

  /** The tokens that are multiplied together. */
  static final int TOKENS = 4;

  private static final int SHORTEST_GROUP = 16;

  /** Quants of pairs of columns: (columns / 2, rows, 2). */
  final short[] quants = new short[COLUMNS / 2 * PAIR];

  /** What the sums of a group are worth: (groups, rows). */
  final float[] scales = new float[COLUMNS / SHORTEST_GROUP * ROWS];

  /** What is added for each one of a group's total: (groups, rows). */
  final float[] offsets = new float[COLUMNS / SHORTEST_GROUP * ROWS];

  /**
   * Sums of groups, of low and of high columns: (groups, tokens, rows, 2), or of one token and
   * whole rows, (groups, {@link #STREAMS}, rows of a vector, 2).
   */
  final short[] sums;

  /** Of what was read only to be near: see {@link PackedLayout#fetch}. */
  int read;

  /** Makes room for rows of up to so many columns. */
  PackedTile(int maxColumns) {
    sums = new short[Math.max(TOKENS * PAIR * COLUMNS, GROUP_SUMS * maxColumns) / SHORTEST_GROUP];
  }

  /** Says that groups have no minimums. */
  void clearOffsets(int groups) {
    Arrays.fill(offsets, 0, groups * ROWS, 0);
  }
}

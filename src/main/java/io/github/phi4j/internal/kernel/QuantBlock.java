package io.github.phi4j.internal.kernel;

/**
 * 256 columns of one row, taken apart: a number is {@code d·scale·(quant − zero)}, or {@code
 * d·scale·quant − dMin·min}. Reused.
 */
final class QuantBlock {

  private static final int GROUPS = 16;

  /** Quants by column, unsigned. */
  final float[] quants = new float[PackedLayout.BLOCK];

  /** The first factor of each group's scale. */
  final float[] d = new float[GROUPS];

  /** The second factor of each group's scale. */
  final int[] scale = new int[GROUPS];

  /** The first factor of each group's minimum. */
  final float[] dMin = new float[GROUPS];

  /** The second factor of each group's minimum. */
  final int[] min = new int[GROUPS];
}

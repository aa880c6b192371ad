package io.github.phi4j.internal.kernel;

/** One row of a packed block of 256 columns, decoded. Reused. */
final class PackedBlock {

  /** Quants by column, unsigned. */
  final int[] quants = new int[PackedLayout.BLOCK];

  /** The first factor of each group's scale. */
  final float[] d = new float[16];

  /** The second factor of each group's scale. */
  final int[] scale = new int[16];

  /** The first factor of each group's minimum. */
  final float[] dMin = new float[16];

  /** The second factor of each group's minimum. */
  final int[] min = new int[16];
}

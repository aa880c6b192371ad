package io.github.phi4j.internal.kernel;

/** What one row has in one packed block of 256 columns, as plain numbers. Reused. */
final class PackedBlock {

  /** The quants of the columns, from 0 on. */
  final int[] quants = new int[PackedLayout.BLOCK];

  /** A factor of each group of columns. */
  final float[] d = new float[16];

  /** Another factor of each. */
  final int[] scale = new int[16];

  /** A factor of the minimum of each. */
  final float[] dMin = new float[16];

  /** Another factor of it. */
  final int[] min = new int[16];
}

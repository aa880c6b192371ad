package io.github.phi4j.internal.kernel;

/** Working space of one worker for products. */
public final class Scratch {

  /** Rows on their way to floats; scalar kernels have none. */
  final Tile tile;

  /** Packed rows on their way to a product; scalar kernels have none. */
  final PackedTile packed;

  /** Unpacked weights. */
  final float[] numbers;

  /** Sums of a product, (tokens, rows). */
  final float[] sums;

  Scratch(Tile tile, PackedTile packed, float[] numbers, float[] sums) {
    this.tile = tile;
    this.packed = packed;
    this.numbers = numbers;
    this.sums = sums;
  }
}

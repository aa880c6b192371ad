package io.github.phi4j.internal.kernel;

/** Scratch space of one worker. */
public final class Scratch {

  /** Rows being dequantized; null for scalar kernels. */
  final Tile tile;

  /** Packed rows being unpacked; null for scalar kernels. */
  final PackedTile packed;

  /** Unpacked weights. */
  final float[] numbers;

  /** Partial sums, (tokens, rows). */
  final float[] sums;

  Scratch(Tile tile, PackedTile packed, float[] numbers, float[] sums) {
    this.tile = tile;
    this.packed = packed;
    this.numbers = numbers;
    this.sums = sums;
  }
}

package io.github.phi4j.internal.kernel;

/** Working space of one worker for products. */
public final class Scratch {

  /** Rows on their way to floats; scalar kernels have none. */
  final Tile tile;

  /** Unpacked weights, or what a product of packed ones needs. */
  final float[] numbers;

  /** Sums of a product, (tokens, rows). */
  final float[] sums;

  Scratch(Tile tile, float[] numbers, float[] sums) {
    this.tile = tile;
    this.numbers = numbers;
    this.sums = sums;
  }
}

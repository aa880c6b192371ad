package io.github.phi4j.internal.kernel;

/** Scratch space for packing. */
final class PackingScratch {

  /** The words of a row's block. */
  final int[] row;

  /** The block, taken apart. */
  final QuantBlock block = new QuantBlock();

  /** Rows being dequantized; null for scalar kernels. */
  final Tile tile;

  /** The numbers of the tile. */
  final float[] numbers;

  /** Creates the scratch space for a layout and kernels. */
  PackingScratch(PackedLayout layout, Kernels kernels) {
    Scratch scratch = kernels.newScratch(PackedLayout.BLOCK, 1);
    this.row = new int[layout.scaleWords() + layout.quantWords()];
    this.tile = scratch.tile;
    this.numbers = scratch.numbers;
  }
}

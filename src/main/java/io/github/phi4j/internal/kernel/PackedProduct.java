package io.github.phi4j.internal.kernel;

import java.util.Arrays;

/**
 * Products of packed rows on vectors, the loops around the kernels. Whether a token is multiplied
 * alone or with others, its sums are the same bits: what is added in another order are integers.
 */
final class PackedProduct {

  /** The most rows whose sums are on their way at a time. */
  private static final int SLAB_ROWS = TileProducts.SLAB_ROWS;

  private PackedProduct() {}

  static void multiply(
      PackedMatrix w,
      int firstRow,
      int rows,
      Activations x,
      float[] y,
      int yOffset,
      int yStride,
      Scratch scratch) {
    for (int from = 0; from < rows; from += SLAB_ROWS) {
      int some = Math.min(SLAB_ROWS, rows - from);
      multiplySlab(w, firstRow + from, some, x, scratch);
      for (int t = 0; t < x.tokens(); t++) {
        System.arraycopy(scratch.sums, t * SLAB_ROWS, y, t * yStride + yOffset + from, some);
      }
    }
  }

  private static void multiplySlab(
      PackedMatrix w, int firstRow, int rows, Activations x, Scratch scratch) {
    Arrays.fill(scratch.sums, 0, x.tokens() * SLAB_ROWS, 0);
    if (x.tokens() < PackedTile.TOKENS) { // row by row, as they lie in memory
      for (int r = 0; r < rows; r += PackedTile.ROWS) {
        for (int column = 0; column < w.columns(); column += PackedTile.LONG_COLUMNS) {
          int count = Math.min(PackedTile.LONG_COLUMNS, w.columns() - column);
          add(w, firstRow, rows, r, column, count, x, scratch);
        }
      }
    } else {
      for (int column = 0; column < w.columns(); column += PackedTile.COLUMNS) {
        for (int r = 0; r < rows; r += PackedTile.ROWS) {
          add(w, firstRow, rows, r, column, PackedTile.COLUMNS, x, scratch);
        }
      }
    }
  }

  /** Adds the products of two vectors of rows, some columns and all tokens to sums. */
  private static void add(
      PackedMatrix w,
      int firstRow,
      int rows,
      int r,
      int column,
      int columns,
      Activations x,
      Scratch scratch) {
    PackedTile tile = scratch.packed;
    float[] sums = scratch.sums;
    PackedQuants layout = (PackedQuants) w.layout();
    int blocks = columns / PackedLayout.BLOCK;
    int row = firstRow + r;
    boolean alone = r + VectorKernels.LANES >= rows;
    int second = alone ? row : row + VectorKernels.LANES; // twice the same, if there is but one
    long a = w.quantsAt(row, column);
    long b = w.quantsAt(second, column);
    layout.unpackScales(w.data(), w.scalesAt(row, column), blocks, tile, 0);
    layout.unpackScales(w.data(), w.scalesAt(second, column), blocks, tile, VectorKernels.LANES);
    Activations.Groups groups = x.groups(layout.group());
    int stride = x.columns() / layout.group();
    int first = column / layout.group();
    int count = columns / layout.group();
    int t = 0;
    if (x.tokens() >= PackedTile.TOKENS) {
      layout.unpackQuants(w.data(), a, blocks, tile.quants, 0);
      layout.unpackQuants(w.data(), b, blocks, tile.quants, VectorKernels.SHORTS.length());
      for (; t + PackedTile.TOKENS <= x.tokens(); t += PackedTile.TOKENS) {
        PackedSums.multiplyFour(
            tile.quants,
            count,
            layout.group() / 2,
            x.pairs(),
            x.pairsAt(t) + column / 2,
            x.pairStride(),
            groups.starts(),
            t * stride + first,
            stride,
            layout.bias(),
            tile.sums);
        for (int two = 0; two < PackedTile.TOKENS; two += 2) {
          int from = two * PackedTile.PAIR;
          int at = (t + two) * stride + first;
          int y = (t + two) * SLAB_ROWS + r;
          PackedSums.addTwo(tile, from, count, groups, at, stride, sums, y, SLAB_ROWS);
        }
      }
    }
    for (; t < x.tokens(); t++) {
      int at = t * stride + first;
      layout.multiply(
          w.data(),
          a,
          b,
          count,
          x.pairs(),
          x.pairsAt(t) + column / 2,
          groups.starts(),
          at,
          tile.sums);
      PackedSums.addOne(tile, count, groups, at, sums, t * SLAB_ROWS + r);
    }
  }
}

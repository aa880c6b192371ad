package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The loops around the vector kernels of packed rows. A token's sums are bit-identical alone and in
 * a batch: only integers are added in a different order.
 */
final class PackedProduct {

  /** The maximum number of rows with sums in flight. */
  private static final int SLAB_ROWS = TileProducts.SLAB_ROWS;

  private PackedProduct() {}

  static void multiply(
      PackedMatrix w,
      QuantLayout layout,
      int firstRow,
      int rows,
      Activations x,
      float[] y,
      int yOffset,
      int yStride,
      Scratch scratch) {
    for (int from = 0; from < rows; from += SLAB_ROWS) {
      int slabRows = Math.min(SLAB_ROWS, rows - from);
      multiplySlab(w, layout, firstRow + from, slabRows, x, scratch);
      for (int t = 0; t < x.tokens(); t++) {
        System.arraycopy(scratch.sums, t * SLAB_ROWS, y, t * yStride + yOffset + from, slabRows);
      }
    }
  }

  private static void multiplySlab(
      PackedMatrix w, QuantLayout layout, int firstRow, int rows, Activations x, Scratch scratch) {
    Arrays.fill(scratch.sums, 0, x.tokens() * SLAB_ROWS, 0);
    if (x.together() > 0) {
      for (int column = 0; column < w.columns(); column += PackedTile.COLUMNS) {
        for (int r = 0; r < rows; r += PackedTile.ROWS) {
          addTogether(w, layout, firstRow, rows, r, column, x, scratch);
        }
      }
    }
    if (x.together() < x.tokens()) {
      for (int r = 0; r < rows; r += PackedTile.STREAMS * VectorWidth.LANES) {
        addAlone(w, layout, firstRow, rows, r, x, scratch);
      }
    }
  }

  /** Accumulates products of two vectors of rows with tokens in fours, over a tile's columns. */
  private static void addTogether(
      PackedMatrix w,
      QuantLayout layout,
      int firstRow,
      int rows,
      int r,
      int column,
      Activations x,
      Scratch scratch) {
    PackedTile tile = scratch.packed;
    int blocks = PackedTile.COLUMNS / PackedLayout.BLOCK;
    int a = row(firstRow, rows, r, 0);
    int b = row(firstRow, rows, r, 1);
    ScaleCodec scales = layout.scales();
    PackedBits bits = bits(layout);
    int count = PackedTile.COLUMNS / layout.group();
    scales.unpack(w.data(), w.scalesAt(a, column), blocks, layout.bias(), tile, 0);
    scales.unpack(w.data(), w.scalesAt(b, column), blocks, layout.bias(), tile, VectorWidth.LANES);
    bits.unpack(w.data(), w.quantsAt(a, column), count, tile.quants, 0);
    bits.unpack(w.data(), w.quantsAt(b, column), count, tile.quants, VectorWidth.SHORT_LANES);
    GroupValues groups = x.groups(layout.group());
    int stride = x.columns() / layout.group();
    int first = column / layout.group();
    for (int t = 0; t < x.together(); t += PackedTile.TOKENS) {
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
        PackedSums.addTwo(tile, from, count, groups, at, stride, scratch.sums, y, SLAB_ROWS);
      }
    }
  }

  /**
   * Accumulates products of four vectors of rows with the remaining tokens. Rows are read from end
   * to end, the fastest order for memory.
   */
  private static void addAlone(
      PackedMatrix w,
      QuantLayout layout,
      int firstRow,
      int rows,
      int r,
      Activations x,
      Scratch scratch) {
    MemorySegment data = w.data();
    PackedTile tile = scratch.packed;
    float[] sums = scratch.sums;
    int blocks = w.columns() / PackedLayout.BLOCK;
    int count = w.columns() / layout.group();
    GroupValues groups = x.groups(layout.group());
    long a = w.quantsAt(row(firstRow, rows, r, 0), 0);
    long b = w.quantsAt(row(firstRow, rows, r, 1), 0);
    long c = w.quantsAt(row(firstRow, rows, r, 2), 0);
    long d = w.quantsAt(row(firstRow, rows, r, 3), 0);
    long scaleBytes = layout.scaleBytes(w.columns());
    ScaleCodec scales = layout.scales();
    PackedBits bits = bits(layout);
    for (int t = x.together(); t < x.tokens(); t++) {
      float[] factors = x.factors(layout);
      int from = x.factorsAt(layout, t);
      tile.read += bits.multiply(data, a, b, c, d, scaleBytes, count, factors, from, tile.sums);
      for (int half = 0;
          half < PackedTile.STREAMS && r + half * VectorWidth.LANES < rows;
          half += 2) {
        long first = (half == 0 ? a : c) - scaleBytes;
        long second = (half == 0 ? b : d) - scaleBytes;
        scales.addSums(
            data,
            first,
            second,
            blocks,
            layout.bias(),
            tile.sums,
            half * VectorWidth.SHORT_LANES,
            groups,
            t * count,
            sums,
            t * SLAB_ROWS + r + half * VectorWidth.LANES);
      }
    }
  }

  private static PackedBits bits(QuantLayout layout) {
    return switch (layout.bits()) {
      case 2 -> Packed2Bits.INSTANCE;
      case 3 -> Packed3Bits.INSTANCE;
      case 4 -> Packed4Bits.INSTANCE;
      case 5 -> Packed5Bits.INSTANCE;
      case 6 -> Packed6Bits.INSTANCE;
      default -> throw new IllegalStateException(layout.type() + ": " + layout.bits() + " bits");
    };
  }

  /** The first row of a vector; a missing vector repeats the last one, without effect. */
  private static int row(int firstRow, int rows, int r, int vector) {
    return firstRow + Math.min(r + vector * VectorWidth.LANES, rows - VectorWidth.LANES);
  }
}

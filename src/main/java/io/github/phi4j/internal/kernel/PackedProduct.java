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
    if (x.together()) {
      for (int column = 0; column < w.columns(); column += PackedTile.COLUMNS) {
        for (int r = 0; r < rows; r += PackedTile.ROWS) {
          addTogether(w, layout, firstRow, rows, r, column, x, scratch);
        }
      }
    } else {
      for (int r = 0; r < rows; r += PackedTile.STREAMS * PackedLayout.ROWS) {
        for (int part = r; part < r + PackedLayout.ROWS; part += VectorWidth.LANES) {
          addAlone(w, layout, firstRow, rows, part, x, scratch);
        }
      }
    }
  }

  /** Accumulates products of four vectors of rows with all tokens, over a tile's columns. */
  private static void addTogether(
      PackedMatrix w,
      QuantLayout layout,
      int firstRow,
      int rows,
      int r,
      int column,
      Activations x,
      Scratch scratch) {
    unpack(w, layout, firstRow, rows, r, column, scratch.packed);
    int steps = PackedTile.steps(x.tokens());
    int from = 0;
    for (int step = 1; step <= steps; step++) {
      int to = x.tokens() * step / steps;
      multiply(scratch.packed, layout, x, from, to - from, column);
      for (int v = 0; v < PackedTile.VECTORS && r + v * VectorWidth.LANES < rows; v += 2) {
        int y = from * SLAB_ROWS + r + v * VectorWidth.LANES;
        add(scratch.packed, layout, v, x, from, to - from, column, scratch.sums, y);
      }
      from = to;
    }
  }

  private static void unpack(
      PackedMatrix w,
      QuantLayout layout,
      int firstRow,
      int rows,
      int r,
      int column,
      PackedTile tile) {
    ScaleCodec scales = layout.scales();
    PackedBits bits = bits(layout);
    int blocks = PackedTile.COLUMNS / PackedLayout.BLOCK;
    int groups = PackedTile.COLUMNS / layout.group();
    for (int v = 0; v < PackedTile.VECTORS && r + v * VectorWidth.LANES < rows; v++) {
      int row = firstRow + r + v * VectorWidth.LANES;
      long scalesAt = w.scalesAt(row, column);
      scales.unpack(w.data(), scalesAt, blocks, layout.bias(), tile, v * VectorWidth.LANES);
      long quantsAt = w.quantsAt(row, column);
      bits.unpack(w.data(), quantsAt, groups, tile.quants, v * VectorWidth.SHORT_LANES);
    }
  }

  /** Multiplies a tile with {@code count} tokens. */
  static void multiply(
      PackedTile tile, QuantLayout layout, Activations x, int token, int count, int column) {
    int length = layout.group() / 2; // pairs
    int groups = PackedTile.COLUMNS / layout.group();
    int at = x.pairsAt(token) + column / 2;
    int stride = x.columns() / layout.group();
    int start = token * stride + column / layout.group();
    short[] w = tile.quants;
    float[] pairs = x.pairs();
    float[] starts = x.groups(layout.group()).starts();
    int xs = x.pairStride();
    short bias = layout.bias();
    short[] sums = tile.sums;
    switch (count) {
      case 2 ->
          PackedSums2.multiply(w, groups, length, pairs, at, xs, starts, start, stride, bias, sums);
      case 3 ->
          PackedSums3.multiply(w, groups, length, pairs, at, xs, starts, start, stride, bias, sums);
      case 4 ->
          PackedSums4.multiply(w, groups, length, pairs, at, xs, starts, start, stride, bias, sums);
      case 5 ->
          PackedSums5.multiply(w, groups, length, pairs, at, xs, starts, start, stride, bias, sums);
      default -> throw new IllegalArgumentException(count + " tokens");
    }
  }

  /** Accumulates the sums of {@code count} tokens with two vectors of a tile. */
  static void add(
      PackedTile tile,
      QuantLayout layout,
      int vector,
      Activations x,
      int token,
      int count,
      int column,
      float[] y,
      int to) {
    int groups = PackedTile.COLUMNS / layout.group();
    GroupValues values = x.groups(layout.group());
    int stride = x.columns() / layout.group();
    int at = token * stride + column / layout.group();
    switch (count) {
      case 2 -> PackedSums2.add(tile, vector, groups, values, at, stride, y, to, SLAB_ROWS);
      case 3 -> PackedSums3.add(tile, vector, groups, values, at, stride, y, to, SLAB_ROWS);
      case 4 -> PackedSums4.add(tile, vector, groups, values, at, stride, y, to, SLAB_ROWS);
      case 5 -> PackedSums5.add(tile, vector, groups, values, at, stride, y, to, SLAB_ROWS);
      default -> throw new IllegalArgumentException(count + " tokens");
    }
  }

  /**
   * Accumulates products of four vectors of rows with few tokens, one by one. Rows are read from
   * end to end, the fastest order for memory, and are of four packed tiles: where a tile has
   * several vectors, all but the first find it in the cache.
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
    for (int t = 0; t < x.tokens(); t++) {
      float[] factors = x.factors(layout);
      int from = x.factorsAt(layout, t);
      tile.read += bits.multiply(data, a, b, c, d, scaleBytes, count, factors, from, tile.sums);
      for (int half = 0;
          half < PackedTile.STREAMS && r + half * PackedLayout.ROWS < rows;
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
            t * SLAB_ROWS + r + half * PackedLayout.ROWS);
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

  /** The first row of a stream's vector; a missing one repeats another, without effect. */
  private static int row(int firstRow, int rows, int r, int stream) {
    int row = r + stream * PackedLayout.ROWS;
    return firstRow + (row < rows ? row : r);
  }
}

package io.github.phi4j.internal.kernel;

import static io.github.phi4j.internal.kernel.VectorWidth.FLOATS;
import static io.github.phi4j.internal.kernel.VectorWidth.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * Products of dequantized tiles, whose lanes are rows, with tokens. Each method keeps its sums in
 * registers: twelve of sixteen, or twenty of the thirty-two of AVX-512.
 */
final class TileProducts {

  /** The maximum rows unpacked at a time. */
  static final int SLAB_ROWS = 64;

  /**
   * The stride of tiles in floats: padded by a cache line, since powers of two share cache sets.
   */
  static final int TILE_LENGTH = Tile.COLUMNS * LANES + 16;

  private TileProducts() {}

  /**
   * Accumulates products of tiles with all tokens. Tiles are used in twos or fours: missing ones
   * may be garbage, and so are their sums.
   *
   * @param w (tiles, TILE_LENGTH), each tile (count, lanes)
   * @param x (tokens, columns), used from column {@code from} on
   * @param sums (tokens, SLAB_ROWS)
   */
  static void add(
      float[] w, int tiles, int count, float[] x, int from, int columns, int tokens, float[] sums) {
    int t = 0;
    if (LANES == 16) {
      for (; t + 5 <= tokens; t += 5) {
        for (int u = 0; u < tiles; u += 4) {
          int sum = t * SLAB_ROWS + u * LANES;
          fourByFive(w, u * TILE_LENGTH, count, x, t * columns + from, columns, sums, sum);
        }
      }
    } else {
      for (; t + 6 <= tokens; t += 6) {
        for (int u = 0; u < tiles; u += 2) {
          int sum = t * SLAB_ROWS + u * LANES;
          twoBySix(w, u * TILE_LENGTH, count, x, t * columns + from, columns, sums, sum);
        }
      }
    }
    for (; t + 2 <= tokens; t += 2) {
      for (int u = 0; u < tiles; u += 4) {
        int sum = t * SLAB_ROWS + u * LANES;
        fourByTwo(w, u * TILE_LENGTH, count, x, t * columns + from, columns, sums, sum);
      }
    }
    if (t < tokens) {
      for (int u = 0; u < tiles; u += 4) {
        int sum = t * SLAB_ROWS + u * LANES;
        fourByOne(w, u * TILE_LENGTH, count, x, t * columns + from, sums, sum);
      }
    }
  }

  /** Four tiles with five tokens. */
  private static void fourByFive(
      float[] w, int tile, int count, float[] x, int at, int columns, float[] sums, int sum) {
    FloatVector s00 = FloatVector.fromArray(FLOATS, sums, sum);
    FloatVector s01 = FloatVector.fromArray(FLOATS, sums, sum + LANES);
    FloatVector s02 = FloatVector.fromArray(FLOATS, sums, sum + 2 * LANES);
    FloatVector s03 = FloatVector.fromArray(FLOATS, sums, sum + 3 * LANES);
    FloatVector s10 = FloatVector.fromArray(FLOATS, sums, sum + SLAB_ROWS);
    FloatVector s11 = FloatVector.fromArray(FLOATS, sums, sum + SLAB_ROWS + LANES);
    FloatVector s12 = FloatVector.fromArray(FLOATS, sums, sum + SLAB_ROWS + 2 * LANES);
    FloatVector s13 = FloatVector.fromArray(FLOATS, sums, sum + SLAB_ROWS + 3 * LANES);
    FloatVector s20 = FloatVector.fromArray(FLOATS, sums, sum + 2 * SLAB_ROWS);
    FloatVector s21 = FloatVector.fromArray(FLOATS, sums, sum + 2 * SLAB_ROWS + LANES);
    FloatVector s22 = FloatVector.fromArray(FLOATS, sums, sum + 2 * SLAB_ROWS + 2 * LANES);
    FloatVector s23 = FloatVector.fromArray(FLOATS, sums, sum + 2 * SLAB_ROWS + 3 * LANES);
    FloatVector s30 = FloatVector.fromArray(FLOATS, sums, sum + 3 * SLAB_ROWS);
    FloatVector s31 = FloatVector.fromArray(FLOATS, sums, sum + 3 * SLAB_ROWS + LANES);
    FloatVector s32 = FloatVector.fromArray(FLOATS, sums, sum + 3 * SLAB_ROWS + 2 * LANES);
    FloatVector s33 = FloatVector.fromArray(FLOATS, sums, sum + 3 * SLAB_ROWS + 3 * LANES);
    FloatVector s40 = FloatVector.fromArray(FLOATS, sums, sum + 4 * SLAB_ROWS);
    FloatVector s41 = FloatVector.fromArray(FLOATS, sums, sum + 4 * SLAB_ROWS + LANES);
    FloatVector s42 = FloatVector.fromArray(FLOATS, sums, sum + 4 * SLAB_ROWS + 2 * LANES);
    FloatVector s43 = FloatVector.fromArray(FLOATS, sums, sum + 4 * SLAB_ROWS + 3 * LANES);
    int tile1 = tile + TILE_LENGTH;
    int tile2 = tile + 2 * TILE_LENGTH;
    int tile3 = tile + 3 * TILE_LENGTH;
    int at1 = at + columns;
    int at2 = at + 2 * columns;
    int at3 = at + 3 * columns;
    int at4 = at + 4 * columns;
    for (int i = 0; i < count; i++) {
      FloatVector w0 = FloatVector.fromArray(FLOATS, w, tile + i * LANES);
      FloatVector w1 = FloatVector.fromArray(FLOATS, w, tile1 + i * LANES);
      FloatVector w2 = FloatVector.fromArray(FLOATS, w, tile2 + i * LANES);
      FloatVector w3 = FloatVector.fromArray(FLOATS, w, tile3 + i * LANES);
      FloatVector x0 = FloatVector.broadcast(FLOATS, x[at + i]);
      s00 = w0.fma(x0, s00);
      s01 = w1.fma(x0, s01);
      s02 = w2.fma(x0, s02);
      s03 = w3.fma(x0, s03);
      FloatVector x1 = FloatVector.broadcast(FLOATS, x[at1 + i]);
      s10 = w0.fma(x1, s10);
      s11 = w1.fma(x1, s11);
      s12 = w2.fma(x1, s12);
      s13 = w3.fma(x1, s13);
      FloatVector x2 = FloatVector.broadcast(FLOATS, x[at2 + i]);
      s20 = w0.fma(x2, s20);
      s21 = w1.fma(x2, s21);
      s22 = w2.fma(x2, s22);
      s23 = w3.fma(x2, s23);
      FloatVector x3 = FloatVector.broadcast(FLOATS, x[at3 + i]);
      s30 = w0.fma(x3, s30);
      s31 = w1.fma(x3, s31);
      s32 = w2.fma(x3, s32);
      s33 = w3.fma(x3, s33);
      FloatVector x4 = FloatVector.broadcast(FLOATS, x[at4 + i]);
      s40 = w0.fma(x4, s40);
      s41 = w1.fma(x4, s41);
      s42 = w2.fma(x4, s42);
      s43 = w3.fma(x4, s43);
    }
    s00.intoArray(sums, sum);
    s01.intoArray(sums, sum + LANES);
    s02.intoArray(sums, sum + 2 * LANES);
    s03.intoArray(sums, sum + 3 * LANES);
    s10.intoArray(sums, sum + SLAB_ROWS);
    s11.intoArray(sums, sum + SLAB_ROWS + LANES);
    s12.intoArray(sums, sum + SLAB_ROWS + 2 * LANES);
    s13.intoArray(sums, sum + SLAB_ROWS + 3 * LANES);
    s20.intoArray(sums, sum + 2 * SLAB_ROWS);
    s21.intoArray(sums, sum + 2 * SLAB_ROWS + LANES);
    s22.intoArray(sums, sum + 2 * SLAB_ROWS + 2 * LANES);
    s23.intoArray(sums, sum + 2 * SLAB_ROWS + 3 * LANES);
    s30.intoArray(sums, sum + 3 * SLAB_ROWS);
    s31.intoArray(sums, sum + 3 * SLAB_ROWS + LANES);
    s32.intoArray(sums, sum + 3 * SLAB_ROWS + 2 * LANES);
    s33.intoArray(sums, sum + 3 * SLAB_ROWS + 3 * LANES);
    s40.intoArray(sums, sum + 4 * SLAB_ROWS);
    s41.intoArray(sums, sum + 4 * SLAB_ROWS + LANES);
    s42.intoArray(sums, sum + 4 * SLAB_ROWS + 2 * LANES);
    s43.intoArray(sums, sum + 4 * SLAB_ROWS + 3 * LANES);
  }

  /** Two tiles with six tokens. */
  private static void twoBySix(
      float[] w, int tile, int count, float[] x, int at, int columns, float[] sums, int sum) {
    FloatVector s00 = FloatVector.fromArray(FLOATS, sums, sum);
    FloatVector s01 = FloatVector.fromArray(FLOATS, sums, sum + LANES);
    FloatVector s10 = FloatVector.fromArray(FLOATS, sums, sum + SLAB_ROWS);
    FloatVector s11 = FloatVector.fromArray(FLOATS, sums, sum + SLAB_ROWS + LANES);
    FloatVector s20 = FloatVector.fromArray(FLOATS, sums, sum + 2 * SLAB_ROWS);
    FloatVector s21 = FloatVector.fromArray(FLOATS, sums, sum + 2 * SLAB_ROWS + LANES);
    FloatVector s30 = FloatVector.fromArray(FLOATS, sums, sum + 3 * SLAB_ROWS);
    FloatVector s31 = FloatVector.fromArray(FLOATS, sums, sum + 3 * SLAB_ROWS + LANES);
    FloatVector s40 = FloatVector.fromArray(FLOATS, sums, sum + 4 * SLAB_ROWS);
    FloatVector s41 = FloatVector.fromArray(FLOATS, sums, sum + 4 * SLAB_ROWS + LANES);
    FloatVector s50 = FloatVector.fromArray(FLOATS, sums, sum + 5 * SLAB_ROWS);
    FloatVector s51 = FloatVector.fromArray(FLOATS, sums, sum + 5 * SLAB_ROWS + LANES);
    int tile1 = tile + TILE_LENGTH;
    int at1 = at + columns;
    int at2 = at + 2 * columns;
    int at3 = at + 3 * columns;
    int at4 = at + 4 * columns;
    int at5 = at + 5 * columns;
    for (int i = 0; i < count; i++) {
      FloatVector w0 = FloatVector.fromArray(FLOATS, w, tile + i * LANES);
      FloatVector w1 = FloatVector.fromArray(FLOATS, w, tile1 + i * LANES);
      FloatVector x0 = FloatVector.broadcast(FLOATS, x[at + i]);
      s00 = w0.fma(x0, s00);
      s01 = w1.fma(x0, s01);
      FloatVector x1 = FloatVector.broadcast(FLOATS, x[at1 + i]);
      s10 = w0.fma(x1, s10);
      s11 = w1.fma(x1, s11);
      FloatVector x2 = FloatVector.broadcast(FLOATS, x[at2 + i]);
      s20 = w0.fma(x2, s20);
      s21 = w1.fma(x2, s21);
      FloatVector x3 = FloatVector.broadcast(FLOATS, x[at3 + i]);
      s30 = w0.fma(x3, s30);
      s31 = w1.fma(x3, s31);
      FloatVector x4 = FloatVector.broadcast(FLOATS, x[at4 + i]);
      s40 = w0.fma(x4, s40);
      s41 = w1.fma(x4, s41);
      FloatVector x5 = FloatVector.broadcast(FLOATS, x[at5 + i]);
      s50 = w0.fma(x5, s50);
      s51 = w1.fma(x5, s51);
    }
    s00.intoArray(sums, sum);
    s01.intoArray(sums, sum + LANES);
    s10.intoArray(sums, sum + SLAB_ROWS);
    s11.intoArray(sums, sum + SLAB_ROWS + LANES);
    s20.intoArray(sums, sum + 2 * SLAB_ROWS);
    s21.intoArray(sums, sum + 2 * SLAB_ROWS + LANES);
    s30.intoArray(sums, sum + 3 * SLAB_ROWS);
    s31.intoArray(sums, sum + 3 * SLAB_ROWS + LANES);
    s40.intoArray(sums, sum + 4 * SLAB_ROWS);
    s41.intoArray(sums, sum + 4 * SLAB_ROWS + LANES);
    s50.intoArray(sums, sum + 5 * SLAB_ROWS);
    s51.intoArray(sums, sum + 5 * SLAB_ROWS + LANES);
  }

  /** Four tiles with two tokens. */
  private static void fourByTwo(
      float[] w, int tile, int count, float[] x, int at, int columns, float[] sums, int sum) {
    FloatVector s00 = FloatVector.fromArray(FLOATS, sums, sum);
    FloatVector s01 = FloatVector.fromArray(FLOATS, sums, sum + LANES);
    FloatVector s02 = FloatVector.fromArray(FLOATS, sums, sum + 2 * LANES);
    FloatVector s03 = FloatVector.fromArray(FLOATS, sums, sum + 3 * LANES);
    FloatVector s10 = FloatVector.fromArray(FLOATS, sums, sum + SLAB_ROWS);
    FloatVector s11 = FloatVector.fromArray(FLOATS, sums, sum + SLAB_ROWS + LANES);
    FloatVector s12 = FloatVector.fromArray(FLOATS, sums, sum + SLAB_ROWS + 2 * LANES);
    FloatVector s13 = FloatVector.fromArray(FLOATS, sums, sum + SLAB_ROWS + 3 * LANES);
    int tile1 = tile + TILE_LENGTH;
    int tile2 = tile + 2 * TILE_LENGTH;
    int tile3 = tile + 3 * TILE_LENGTH;
    int at1 = at + columns;
    for (int i = 0; i < count; i++) {
      FloatVector w0 = FloatVector.fromArray(FLOATS, w, tile + i * LANES);
      FloatVector w1 = FloatVector.fromArray(FLOATS, w, tile1 + i * LANES);
      FloatVector w2 = FloatVector.fromArray(FLOATS, w, tile2 + i * LANES);
      FloatVector w3 = FloatVector.fromArray(FLOATS, w, tile3 + i * LANES);
      FloatVector x0 = FloatVector.broadcast(FLOATS, x[at + i]);
      s00 = w0.fma(x0, s00);
      s01 = w1.fma(x0, s01);
      s02 = w2.fma(x0, s02);
      s03 = w3.fma(x0, s03);
      FloatVector x1 = FloatVector.broadcast(FLOATS, x[at1 + i]);
      s10 = w0.fma(x1, s10);
      s11 = w1.fma(x1, s11);
      s12 = w2.fma(x1, s12);
      s13 = w3.fma(x1, s13);
    }
    s00.intoArray(sums, sum);
    s01.intoArray(sums, sum + LANES);
    s02.intoArray(sums, sum + 2 * LANES);
    s03.intoArray(sums, sum + 3 * LANES);
    s10.intoArray(sums, sum + SLAB_ROWS);
    s11.intoArray(sums, sum + SLAB_ROWS + LANES);
    s12.intoArray(sums, sum + SLAB_ROWS + 2 * LANES);
    s13.intoArray(sums, sum + SLAB_ROWS + 3 * LANES);
  }

  /** Four tiles with one token. */
  private static void fourByOne(
      float[] w, int tile, int count, float[] x, int at, float[] sums, int sum) {
    FloatVector s00 = FloatVector.fromArray(FLOATS, sums, sum);
    FloatVector s01 = FloatVector.fromArray(FLOATS, sums, sum + LANES);
    FloatVector s02 = FloatVector.fromArray(FLOATS, sums, sum + 2 * LANES);
    FloatVector s03 = FloatVector.fromArray(FLOATS, sums, sum + 3 * LANES);
    int tile1 = tile + TILE_LENGTH;
    int tile2 = tile + 2 * TILE_LENGTH;
    int tile3 = tile + 3 * TILE_LENGTH;
    for (int i = 0; i < count; i++) {
      FloatVector w0 = FloatVector.fromArray(FLOATS, w, tile + i * LANES);
      FloatVector w1 = FloatVector.fromArray(FLOATS, w, tile1 + i * LANES);
      FloatVector w2 = FloatVector.fromArray(FLOATS, w, tile2 + i * LANES);
      FloatVector w3 = FloatVector.fromArray(FLOATS, w, tile3 + i * LANES);
      FloatVector x0 = FloatVector.broadcast(FLOATS, x[at + i]);
      s00 = w0.fma(x0, s00);
      s01 = w1.fma(x0, s01);
      s02 = w2.fma(x0, s02);
      s03 = w3.fma(x0, s03);
    }
    s00.intoArray(sums, sum);
    s01.intoArray(sums, sum + LANES);
    s02.intoArray(sums, sum + 2 * LANES);
    s03.intoArray(sums, sum + 3 * LANES);
  }
}

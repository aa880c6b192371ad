package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Integer products of packed tiles with five tokens, and their accumulation as floats. This is the
 * text of four classes, in which the first constant differs: the build writes those of two, three
 * and four tokens ({@code src/build/Copies.java}).
 *
 * <p>A lane is a row and holds two 16-bit sums, of low and of high columns. Quants are used
 * unsigned, and the sums start at the negated bias term: arithmetic is modulo 2¹⁶, so only the sums
 * of the unbiased quants need to fit. Half a group has 16 columns of at most 16 · 127 in magnitude,
 * or 8 of 32 · 127: both are 32,512, below 32,767.
 */
final class PackedSums5 {

  private static final int TOKENS = 5;

  private static final VectorSpecies<Float> FLOATS = VectorWidth.FLOATS;
  private static final VectorSpecies<Short> SHORTS = VectorWidth.SHORTS;
  private static final int LANES = VectorWidth.LANES;
  private static final int SHORT_LANES = SHORTS.length();
  private static final int ROWS = PackedTile.ROWS;
  private static final int PAIR = PackedTile.PAIR;

  /** The stride between the sums of successive groups. */
  private static final int STRIDE = TOKENS * PAIR;

  private PackedSums5() {}

  /**
   * Multiplies a tile with the tokens.
   *
   * @param w (groups, length, rows, 2), pairs of quants
   * @param length the pairs of a group
   * @param x pairs of activations; the first token's start at {@code at}
   * @param xStride the stride between tokens
   * @param starts initial values of the sums; the first token's start at {@code start}
   * @param startStride the stride between tokens
   * @param sums (groups, tokens, rows, 2)
   */
  static void multiply(
      short[] w,
      int groups,
      int length,
      float[] x,
      int at,
      int xStride,
      float[] starts,
      int start,
      int startStride,
      short bias,
      short[] sums) {
    int at1 = at + xStride;
    int at2 = at + 2 * xStride;
    int at3 = at + 3 * xStride;
    int at4 = at + 4 * xStride;
    for (int g = 0; g < groups; g++) {
      int s = start + g;
      ShortVector s00 = FloatVector.broadcast(FLOATS, starts[s]).reinterpretAsShorts().mul(bias);
      ShortVector s01 = s00;
      ShortVector s02 = s00;
      ShortVector s03 = s00;
      s += startStride;
      ShortVector s10 = FloatVector.broadcast(FLOATS, starts[s]).reinterpretAsShorts().mul(bias);
      ShortVector s11 = s10;
      ShortVector s12 = s10;
      ShortVector s13 = s10;
      ShortVector s20 = s10;
      if (TOKENS > 2) {
        s += startStride;
        s20 = FloatVector.broadcast(FLOATS, starts[s]).reinterpretAsShorts().mul(bias);
      }
      ShortVector s21 = s20;
      ShortVector s22 = s20;
      ShortVector s23 = s20;
      ShortVector s30 = s10;
      if (TOKENS > 3) {
        s += startStride;
        s30 = FloatVector.broadcast(FLOATS, starts[s]).reinterpretAsShorts().mul(bias);
      }
      ShortVector s31 = s30;
      ShortVector s32 = s30;
      ShortVector s33 = s30;
      ShortVector s40 = s10;
      if (TOKENS > 4) {
        s += startStride;
        s40 = FloatVector.broadcast(FLOATS, starts[s]).reinterpretAsShorts().mul(bias);
      }
      ShortVector s41 = s40;
      ShortVector s42 = s40;
      ShortVector s43 = s40;
      for (int i = g * length; i < (g + 1) * length; i++) {
        ShortVector w0 = ShortVector.fromArray(SHORTS, w, i * PAIR);
        ShortVector w1 = ShortVector.fromArray(SHORTS, w, i * PAIR + SHORT_LANES);
        ShortVector w2 = ShortVector.fromArray(SHORTS, w, i * PAIR + 2 * SHORT_LANES);
        ShortVector w3 = ShortVector.fromArray(SHORTS, w, i * PAIR + 3 * SHORT_LANES);
        ShortVector x0 = FloatVector.broadcast(FLOATS, x[at + i]).reinterpretAsShorts();
        s00 = s00.add(w0.mul(x0));
        s01 = s01.add(w1.mul(x0));
        s02 = s02.add(w2.mul(x0));
        s03 = s03.add(w3.mul(x0));
        ShortVector x1 = FloatVector.broadcast(FLOATS, x[at1 + i]).reinterpretAsShorts();
        s10 = s10.add(w0.mul(x1));
        s11 = s11.add(w1.mul(x1));
        s12 = s12.add(w2.mul(x1));
        s13 = s13.add(w3.mul(x1));
        if (TOKENS > 2) {
          ShortVector x2 = FloatVector.broadcast(FLOATS, x[at2 + i]).reinterpretAsShorts();
          s20 = s20.add(w0.mul(x2));
          s21 = s21.add(w1.mul(x2));
          s22 = s22.add(w2.mul(x2));
          s23 = s23.add(w3.mul(x2));
        }
        if (TOKENS > 3) {
          ShortVector x3 = FloatVector.broadcast(FLOATS, x[at3 + i]).reinterpretAsShorts();
          s30 = s30.add(w0.mul(x3));
          s31 = s31.add(w1.mul(x3));
          s32 = s32.add(w2.mul(x3));
          s33 = s33.add(w3.mul(x3));
        }
        if (TOKENS > 4) {
          ShortVector x4 = FloatVector.broadcast(FLOATS, x[at4 + i]).reinterpretAsShorts();
          s40 = s40.add(w0.mul(x4));
          s41 = s41.add(w1.mul(x4));
          s42 = s42.add(w2.mul(x4));
          s43 = s43.add(w3.mul(x4));
        }
      }
      int to = g * STRIDE;
      s00.intoArray(sums, to);
      s01.intoArray(sums, to + SHORT_LANES);
      s02.intoArray(sums, to + 2 * SHORT_LANES);
      s03.intoArray(sums, to + 3 * SHORT_LANES);
      to += PAIR;
      s10.intoArray(sums, to);
      s11.intoArray(sums, to + SHORT_LANES);
      s12.intoArray(sums, to + 2 * SHORT_LANES);
      s13.intoArray(sums, to + 3 * SHORT_LANES);
      if (TOKENS > 2) {
        to += PAIR;
        s20.intoArray(sums, to);
        s21.intoArray(sums, to + SHORT_LANES);
        s22.intoArray(sums, to + 2 * SHORT_LANES);
        s23.intoArray(sums, to + 3 * SHORT_LANES);
      }
      if (TOKENS > 3) {
        to += PAIR;
        s30.intoArray(sums, to);
        s31.intoArray(sums, to + SHORT_LANES);
        s32.intoArray(sums, to + 2 * SHORT_LANES);
        s33.intoArray(sums, to + 3 * SHORT_LANES);
      }
      if (TOKENS > 4) {
        to += PAIR;
        s40.intoArray(sums, to);
        s41.intoArray(sums, to + SHORT_LANES);
        s42.intoArray(sums, to + 2 * SHORT_LANES);
        s43.intoArray(sums, to + 3 * SHORT_LANES);
      }
    }
  }

  /**
   * Accumulates the sums of two vectors of rows.
   *
   * @param vector the first of them, of a tile's four
   * @param x the groups' values; those of the first token start at {@code at}
   * @param y sums; the first token's start at {@code to}, the next one's at {@code to + yStride}
   */
  static void add(
      PackedTile tile,
      int vector,
      int groups,
      GroupValues x,
      int at,
      int xStride,
      float[] y,
      int to,
      int yStride) {
    short[] sums = tile.sums;
    float[] scales = tile.scales;
    float[] offsets = tile.offsets;
    float[] dx = x.scales();
    float[] totals = x.totals();
    int row = vector * LANES;
    int at1 = at + xStride;
    int at2 = at + 2 * xStride;
    int at3 = at + 3 * xStride;
    int at4 = at + 4 * xStride;
    int to1 = to + yStride;
    int to2 = to + 2 * yStride;
    int to3 = to + 3 * yStride;
    int to4 = to + 4 * yStride;
    FloatVector y00 = FloatVector.fromArray(FLOATS, y, to);
    FloatVector y01 = FloatVector.fromArray(FLOATS, y, to + LANES);
    FloatVector y10 = FloatVector.fromArray(FLOATS, y, to1);
    FloatVector y11 = FloatVector.fromArray(FLOATS, y, to1 + LANES);
    FloatVector y20 = y10;
    FloatVector y21 = y11;
    if (TOKENS > 2) {
      y20 = FloatVector.fromArray(FLOATS, y, to2);
      y21 = FloatVector.fromArray(FLOATS, y, to2 + LANES);
    }
    FloatVector y30 = y10;
    FloatVector y31 = y11;
    if (TOKENS > 3) {
      y30 = FloatVector.fromArray(FLOATS, y, to3);
      y31 = FloatVector.fromArray(FLOATS, y, to3 + LANES);
    }
    FloatVector y40 = y10;
    FloatVector y41 = y11;
    if (TOKENS > 4) {
      y40 = FloatVector.fromArray(FLOATS, y, to4);
      y41 = FloatVector.fromArray(FLOATS, y, to4 + LANES);
    }
    for (int g = 0; g < groups; g++) {
      FloatVector offset0 = FloatVector.fromArray(FLOATS, offsets, g * ROWS + row);
      FloatVector offset1 = FloatVector.fromArray(FLOATS, offsets, g * ROWS + row + LANES);
      FloatVector scale0 = FloatVector.fromArray(FLOATS, scales, g * ROWS + row);
      FloatVector scale1 = FloatVector.fromArray(FLOATS, scales, g * ROWS + row + LANES);
      int s = g * STRIDE + 2 * row;
      FloatVector total = FloatVector.broadcast(FLOATS, totals[at + g]);
      FloatVector d = FloatVector.broadcast(FLOATS, dx[at + g]);
      y00 = offset0.fma(total, y00);
      IntVector v = ShortVector.fromArray(SHORTS, sums, s).reinterpretAsInts();
      v = v.lanewise(LSHL, 16).lanewise(ASHR, 16).add(v.lanewise(ASHR, 16));
      y00 = ((FloatVector) v.convert(I2F, 0)).fma(scale0.mul(d), y00);
      y01 = offset1.fma(total, y01);
      v = ShortVector.fromArray(SHORTS, sums, s + SHORT_LANES).reinterpretAsInts();
      v = v.lanewise(LSHL, 16).lanewise(ASHR, 16).add(v.lanewise(ASHR, 16));
      y01 = ((FloatVector) v.convert(I2F, 0)).fma(scale1.mul(d), y01);
      total = FloatVector.broadcast(FLOATS, totals[at1 + g]);
      d = FloatVector.broadcast(FLOATS, dx[at1 + g]);
      s += PAIR;
      y10 = offset0.fma(total, y10);
      v = ShortVector.fromArray(SHORTS, sums, s).reinterpretAsInts();
      v = v.lanewise(LSHL, 16).lanewise(ASHR, 16).add(v.lanewise(ASHR, 16));
      y10 = ((FloatVector) v.convert(I2F, 0)).fma(scale0.mul(d), y10);
      y11 = offset1.fma(total, y11);
      v = ShortVector.fromArray(SHORTS, sums, s + SHORT_LANES).reinterpretAsInts();
      v = v.lanewise(LSHL, 16).lanewise(ASHR, 16).add(v.lanewise(ASHR, 16));
      y11 = ((FloatVector) v.convert(I2F, 0)).fma(scale1.mul(d), y11);
      if (TOKENS > 2) {
        total = FloatVector.broadcast(FLOATS, totals[at2 + g]);
        d = FloatVector.broadcast(FLOATS, dx[at2 + g]);
        s += PAIR;
        y20 = offset0.fma(total, y20);
        v = ShortVector.fromArray(SHORTS, sums, s).reinterpretAsInts();
        v = v.lanewise(LSHL, 16).lanewise(ASHR, 16).add(v.lanewise(ASHR, 16));
        y20 = ((FloatVector) v.convert(I2F, 0)).fma(scale0.mul(d), y20);
        y21 = offset1.fma(total, y21);
        v = ShortVector.fromArray(SHORTS, sums, s + SHORT_LANES).reinterpretAsInts();
        v = v.lanewise(LSHL, 16).lanewise(ASHR, 16).add(v.lanewise(ASHR, 16));
        y21 = ((FloatVector) v.convert(I2F, 0)).fma(scale1.mul(d), y21);
      }
      if (TOKENS > 3) {
        total = FloatVector.broadcast(FLOATS, totals[at3 + g]);
        d = FloatVector.broadcast(FLOATS, dx[at3 + g]);
        s += PAIR;
        y30 = offset0.fma(total, y30);
        v = ShortVector.fromArray(SHORTS, sums, s).reinterpretAsInts();
        v = v.lanewise(LSHL, 16).lanewise(ASHR, 16).add(v.lanewise(ASHR, 16));
        y30 = ((FloatVector) v.convert(I2F, 0)).fma(scale0.mul(d), y30);
        y31 = offset1.fma(total, y31);
        v = ShortVector.fromArray(SHORTS, sums, s + SHORT_LANES).reinterpretAsInts();
        v = v.lanewise(LSHL, 16).lanewise(ASHR, 16).add(v.lanewise(ASHR, 16));
        y31 = ((FloatVector) v.convert(I2F, 0)).fma(scale1.mul(d), y31);
      }
      if (TOKENS > 4) {
        total = FloatVector.broadcast(FLOATS, totals[at4 + g]);
        d = FloatVector.broadcast(FLOATS, dx[at4 + g]);
        s += PAIR;
        y40 = offset0.fma(total, y40);
        v = ShortVector.fromArray(SHORTS, sums, s).reinterpretAsInts();
        v = v.lanewise(LSHL, 16).lanewise(ASHR, 16).add(v.lanewise(ASHR, 16));
        y40 = ((FloatVector) v.convert(I2F, 0)).fma(scale0.mul(d), y40);
        y41 = offset1.fma(total, y41);
        v = ShortVector.fromArray(SHORTS, sums, s + SHORT_LANES).reinterpretAsInts();
        v = v.lanewise(LSHL, 16).lanewise(ASHR, 16).add(v.lanewise(ASHR, 16));
        y41 = ((FloatVector) v.convert(I2F, 0)).fma(scale1.mul(d), y41);
      }
    }
    y00.intoArray(y, to);
    y01.intoArray(y, to + LANES);
    y10.intoArray(y, to1);
    y11.intoArray(y, to1 + LANES);
    if (TOKENS > 2) {
      y20.intoArray(y, to2);
      y21.intoArray(y, to2 + LANES);
    }
    if (TOKENS > 3) {
      y30.intoArray(y, to3);
      y31.intoArray(y, to3 + LANES);
    }
    if (TOKENS > 4) {
      y40.intoArray(y, to4);
      y41.intoArray(y, to4 + LANES);
    }
  }
}

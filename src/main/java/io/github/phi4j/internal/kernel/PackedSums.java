package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Integer products of packed tiles with tokens, and their accumulation as floats.
 *
 * <p>A lane is a row and holds two 16-bit sums, of low and of high columns. Quants are used
 * unsigned, and the sums start at the negated bias term: arithmetic is modulo 2¹⁶, so only the sums
 * of the unbiased quants need to fit. Half a group has 16 columns of at most 16 · 127 in magnitude,
 * or 8 of 32 · 127: both are 32,512, below 32,767.
 */
final class PackedSums {

  private static final VectorSpecies<Float> FLOATS = VectorWidth.FLOATS;
  private static final VectorSpecies<Short> SHORTS = VectorWidth.SHORTS;
  private static final int LANES = VectorWidth.LANES;
  private static final int SHORT_LANES = SHORTS.length();
  private static final int ROWS = PackedTile.ROWS;
  private static final int PAIR = PackedTile.PAIR;

  /** The stride between the sums of successive groups, for four tokens. */
  private static final int STRIDE = PackedTile.TOKENS * PAIR;

  private PackedSums() {}

  /**
   * Multiplies a tile with four tokens.
   *
   * @param w (groups, length, rows, 2), pairs of quants
   * @param length the pairs of a group
   * @param x pairs of activations; the first token's start at {@code at}
   * @param xStride the stride between tokens
   * @param starts initial values of the sums; the first token's start at {@code start}
   * @param startStride the stride between tokens
   * @param sums (groups, tokens, rows, 2)
   */
  static void multiplyFour(
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
    for (int g = 0; g < groups; g++) {
      int s = start + g;
      ShortVector s00 = FloatVector.broadcast(FLOATS, starts[s]).reinterpretAsShorts().mul(bias);
      s += startStride;
      ShortVector s10 = FloatVector.broadcast(FLOATS, starts[s]).reinterpretAsShorts().mul(bias);
      s += startStride;
      ShortVector s20 = FloatVector.broadcast(FLOATS, starts[s]).reinterpretAsShorts().mul(bias);
      s += startStride;
      ShortVector s30 = FloatVector.broadcast(FLOATS, starts[s]).reinterpretAsShorts().mul(bias);
      ShortVector s01 = s00;
      ShortVector s11 = s10;
      ShortVector s21 = s20;
      ShortVector s31 = s30;
      for (int i = g * length; i < (g + 1) * length; i++) {
        ShortVector w0 = ShortVector.fromArray(SHORTS, w, i * PAIR);
        ShortVector w1 = ShortVector.fromArray(SHORTS, w, i * PAIR + SHORT_LANES);
        ShortVector x0 = FloatVector.broadcast(FLOATS, x[at + i]).reinterpretAsShorts();
        s00 = s00.add(w0.mul(x0));
        s01 = s01.add(w1.mul(x0));
        ShortVector x1 = FloatVector.broadcast(FLOATS, x[at1 + i]).reinterpretAsShorts();
        s10 = s10.add(w0.mul(x1));
        s11 = s11.add(w1.mul(x1));
        ShortVector x2 = FloatVector.broadcast(FLOATS, x[at2 + i]).reinterpretAsShorts();
        s20 = s20.add(w0.mul(x2));
        s21 = s21.add(w1.mul(x2));
        ShortVector x3 = FloatVector.broadcast(FLOATS, x[at3 + i]).reinterpretAsShorts();
        s30 = s30.add(w0.mul(x3));
        s31 = s31.add(w1.mul(x3));
      }
      int to = g * STRIDE;
      s00.intoArray(sums, to);
      s01.intoArray(sums, to + SHORT_LANES);
      s10.intoArray(sums, to + 2 * SHORT_LANES);
      s11.intoArray(sums, to + 3 * SHORT_LANES);
      s20.intoArray(sums, to + 4 * SHORT_LANES);
      s21.intoArray(sums, to + 5 * SHORT_LANES);
      s30.intoArray(sums, to + 6 * SHORT_LANES);
      s31.intoArray(sums, to + 7 * SHORT_LANES);
    }
  }

  /** Accumulates two of four tokens into {@code y[to..]} and {@code y[to + yStride..]}. */
  static void addTwo(
      PackedTile tile,
      int from,
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
    int at1 = at + xStride;
    FloatVector y00 = FloatVector.fromArray(FLOATS, y, to);
    FloatVector y01 = FloatVector.fromArray(FLOATS, y, to + LANES);
    FloatVector y10 = FloatVector.fromArray(FLOATS, y, to + yStride);
    FloatVector y11 = FloatVector.fromArray(FLOATS, y, to + yStride + LANES);
    for (int g = 0; g < groups; g++) {
      FloatVector offset0 = FloatVector.fromArray(FLOATS, offsets, g * ROWS);
      FloatVector offset1 = FloatVector.fromArray(FLOATS, offsets, g * ROWS + LANES);
      FloatVector total = FloatVector.broadcast(FLOATS, totals[at + g]);
      y00 = offset0.fma(total, y00);
      y01 = offset1.fma(total, y01);
      total = FloatVector.broadcast(FLOATS, totals[at1 + g]);
      y10 = offset0.fma(total, y10);
      y11 = offset1.fma(total, y11);
      FloatVector scale0 = FloatVector.fromArray(FLOATS, scales, g * ROWS);
      FloatVector scale1 = FloatVector.fromArray(FLOATS, scales, g * ROWS + LANES);
      int s = from + g * STRIDE;
      FloatVector d = FloatVector.broadcast(FLOATS, dx[at + g]);
      IntVector v = ShortVector.fromArray(SHORTS, sums, s).reinterpretAsInts();
      v = v.lanewise(LSHL, 16).lanewise(ASHR, 16).add(v.lanewise(ASHR, 16));
      y00 = ((FloatVector) v.convert(I2F, 0)).fma(scale0.mul(d), y00);
      v = ShortVector.fromArray(SHORTS, sums, s + SHORT_LANES).reinterpretAsInts();
      v = v.lanewise(LSHL, 16).lanewise(ASHR, 16).add(v.lanewise(ASHR, 16));
      y01 = ((FloatVector) v.convert(I2F, 0)).fma(scale1.mul(d), y01);
      d = FloatVector.broadcast(FLOATS, dx[at1 + g]);
      v = ShortVector.fromArray(SHORTS, sums, s + 2 * SHORT_LANES).reinterpretAsInts();
      v = v.lanewise(LSHL, 16).lanewise(ASHR, 16).add(v.lanewise(ASHR, 16));
      y10 = ((FloatVector) v.convert(I2F, 0)).fma(scale0.mul(d), y10);
      v = ShortVector.fromArray(SHORTS, sums, s + 3 * SHORT_LANES).reinterpretAsInts();
      v = v.lanewise(LSHL, 16).lanewise(ASHR, 16).add(v.lanewise(ASHR, 16));
      y11 = ((FloatVector) v.convert(I2F, 0)).fma(scale1.mul(d), y11);
    }
    y00.intoArray(y, to);
    y01.intoArray(y, to + LANES);
    y10.intoArray(y, to + yStride);
    y11.intoArray(y, to + yStride + LANES);
  }
}

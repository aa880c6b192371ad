package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of packed rows of 2-bit quants. A lane is a row, and holds two 16-bit sums; those of
 * sixteen columns are at most 8 · 3 · 127 each.
 */
final class Packed2Bits {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Integer> INTS = VectorKernels.INTS;
  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final int LANES = VectorKernels.LANES;

  private Packed2Bits() {}

  /**
   * Adds the products of two vectors of rows with a token.
   *
   * @param w packed rows
   * @param a the byte of the first vector's quants
   * @param b that of the second's
   * @param scales what each integer sum is multiplied by: ({columns / 16}, rows of a vector), for
   *     one vector from {@code scalesA} on, for the other from {@code scalesB}
   * @param sums the sums to add to, first those of one vector of rows, then those of the other
   */
  static void addProducts(
      MemorySegment w,
      long a,
      long b,
      QuantizedVector x,
      float[] scales,
      int scalesA,
      int scalesB,
      float[] sums,
      int at) {
    float[] pairs = x.pairs();
    int count = x.columns() / 16;
    IntVector mask = IntVector.broadcast(INTS, 0x00030003);
    FloatVector ta = FloatVector.fromArray(FLOATS, sums, at);
    FloatVector tb = FloatVector.fromArray(FLOATS, sums, at + LANES);
    for (int i = 0; i < count; i++) {
      int p = i * 8;
      IntVector va = IntVector.fromMemorySegment(INTS, w, a + i * 64L, ORDER);
      IntVector vb = IntVector.fromMemorySegment(INTS, w, b + i * 64L, ORDER);
      ShortVector pair = FloatVector.broadcast(FLOATS, pairs[p]).reinterpretAsShorts();
      ShortVector sa = va.and(mask).reinterpretAsShorts().mul(pair);
      ShortVector sb = vb.and(mask).reinterpretAsShorts().mul(pair);
      pair = FloatVector.broadcast(FLOATS, pairs[p + 1]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 2).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 2).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 2]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 4).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 4).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 3]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 6).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 6).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 4]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 8).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 8).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 5]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 10).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 10).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 6]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 12).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 12).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 7]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 14).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 14).and(mask).reinterpretAsShorts().mul(pair));
      va = sa.reinterpretAsInts();
      va = va.lanewise(LSHL, 16).add(va).lanewise(ASHR, 16);
      ta =
          ((FloatVector) va.convert(I2F, 0))
              .fma(FloatVector.fromArray(FLOATS, scales, scalesA + i * LANES), ta);
      vb = sb.reinterpretAsInts();
      vb = vb.lanewise(LSHL, 16).add(vb).lanewise(ASHR, 16);
      tb =
          ((FloatVector) vb.convert(I2F, 0))
              .fma(FloatVector.fromArray(FLOATS, scales, scalesB + i * LANES), tb);
    }
    ta.intoArray(sums, at);
    tb.intoArray(sums, at + LANES);
  }
}

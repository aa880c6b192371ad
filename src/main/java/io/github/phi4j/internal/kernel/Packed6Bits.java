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
 * Products of packed rows of 6-bit quants. A lane is a row, and holds two 16-bit sums. The quants
 * are taken as they stand, from 0 on, while the sums start at what that is too much: the arithmetic
 * is modulo 2¹⁶, so that only the sums of the centred quants need to fit, and these are at most 8 ·
 * 32 · 127 each.
 */
final class Packed6Bits {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Integer> INTS = VectorKernels.INTS;
  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final int LANES = VectorKernels.LANES;

  private Packed6Bits() {}

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
    float[] starts = x.starts16();
    int count = x.columns() / 16;
    IntVector mask = IntVector.broadcast(INTS, 0x003f003f);
    IntVector low = IntVector.broadcast(INTS, 0x000f000f);
    IntVector high = IntVector.broadcast(INTS, 0x00300030);
    FloatVector ta = FloatVector.fromArray(FLOATS, sums, at);
    FloatVector tb = FloatVector.fromArray(FLOATS, sums, at + LANES);
    for (int i = 0; i < count; i++) {
      int p = i * 8;
      ShortVector pair = FloatVector.broadcast(FLOATS, starts[i]).reinterpretAsShorts();
      ShortVector sa = pair.lanewise(LSHL, 5);
      ShortVector sb = sa;
      IntVector ua = IntVector.fromMemorySegment(INTS, w, a + i * 192L, ORDER);
      IntVector va = IntVector.fromMemorySegment(INTS, w, a + i * 192L + 64, ORDER);
      IntVector za = IntVector.fromMemorySegment(INTS, w, a + i * 192L + 128, ORDER);
      IntVector ub = IntVector.fromMemorySegment(INTS, w, b + i * 192L, ORDER);
      IntVector vb = IntVector.fromMemorySegment(INTS, w, b + i * 192L + 64, ORDER);
      IntVector zb = IntVector.fromMemorySegment(INTS, w, b + i * 192L + 128, ORDER);
      pair = FloatVector.broadcast(FLOATS, pairs[p]).reinterpretAsShorts();
      sa = sa.add(ua.and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(ub.and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 1]).reinterpretAsShorts();
      sa = sa.add(ua.lanewise(LSHR, 6).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(ub.lanewise(LSHR, 6).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 2]).reinterpretAsShorts();
      sa = sa.add(va.and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 3]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 6).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 6).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 4]).reinterpretAsShorts();
      sa = sa.add(za.and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(zb.and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 5]).reinterpretAsShorts();
      sa = sa.add(za.lanewise(LSHR, 6).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(zb.lanewise(LSHR, 6).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 6]).reinterpretAsShorts();
      sa =
          sa.add(
              ua.lanewise(LSHR, 12)
                  .and(low)
                  .or(va.lanewise(LSHR, 8).and(high))
                  .reinterpretAsShorts()
                  .mul(pair));
      sb =
          sb.add(
              ub.lanewise(LSHR, 12)
                  .and(low)
                  .or(vb.lanewise(LSHR, 8).and(high))
                  .reinterpretAsShorts()
                  .mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 7]).reinterpretAsShorts();
      sa =
          sa.add(
              za.lanewise(LSHR, 12)
                  .and(low)
                  .or(va.lanewise(LSHR, 10).and(high))
                  .reinterpretAsShorts()
                  .mul(pair));
      sb =
          sb.add(
              zb.lanewise(LSHR, 12)
                  .and(low)
                  .or(vb.lanewise(LSHR, 10).and(high))
                  .reinterpretAsShorts()
                  .mul(pair));
      va = sa.reinterpretAsInts();
      va = va.lanewise(LSHL, 16).lanewise(ASHR, 16).add(va.lanewise(ASHR, 16));
      ta =
          ((FloatVector) va.convert(I2F, 0))
              .fma(FloatVector.fromArray(FLOATS, scales, scalesA + i * LANES), ta);
      vb = sb.reinterpretAsInts();
      vb = vb.lanewise(LSHL, 16).lanewise(ASHR, 16).add(vb.lanewise(ASHR, 16));
      tb =
          ((FloatVector) vb.convert(I2F, 0))
              .fma(FloatVector.fromArray(FLOATS, scales, scalesB + i * LANES), tb);
    }
    ta.intoArray(sums, at);
    tb.intoArray(sums, at + LANES);
  }
}

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
 * Products of packed rows of 3-bit quants. A lane is a row, and holds two 16-bit sums. The quants
 * are taken as they stand, from 0 on, while the sums start at what that is too much.
 */
final class Packed3Bits {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Integer> INTS = VectorKernels.INTS;
  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final int LANES = VectorKernels.LANES;

  private Packed3Bits() {}

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
    int count = x.columns() / 32;
    IntVector mask = IntVector.broadcast(INTS, 0x00070007);
    FloatVector ta = FloatVector.fromArray(FLOATS, sums, at);
    FloatVector tb = FloatVector.fromArray(FLOATS, sums, at + LANES);
    for (int i = 0; i < count; i++) {
      int p = i * 16;
      IntVector ua = IntVector.fromMemorySegment(INTS, w, a + i * 192L, ORDER);
      IntVector va = IntVector.fromMemorySegment(INTS, w, a + i * 192L + 64, ORDER);
      IntVector za = IntVector.fromMemorySegment(INTS, w, a + i * 192L + 128, ORDER);
      IntVector ub = IntVector.fromMemorySegment(INTS, w, b + i * 192L, ORDER);
      IntVector vb = IntVector.fromMemorySegment(INTS, w, b + i * 192L + 64, ORDER);
      IntVector zb = IntVector.fromMemorySegment(INTS, w, b + i * 192L + 128, ORDER);
      ShortVector pair = FloatVector.broadcast(FLOATS, starts[2 * i]).reinterpretAsShorts();
      ShortVector sa = pair.lanewise(LSHL, 2);
      ShortVector sb = sa;
      pair = FloatVector.broadcast(FLOATS, pairs[p]).reinterpretAsShorts();
      sa = sa.add(ua.and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(ub.and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 1]).reinterpretAsShorts();
      sa = sa.add(ua.lanewise(LSHR, 3).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(ub.lanewise(LSHR, 3).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 2]).reinterpretAsShorts();
      sa = sa.add(ua.lanewise(LSHR, 6).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(ub.lanewise(LSHR, 6).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 3]).reinterpretAsShorts();
      sa = sa.add(ua.lanewise(LSHR, 9).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(ub.lanewise(LSHR, 9).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 4]).reinterpretAsShorts();
      sa = sa.add(ua.lanewise(LSHR, 12).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(ub.lanewise(LSHR, 12).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 5]).reinterpretAsShorts();
      sa = sa.add(va.and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 6]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 3).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 3).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 7]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 6).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 6).and(mask).reinterpretAsShorts().mul(pair));
      IntVector na = sa.reinterpretAsInts();
      na = na.lanewise(LSHL, 16).add(na).lanewise(ASHR, 16);
      ta =
          ((FloatVector) na.convert(I2F, 0))
              .fma(FloatVector.fromArray(FLOATS, scales, scalesA + 2 * i * LANES), ta);
      IntVector nb = sb.reinterpretAsInts();
      nb = nb.lanewise(LSHL, 16).add(nb).lanewise(ASHR, 16);
      tb =
          ((FloatVector) nb.convert(I2F, 0))
              .fma(FloatVector.fromArray(FLOATS, scales, scalesB + 2 * i * LANES), tb);
      pair = FloatVector.broadcast(FLOATS, starts[2 * i + 1]).reinterpretAsShorts();
      sa = pair.lanewise(LSHL, 2);
      sb = sa;
      pair = FloatVector.broadcast(FLOATS, pairs[p + 8]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 9).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 9).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 9]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 12).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 12).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 10]).reinterpretAsShorts();
      sa = sa.add(za.and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(zb.and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 11]).reinterpretAsShorts();
      sa = sa.add(za.lanewise(LSHR, 3).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(zb.lanewise(LSHR, 3).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 12]).reinterpretAsShorts();
      sa = sa.add(za.lanewise(LSHR, 6).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(zb.lanewise(LSHR, 6).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 13]).reinterpretAsShorts();
      sa = sa.add(za.lanewise(LSHR, 9).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(zb.lanewise(LSHR, 9).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 14]).reinterpretAsShorts();
      sa = sa.add(za.lanewise(LSHR, 12).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(zb.lanewise(LSHR, 12).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 15]).reinterpretAsShorts();
      sa =
          sa.add(
              ua.lanewise(LSHR, 13)
                  .and(0x00040004)
                  .or(va.lanewise(LSHR, 14).and(0x00020002))
                  .or(za.lanewise(LSHR, 15).and(0x00010001))
                  .reinterpretAsShorts()
                  .mul(pair));
      sb =
          sb.add(
              ub.lanewise(LSHR, 13)
                  .and(0x00040004)
                  .or(vb.lanewise(LSHR, 14).and(0x00020002))
                  .or(zb.lanewise(LSHR, 15).and(0x00010001))
                  .reinterpretAsShorts()
                  .mul(pair));
      na = sa.reinterpretAsInts();
      na = na.lanewise(LSHL, 16).add(na).lanewise(ASHR, 16);
      ta =
          ((FloatVector) na.convert(I2F, 0))
              .fma(FloatVector.fromArray(FLOATS, scales, scalesA + (2 * i + 1) * LANES), ta);
      nb = sb.reinterpretAsInts();
      nb = nb.lanewise(LSHL, 16).add(nb).lanewise(ASHR, 16);
      tb =
          ((FloatVector) nb.convert(I2F, 0))
              .fma(FloatVector.fromArray(FLOATS, scales, scalesB + (2 * i + 1) * LANES), tb);
    }
    ta.intoArray(sums, at);
    tb.intoArray(sums, at + LANES);
  }
}

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
 * Products of packed rows of 4-bit quants. A lane is a row, and holds two 16-bit sums. The quants
 * are taken as they stand, from 0 on, while the sums start at what that is too much: the arithmetic
 * is modulo 2¹⁶, so that only the sums of the centred quants need to fit, and these are at most 32
 * · 8 · 127, low and high ones together.
 */
final class Packed4Bits {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Integer> INTS = VectorKernels.INTS;
  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final int LANES = VectorKernels.LANES;

  private Packed4Bits() {}

  /**
   * Adds the products of two vectors of rows with a token.
   *
   * @param w packed rows
   * @param a the byte of the first vector's quants
   * @param b that of the second's
   * @param scales what each integer sum is multiplied by: ({columns / 32}, rows of a vector), for
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
    float[] starts = x.starts32();
    int count = x.columns() / 32;
    IntVector mask = IntVector.broadcast(INTS, 0x000f000f);
    FloatVector ta = FloatVector.fromArray(FLOATS, sums, at);
    FloatVector tb = FloatVector.fromArray(FLOATS, sums, at + LANES);
    for (int i = 0; i < count; i++) {
      int p = i * 16;
      ShortVector pair = FloatVector.broadcast(FLOATS, starts[i]).reinterpretAsShorts();
      ShortVector sa = pair.lanewise(LSHL, 3);
      ShortVector sb = sa;
      IntVector va = IntVector.fromMemorySegment(INTS, w, a + i * 256L, ORDER);
      IntVector vb = IntVector.fromMemorySegment(INTS, w, b + i * 256L, ORDER);
      pair = FloatVector.broadcast(FLOATS, pairs[p]).reinterpretAsShorts();
      sa = sa.add(va.and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 1]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 4).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 4).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 2]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 8).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 8).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 3]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 12).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 12).and(mask).reinterpretAsShorts().mul(pair));
      va = IntVector.fromMemorySegment(INTS, w, a + i * 256L + 64, ORDER);
      vb = IntVector.fromMemorySegment(INTS, w, b + i * 256L + 64, ORDER);
      pair = FloatVector.broadcast(FLOATS, pairs[p + 4]).reinterpretAsShorts();
      sa = sa.add(va.and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 5]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 4).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 4).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 6]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 8).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 8).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 7]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 12).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 12).and(mask).reinterpretAsShorts().mul(pair));
      va = IntVector.fromMemorySegment(INTS, w, a + i * 256L + 128, ORDER);
      vb = IntVector.fromMemorySegment(INTS, w, b + i * 256L + 128, ORDER);
      pair = FloatVector.broadcast(FLOATS, pairs[p + 8]).reinterpretAsShorts();
      sa = sa.add(va.and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 9]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 4).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 4).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 10]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 8).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 8).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 11]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 12).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 12).and(mask).reinterpretAsShorts().mul(pair));
      va = IntVector.fromMemorySegment(INTS, w, a + i * 256L + 192, ORDER);
      vb = IntVector.fromMemorySegment(INTS, w, b + i * 256L + 192, ORDER);
      pair = FloatVector.broadcast(FLOATS, pairs[p + 12]).reinterpretAsShorts();
      sa = sa.add(va.and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 13]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 4).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 4).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 14]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 8).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 8).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 15]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 12).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 12).and(mask).reinterpretAsShorts().mul(pair));
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

package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vector kernels for packed 2-bit quants: a group of 16 is one word. A sum is at most 8 · 3 · 127,
 * so no bias is needed.
 */
final class Packed2Bits {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Short> SHORTS = VectorKernels.SHORTS;
  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final int LANES = SHORTS.length();
  private static final int PAIR = PackedTile.PAIR;
  private static final int GROUP_SUMS = PackedTile.GROUP_SUMS;
  private static final short MASK = 3;

  /** The factors of a group: see {@link PackedFactors}. */
  static final int FACTORS = 9;

  private Packed2Bits() {}

  /** See {@link PackedQuants#unpackQuants}. */
  static void unpack(MemorySegment w, long at, int groups, short[] quants, int to) {
    ShortVector mask = ShortVector.broadcast(SHORTS, MASK);
    for (int g = 0; g < groups; g++) {
      PackedLayout.touch(w, at);
      ShortVector v = ShortVector.fromMemorySegment(SHORTS, w, at + g * 64L, ORDER);
      int p = to + g * 8 * PAIR;
      v.and(mask).intoArray(quants, p);
      v.lanewise(LSHR, 2).and(mask).intoArray(quants, p + PAIR);
      v.lanewise(LSHR, 4).and(mask).intoArray(quants, p + 2 * PAIR);
      v.lanewise(LSHR, 6).and(mask).intoArray(quants, p + 3 * PAIR);
      v.lanewise(LSHR, 8).and(mask).intoArray(quants, p + 4 * PAIR);
      v.lanewise(LSHR, 10).and(mask).intoArray(quants, p + 5 * PAIR);
      v.lanewise(LSHR, 12).and(mask).intoArray(quants, p + 6 * PAIR);
      v.lanewise(LSHR, 14).intoArray(quants, p + 7 * PAIR);
    }
  }

  /** See {@link PackedQuants#writeFactors}. */
  static void writeFactors(float[] pairs, int from, int groups, float[] factors, int to) {
    for (int g = 0; g < groups; g++) {
      PackedFactors.writeAll(pairs, from + 8 * g, 8, 2, factors, to + FACTORS * g + 1);
    }
  }

  /** See {@link PackedQuants#multiply}. */
  static int multiply(
      MemorySegment w,
      long a,
      long b,
      long c,
      long d,
      long scales,
      int groups,
      float[] factors,
      int from,
      short[] sums) {
    long step = scales / groups;
    int read = 0;
    for (int g = 0; g < groups; g++) {
      long scale = g * step - scales;
      read += PackedLayout.prefetch(w, a + scale, b + scale, c + scale, d + scale);
      int p = from + g * FACTORS;
      ShortVector sa = FloatVector.broadcast(FLOATS, factors[p]).reinterpretAsShorts();
      ShortVector sb = sa;
      ShortVector sc = sa;
      ShortVector sd = sa;
      ShortVector va = ShortVector.fromMemorySegment(SHORTS, w, a + g * 64L, ORDER);
      ShortVector vb = ShortVector.fromMemorySegment(SHORTS, w, b + g * 64L, ORDER);
      ShortVector vc = ShortVector.fromMemorySegment(SHORTS, w, c + g * 64L, ORDER);
      ShortVector vd = ShortVector.fromMemorySegment(SHORTS, w, d + g * 64L, ORDER);
      for (int i = 0; i < 2; i++) {
        int q = p + 1 + 4 * i;
        ShortVector f = FloatVector.broadcast(FLOATS, factors[q]).reinterpretAsShorts();
        sa = sa.add(va.mul(f));
        sb = sb.add(vb.mul(f));
        sc = sc.add(vc.mul(f));
        sd = sd.add(vd.mul(f));
        f = FloatVector.broadcast(FLOATS, factors[q + 1]).reinterpretAsShorts();
        sa = sa.add(va.lanewise(LSHR, 2).mul(f));
        sb = sb.add(vb.lanewise(LSHR, 2).mul(f));
        sc = sc.add(vc.lanewise(LSHR, 2).mul(f));
        sd = sd.add(vd.lanewise(LSHR, 2).mul(f));
        f = FloatVector.broadcast(FLOATS, factors[q + 2]).reinterpretAsShorts();
        sa = sa.add(va.lanewise(LSHR, 4).mul(f));
        sb = sb.add(vb.lanewise(LSHR, 4).mul(f));
        sc = sc.add(vc.lanewise(LSHR, 4).mul(f));
        sd = sd.add(vd.lanewise(LSHR, 4).mul(f));
        f = FloatVector.broadcast(FLOATS, factors[q + 3]).reinterpretAsShorts();
        sa = sa.add(va.lanewise(LSHR, 6).mul(f));
        sb = sb.add(vb.lanewise(LSHR, 6).mul(f));
        sc = sc.add(vc.lanewise(LSHR, 6).mul(f));
        sd = sd.add(vd.lanewise(LSHR, 6).mul(f));
        va = va.lanewise(LSHR, 8);
        vb = vb.lanewise(LSHR, 8);
        vc = vc.lanewise(LSHR, 8);
        vd = vd.lanewise(LSHR, 8);
      }
      sa.intoArray(sums, g * GROUP_SUMS);
      sb.intoArray(sums, g * GROUP_SUMS + LANES);
      sc.intoArray(sums, g * GROUP_SUMS + 2 * LANES);
      sd.intoArray(sums, g * GROUP_SUMS + 3 * LANES);
    }
    return read;
  }
}

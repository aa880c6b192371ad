package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vector kernels for packed 5-bit quants: a group of 32 is five words of three pairs each; the top
 * bits of the words' halves form the sixteenth pair.
 */
final class Packed5Bits {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Short> SHORTS = VectorKernels.SHORTS;
  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final int LANES = SHORTS.length();
  private static final int PAIR = PackedTile.PAIR;
  private static final int GROUP_SUMS = PackedTile.GROUP_SUMS;
  private static final short MASK = 31;

  /** The factors of a group: see {@link PackedFactors}. */
  static final int FACTORS = 21;

  private Packed5Bits() {}

  /** See {@link PackedQuants#unpackQuants}. */
  static void unpack(MemorySegment w, long at, int groups, short[] quants, int to) {
    ShortVector mask = ShortVector.broadcast(SHORTS, MASK);
    for (int g = 0; g < groups; g++) {
      PackedLayout.touch(w, at);
      ShortVector last = ShortVector.zero(SHORTS);
      for (int i = 0; i < 5; i++) {
        ShortVector v = ShortVector.fromMemorySegment(SHORTS, w, at + (5 * g + i) * 64L, ORDER);
        int p = to + (16 * g + 3 * i) * PAIR;
        v.and(mask).intoArray(quants, p);
        v.lanewise(LSHR, 5).and(mask).intoArray(quants, p + PAIR);
        v.lanewise(LSHR, 10).and(mask).intoArray(quants, p + 2 * PAIR);
        last = last.lanewise(LSHL, 1).or(v.lanewise(LSHR, 15));
      }
      last.intoArray(quants, to + (16 * g + 15) * PAIR);
    }
  }

  /** See {@link PackedQuants#writeFactors}. */
  static void writeFactors(float[] pairs, int from, int groups, float[] factors, int to) {
    for (int g = 0; g < groups; g++) {
      int p = from + 16 * g;
      int last = Float.floatToRawIntBits(pairs[p + 15]);
      for (int i = 0; i < 5; i++) {
        int f = to + FACTORS * g + 1 + 4 * i;
        int third = PackedFactors.writeAll(pairs, p + 3 * i, 3, 5, factors, f);
        PackedFactors.write(PackedFactors.shift(last, 4 - i), third, 5, factors, f + 3);
      }
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
      for (int i = 0; i < 5; i++) {
        ShortVector va = ShortVector.fromMemorySegment(SHORTS, w, a + (5 * g + i) * 64L, ORDER);
        ShortVector vb = ShortVector.fromMemorySegment(SHORTS, w, b + (5 * g + i) * 64L, ORDER);
        ShortVector vc = ShortVector.fromMemorySegment(SHORTS, w, c + (5 * g + i) * 64L, ORDER);
        ShortVector vd = ShortVector.fromMemorySegment(SHORTS, w, d + (5 * g + i) * 64L, ORDER);
        int q = p + 1 + 4 * i;
        ShortVector f = FloatVector.broadcast(FLOATS, factors[q]).reinterpretAsShorts();
        sa = sa.add(va.mul(f));
        sb = sb.add(vb.mul(f));
        sc = sc.add(vc.mul(f));
        sd = sd.add(vd.mul(f));
        f = FloatVector.broadcast(FLOATS, factors[q + 1]).reinterpretAsShorts();
        sa = sa.add(va.lanewise(LSHR, 5).mul(f));
        sb = sb.add(vb.lanewise(LSHR, 5).mul(f));
        sc = sc.add(vc.lanewise(LSHR, 5).mul(f));
        sd = sd.add(vd.lanewise(LSHR, 5).mul(f));
        f = FloatVector.broadcast(FLOATS, factors[q + 2]).reinterpretAsShorts();
        sa = sa.add(va.lanewise(LSHR, 10).mul(f));
        sb = sb.add(vb.lanewise(LSHR, 10).mul(f));
        sc = sc.add(vc.lanewise(LSHR, 10).mul(f));
        sd = sd.add(vd.lanewise(LSHR, 10).mul(f));
        f = FloatVector.broadcast(FLOATS, factors[q + 3]).reinterpretAsShorts();
        sa = sa.add(va.lanewise(LSHR, 15).mul(f));
        sb = sb.add(vb.lanewise(LSHR, 15).mul(f));
        sc = sc.add(vc.lanewise(LSHR, 15).mul(f));
        sd = sd.add(vd.lanewise(LSHR, 15).mul(f));
      }
      sa.intoArray(sums, g * GROUP_SUMS);
      sb.intoArray(sums, g * GROUP_SUMS + LANES);
      sc.intoArray(sums, g * GROUP_SUMS + 2 * LANES);
      sd.intoArray(sums, g * GROUP_SUMS + 3 * LANES);
    }
    return read;
  }
}

package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/** Vector kernels for packed 4-bit quants: four pairs a word, four words a group of 32. */
final class Packed4Bits {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Short> SHORTS = VectorKernels.SHORTS;
  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final int LANES = SHORTS.length();
  private static final int PAIR = PackedTile.PAIR;
  private static final int GROUP_SUMS = PackedTile.GROUP_SUMS;
  private static final short MASK = 15;

  /** The factors of a group: see {@link PackedFactors}. */
  static final int FACTORS = 17;

  private Packed4Bits() {}

  /** See {@link PackedQuants#unpackQuants}. */
  static void unpack(MemorySegment w, long at, int groups, short[] quants, int to) {
    ShortVector mask = ShortVector.broadcast(SHORTS, MASK);
    for (int i = 0; i < 4 * groups; i++) {
      PackedLayout.touch(w, at);
      ShortVector v = ShortVector.fromMemorySegment(SHORTS, w, at + i * 64L, ORDER);
      int p = to + i * 4 * PAIR;
      v.and(mask).intoArray(quants, p);
      v.lanewise(LSHR, 4).and(mask).intoArray(quants, p + PAIR);
      v.lanewise(LSHR, 8).and(mask).intoArray(quants, p + 2 * PAIR);
      v.lanewise(LSHR, 12).intoArray(quants, p + 3 * PAIR);
    }
  }

  /** See {@link PackedQuants#writeFactors}. */
  static void writeFactors(float[] pairs, int from, int groups, float[] factors, int to) {
    for (int g = 0; g < groups; g++) {
      for (int i = 0; i < 4; i++) {
        PackedFactors.writeAll(
            pairs, from + 16 * g + 4 * i, 4, 4, factors, to + FACTORS * g + 1 + 4 * i);
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
      for (int i = 0; i < 4; i++) {
        ShortVector va = ShortVector.fromMemorySegment(SHORTS, w, a + (4 * g + i) * 64L, ORDER);
        ShortVector vb = ShortVector.fromMemorySegment(SHORTS, w, b + (4 * g + i) * 64L, ORDER);
        ShortVector vc = ShortVector.fromMemorySegment(SHORTS, w, c + (4 * g + i) * 64L, ORDER);
        ShortVector vd = ShortVector.fromMemorySegment(SHORTS, w, d + (4 * g + i) * 64L, ORDER);
        int q = p + 1 + 4 * i;
        ShortVector f = FloatVector.broadcast(FLOATS, factors[q]).reinterpretAsShorts();
        sa = sa.add(va.mul(f));
        sb = sb.add(vb.mul(f));
        sc = sc.add(vc.mul(f));
        sd = sd.add(vd.mul(f));
        f = FloatVector.broadcast(FLOATS, factors[q + 1]).reinterpretAsShorts();
        sa = sa.add(va.lanewise(LSHR, 4).mul(f));
        sb = sb.add(vb.lanewise(LSHR, 4).mul(f));
        sc = sc.add(vc.lanewise(LSHR, 4).mul(f));
        sd = sd.add(vd.lanewise(LSHR, 4).mul(f));
        f = FloatVector.broadcast(FLOATS, factors[q + 2]).reinterpretAsShorts();
        sa = sa.add(va.lanewise(LSHR, 8).mul(f));
        sb = sb.add(vb.lanewise(LSHR, 8).mul(f));
        sc = sc.add(vc.lanewise(LSHR, 8).mul(f));
        sd = sd.add(vd.lanewise(LSHR, 8).mul(f));
        f = FloatVector.broadcast(FLOATS, factors[q + 3]).reinterpretAsShorts();
        sa = sa.add(va.lanewise(LSHR, 12).mul(f));
        sb = sb.add(vb.lanewise(LSHR, 12).mul(f));
        sc = sc.add(vc.lanewise(LSHR, 12).mul(f));
        sd = sd.add(vd.lanewise(LSHR, 12).mul(f));
      }
      sa.intoArray(sums, g * GROUP_SUMS);
      sb.intoArray(sums, g * GROUP_SUMS + LANES);
      sc.intoArray(sums, g * GROUP_SUMS + 2 * LANES);
      sd.intoArray(sums, g * GROUP_SUMS + 3 * LANES);
    }
    return read;
  }
}

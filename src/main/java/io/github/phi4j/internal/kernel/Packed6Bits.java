package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vector kernels for packed 6-bit quants: a group of 16 is three words of two pairs each; the four
 * bits left over in each half form two more pairs.
 */
final class Packed6Bits {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Short> SHORTS = VectorKernels.SHORTS;
  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final int LANES = SHORTS.length();
  private static final int PAIR = PackedTile.PAIR;
  private static final int GROUP_SUMS = PackedTile.GROUP_SUMS;
  private static final short MASK = 63;
  private static final short HIGH = 48;

  /** The factors of a group: see {@link PackedFactors}. */
  static final int FACTORS = 11;

  private Packed6Bits() {}

  /** See {@link PackedQuants#unpackQuants}. */
  static void unpack(MemorySegment w, long at, int groups, short[] quants, int to) {
    ShortVector mask = ShortVector.broadcast(SHORTS, MASK);
    ShortVector high = ShortVector.broadcast(SHORTS, HIGH);
    for (int g = 0; g < groups; g++) {
      PackedLayout.touch(w, at);
      ShortVector u = ShortVector.fromMemorySegment(SHORTS, w, at + g * 192L, ORDER);
      ShortVector v = ShortVector.fromMemorySegment(SHORTS, w, at + g * 192L + 64, ORDER);
      ShortVector z = ShortVector.fromMemorySegment(SHORTS, w, at + g * 192L + 128, ORDER);
      int p = to + g * 8 * PAIR;
      u.and(mask).intoArray(quants, p);
      u.lanewise(LSHR, 6).and(mask).intoArray(quants, p + PAIR);
      v.and(mask).intoArray(quants, p + 2 * PAIR);
      v.lanewise(LSHR, 6).and(mask).intoArray(quants, p + 3 * PAIR);
      z.and(mask).intoArray(quants, p + 4 * PAIR);
      z.lanewise(LSHR, 6).and(mask).intoArray(quants, p + 5 * PAIR);
      ShortVector sixth = u.lanewise(LSHR, 12).or(v.lanewise(LSHR, 8).and(high));
      sixth.intoArray(quants, p + 6 * PAIR);
      ShortVector seventh = z.lanewise(LSHR, 12).or(v.lanewise(LSHR, 10).and(high));
      seventh.intoArray(quants, p + 7 * PAIR);
    }
  }

  /** See {@link PackedQuants#writeFactors}. */
  static void writeFactors(float[] pairs, int from, int groups, float[] factors, int to) {
    for (int g = 0; g < groups; g++) {
      int p = from + 8 * g;
      int f = to + FACTORS * g + 1;
      int sixth = Float.floatToRawIntBits(pairs[p + 6]);
      int seventh = Float.floatToRawIntBits(pairs[p + 7]);
      int before = PackedFactors.writeAll(pairs, p, 2, 6, factors, f);
      PackedFactors.write(sixth, before, 6, factors, f + 2);
      before = PackedFactors.writeAll(pairs, p + 2, 2, 6, factors, f + 3);
      before = PackedFactors.write(PackedFactors.shift(sixth, 4), before, 6, factors, f + 5);
      PackedFactors.write(PackedFactors.shift(seventh, 4), before, 2, factors, f + 9);
      before = PackedFactors.writeAll(pairs, p + 4, 2, 6, factors, f + 6);
      PackedFactors.write(seventh, before, 6, factors, f + 8);
    }
  }

  /**
   * See {@link PackedQuants#multiply}. The top bits of the second word are handled after the loop,
   * so that its iterations are alike.
   */
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
      for (int i = 0; i < 3; i++) {
        ShortVector va = ShortVector.fromMemorySegment(SHORTS, w, a + (3 * g + i) * 64L, ORDER);
        ShortVector vb = ShortVector.fromMemorySegment(SHORTS, w, b + (3 * g + i) * 64L, ORDER);
        ShortVector vc = ShortVector.fromMemorySegment(SHORTS, w, c + (3 * g + i) * 64L, ORDER);
        ShortVector vd = ShortVector.fromMemorySegment(SHORTS, w, d + (3 * g + i) * 64L, ORDER);
        int q = p + 1 + 3 * i;
        ShortVector f = FloatVector.broadcast(FLOATS, factors[q]).reinterpretAsShorts();
        sa = sa.add(va.mul(f));
        sb = sb.add(vb.mul(f));
        sc = sc.add(vc.mul(f));
        sd = sd.add(vd.mul(f));
        f = FloatVector.broadcast(FLOATS, factors[q + 1]).reinterpretAsShorts();
        sa = sa.add(va.lanewise(LSHR, 6).mul(f));
        sb = sb.add(vb.lanewise(LSHR, 6).mul(f));
        sc = sc.add(vc.lanewise(LSHR, 6).mul(f));
        sd = sd.add(vd.lanewise(LSHR, 6).mul(f));
        f = FloatVector.broadcast(FLOATS, factors[q + 2]).reinterpretAsShorts();
        sa = sa.add(va.lanewise(LSHR, 12).mul(f));
        sb = sb.add(vb.lanewise(LSHR, 12).mul(f));
        sc = sc.add(vc.lanewise(LSHR, 12).mul(f));
        sd = sd.add(vd.lanewise(LSHR, 12).mul(f));
      }
      ShortVector va = ShortVector.fromMemorySegment(SHORTS, w, a + g * 192L + 64, ORDER);
      ShortVector vb = ShortVector.fromMemorySegment(SHORTS, w, b + g * 192L + 64, ORDER);
      ShortVector vc = ShortVector.fromMemorySegment(SHORTS, w, c + g * 192L + 64, ORDER);
      ShortVector vd = ShortVector.fromMemorySegment(SHORTS, w, d + g * 192L + 64, ORDER);
      ShortVector f = FloatVector.broadcast(FLOATS, factors[p + 10]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 14).mul(f));
      sb = sb.add(vb.lanewise(LSHR, 14).mul(f));
      sc = sc.add(vc.lanewise(LSHR, 14).mul(f));
      sd = sd.add(vd.lanewise(LSHR, 14).mul(f));
      sa.intoArray(sums, g * GROUP_SUMS);
      sb.intoArray(sums, g * GROUP_SUMS + LANES);
      sc.intoArray(sums, g * GROUP_SUMS + 2 * LANES);
      sd.intoArray(sums, g * GROUP_SUMS + 3 * LANES);
    }
    return read;
  }
}

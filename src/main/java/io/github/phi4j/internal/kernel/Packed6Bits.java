package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Packed rows of 6-bit quants on vectors: a group of 16 has three words, each with two pairs, and
 * the four bits that are left over in their halves make two pairs more.
 */
final class Packed6Bits {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Short> SHORTS = VectorKernels.SHORTS;
  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final int LANES = SHORTS.length();
  private static final int PAIR = PackedTile.PAIR;
  private static final short MASK = 63;
  private static final short HIGH = 48;

  private Packed6Bits() {}

  /** See {@link PackedQuants#unpackQuants}. */
  static void unpack(MemorySegment w, long at, int groups, short[] quants, int to) {
    PackedLayout.touch(w, at);
    ShortVector mask = ShortVector.broadcast(SHORTS, MASK);
    ShortVector high = ShortVector.broadcast(SHORTS, HIGH);
    for (int g = 0; g < groups; g++) {
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

  /**
   * See {@link PackedQuants#multiply}. What is left over in the words is taken up after they were
   * gone through, so that the loops are short.
   */
  static void multiply(
      MemorySegment w,
      long a,
      long b,
      int groups,
      float[] pairs,
      int from,
      float[] starts,
      int start,
      short bias,
      short[] sums) {
    PackedLayout.touch(w, a);
    ShortVector mask = ShortVector.broadcast(SHORTS, MASK);
    ShortVector high = ShortVector.broadcast(SHORTS, HIGH);
    for (int g = 0; g < groups; g++) {
      ShortVector sa =
          FloatVector.broadcast(FLOATS, starts[start + g]).reinterpretAsShorts().mul(bias);
      ShortVector sb = sa;
      for (int i = 0; i < 3; i++) {
        ShortVector va = ShortVector.fromMemorySegment(SHORTS, w, a + (3 * g + i) * 64L, ORDER);
        ShortVector vb = ShortVector.fromMemorySegment(SHORTS, w, b + (3 * g + i) * 64L, ORDER);
        int p = from + 8 * g + 2 * i;
        ShortVector pair = FloatVector.broadcast(FLOATS, pairs[p]).reinterpretAsShorts();
        sa = sa.add(va.and(mask).mul(pair));
        sb = sb.add(vb.and(mask).mul(pair));
        pair = FloatVector.broadcast(FLOATS, pairs[p + 1]).reinterpretAsShorts();
        sa = sa.add(va.lanewise(LSHR, 6).and(mask).mul(pair));
        sb = sb.add(vb.lanewise(LSHR, 6).and(mask).mul(pair));
      }
      int p = from + 8 * g + 6;
      ShortVector sixth = FloatVector.broadcast(FLOATS, pairs[p]).reinterpretAsShorts();
      ShortVector seventh = FloatVector.broadcast(FLOATS, pairs[p + 1]).reinterpretAsShorts();
      ShortVector u = ShortVector.fromMemorySegment(SHORTS, w, a + g * 192L, ORDER);
      ShortVector v = ShortVector.fromMemorySegment(SHORTS, w, a + g * 192L + 64, ORDER);
      ShortVector z = ShortVector.fromMemorySegment(SHORTS, w, a + g * 192L + 128, ORDER);
      u = u.lanewise(LSHR, 12).or(v.lanewise(LSHR, 8).and(high));
      z = z.lanewise(LSHR, 12).or(v.lanewise(LSHR, 10).and(high));
      sa = sa.add(u.mul(sixth)).add(z.mul(seventh));
      u = ShortVector.fromMemorySegment(SHORTS, w, b + g * 192L, ORDER);
      v = ShortVector.fromMemorySegment(SHORTS, w, b + g * 192L + 64, ORDER);
      z = ShortVector.fromMemorySegment(SHORTS, w, b + g * 192L + 128, ORDER);
      u = u.lanewise(LSHR, 12).or(v.lanewise(LSHR, 8).and(high));
      z = z.lanewise(LSHR, 12).or(v.lanewise(LSHR, 10).and(high));
      sb = sb.add(u.mul(sixth)).add(z.mul(seventh));
      sa.intoArray(sums, g * PAIR);
      sb.intoArray(sums, g * PAIR + LANES);
    }
  }
}

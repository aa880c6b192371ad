package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Packed rows of 6-bit quants on vectors: a group of 16 has three words, each with two pairs, and
 * the four bits that are left over in their halves make two pairs more.
 */
final class Packed6Bits {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Integer> INTS = VectorKernels.INTS;
  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final int LANES = VectorKernels.LANES;
  private static final int ROWS = PackedTile.ROWS;
  private static final int MASK = 0x003f003f;
  private static final int LOW = 0x000f000f;
  private static final int HIGH = 0x00300030;

  private Packed6Bits() {}

  /** See {@link PackedQuants#unpackQuants}. */
  static void unpack(MemorySegment w, long at, int groups, float[] pairs, int to) {
    PackedLayout.touch(w, at);
    IntVector mask = IntVector.broadcast(INTS, MASK);
    IntVector low = IntVector.broadcast(INTS, LOW);
    IntVector high = IntVector.broadcast(INTS, HIGH);
    for (int g = 0; g < groups; g++) {
      IntVector u = IntVector.fromMemorySegment(INTS, w, at + g * 192L, ORDER);
      IntVector v = IntVector.fromMemorySegment(INTS, w, at + g * 192L + 64, ORDER);
      IntVector z = IntVector.fromMemorySegment(INTS, w, at + g * 192L + 128, ORDER);
      int p = to + g * 8 * ROWS;
      u.and(mask).reinterpretAsFloats().intoArray(pairs, p);
      u.lanewise(LSHR, 6).and(mask).reinterpretAsFloats().intoArray(pairs, p + ROWS);
      v.and(mask).reinterpretAsFloats().intoArray(pairs, p + 2 * ROWS);
      v.lanewise(LSHR, 6).and(mask).reinterpretAsFloats().intoArray(pairs, p + 3 * ROWS);
      z.and(mask).reinterpretAsFloats().intoArray(pairs, p + 4 * ROWS);
      z.lanewise(LSHR, 6).and(mask).reinterpretAsFloats().intoArray(pairs, p + 5 * ROWS);
      IntVector sixth = u.lanewise(LSHR, 12).and(low).or(v.lanewise(LSHR, 8).and(high));
      sixth.reinterpretAsFloats().intoArray(pairs, p + 6 * ROWS);
      IntVector seventh = z.lanewise(LSHR, 12).and(low).or(v.lanewise(LSHR, 10).and(high));
      seventh.reinterpretAsFloats().intoArray(pairs, p + 7 * ROWS);
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
      float[] sums) {
    PackedLayout.touch(w, a);
    IntVector mask = IntVector.broadcast(INTS, MASK);
    IntVector low = IntVector.broadcast(INTS, LOW);
    IntVector high = IntVector.broadcast(INTS, HIGH);
    for (int g = 0; g < groups; g++) {
      ShortVector sa =
          FloatVector.broadcast(FLOATS, starts[start + g]).reinterpretAsShorts().mul(bias);
      ShortVector sb = sa;
      for (int i = 0; i < 3; i++) {
        IntVector va = IntVector.fromMemorySegment(INTS, w, a + (3 * g + i) * 64L, ORDER);
        IntVector vb = IntVector.fromMemorySegment(INTS, w, b + (3 * g + i) * 64L, ORDER);
        int p = from + 8 * g + 2 * i;
        ShortVector pair = FloatVector.broadcast(FLOATS, pairs[p]).reinterpretAsShorts();
        sa = sa.add(va.and(mask).reinterpretAsShorts().mul(pair));
        sb = sb.add(vb.and(mask).reinterpretAsShorts().mul(pair));
        pair = FloatVector.broadcast(FLOATS, pairs[p + 1]).reinterpretAsShorts();
        sa = sa.add(va.lanewise(LSHR, 6).and(mask).reinterpretAsShorts().mul(pair));
        sb = sb.add(vb.lanewise(LSHR, 6).and(mask).reinterpretAsShorts().mul(pair));
      }
      int p = from + 8 * g + 6;
      ShortVector sixth = FloatVector.broadcast(FLOATS, pairs[p]).reinterpretAsShorts();
      ShortVector seventh = FloatVector.broadcast(FLOATS, pairs[p + 1]).reinterpretAsShorts();
      IntVector u = IntVector.fromMemorySegment(INTS, w, a + g * 192L, ORDER);
      IntVector v = IntVector.fromMemorySegment(INTS, w, a + g * 192L + 64, ORDER);
      IntVector z = IntVector.fromMemorySegment(INTS, w, a + g * 192L + 128, ORDER);
      u = u.lanewise(LSHR, 12).and(low).or(v.lanewise(LSHR, 8).and(high));
      z = z.lanewise(LSHR, 12).and(low).or(v.lanewise(LSHR, 10).and(high));
      sa = sa.add(u.reinterpretAsShorts().mul(sixth)).add(z.reinterpretAsShorts().mul(seventh));
      u = IntVector.fromMemorySegment(INTS, w, b + g * 192L, ORDER);
      v = IntVector.fromMemorySegment(INTS, w, b + g * 192L + 64, ORDER);
      z = IntVector.fromMemorySegment(INTS, w, b + g * 192L + 128, ORDER);
      u = u.lanewise(LSHR, 12).and(low).or(v.lanewise(LSHR, 8).and(high));
      z = z.lanewise(LSHR, 12).and(low).or(v.lanewise(LSHR, 10).and(high));
      sb = sb.add(u.reinterpretAsShorts().mul(sixth)).add(z.reinterpretAsShorts().mul(seventh));
      sa.reinterpretAsFloats().intoArray(sums, g * ROWS);
      sb.reinterpretAsFloats().intoArray(sums, g * ROWS + LANES);
    }
  }
}

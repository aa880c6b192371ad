package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Packed rows of 3-bit quants on vectors: two groups of 16 have three words, each with five pairs,
 * and the highest bits of their halves make the sixteenth pair.
 */
final class Packed3Bits {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Short> SHORTS = VectorKernels.SHORTS;
  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final int LANES = SHORTS.length();
  private static final int PAIR = PackedTile.PAIR;
  private static final short MASK = 7;

  private Packed3Bits() {}

  /** See {@link PackedQuants#unpackQuants}. */
  static void unpack(MemorySegment w, long at, int groups, short[] quants, int to) {
    PackedLayout.touch(w, at);
    ShortVector mask = ShortVector.broadcast(SHORTS, MASK);
    for (int g = 0; g < groups / 2; g++) {
      ShortVector u = ShortVector.fromMemorySegment(SHORTS, w, at + g * 192L, ORDER);
      ShortVector v = ShortVector.fromMemorySegment(SHORTS, w, at + g * 192L + 64, ORDER);
      ShortVector z = ShortVector.fromMemorySegment(SHORTS, w, at + g * 192L + 128, ORDER);
      ShortVector last =
          u.lanewise(LSHR, 13)
              .and((short) 4)
              .or(v.lanewise(LSHR, 14).and((short) 2))
              .or(z.lanewise(LSHR, 15));
      int p = to + g * 16 * PAIR;
      u.and(mask).intoArray(quants, p);
      u.lanewise(LSHR, 3).and(mask).intoArray(quants, p + PAIR);
      u.lanewise(LSHR, 6).and(mask).intoArray(quants, p + 2 * PAIR);
      u.lanewise(LSHR, 9).and(mask).intoArray(quants, p + 3 * PAIR);
      u.lanewise(LSHR, 12).and(mask).intoArray(quants, p + 4 * PAIR);
      v.and(mask).intoArray(quants, p + 5 * PAIR);
      v.lanewise(LSHR, 3).and(mask).intoArray(quants, p + 6 * PAIR);
      v.lanewise(LSHR, 6).and(mask).intoArray(quants, p + 7 * PAIR);
      v.lanewise(LSHR, 9).and(mask).intoArray(quants, p + 8 * PAIR);
      v.lanewise(LSHR, 12).and(mask).intoArray(quants, p + 9 * PAIR);
      z.and(mask).intoArray(quants, p + 10 * PAIR);
      z.lanewise(LSHR, 3).and(mask).intoArray(quants, p + 11 * PAIR);
      z.lanewise(LSHR, 6).and(mask).intoArray(quants, p + 12 * PAIR);
      z.lanewise(LSHR, 9).and(mask).intoArray(quants, p + 13 * PAIR);
      z.lanewise(LSHR, 12).and(mask).intoArray(quants, p + 14 * PAIR);
      last.intoArray(quants, p + 15 * PAIR);
    }
  }

  /** See {@link PackedQuants#multiply}. */
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
    multiply(w, a, groups, pairs, from, starts, start, bias, sums, 0);
    multiply(w, b, groups, pairs, from, starts, start, bias, sums, LANES);
  }

  /** One vector of rows: two at a time would make too long a loop. */
  private static void multiply(
      MemorySegment w,
      long at,
      int groups,
      float[] pairs,
      int from,
      float[] starts,
      int start,
      short bias,
      short[] sums,
      int to) {
    PackedLayout.touch(w, at);
    ShortVector mask = ShortVector.broadcast(SHORTS, MASK);
    for (int g = 0; g < groups / 2; g++) {
      ShortVector u = ShortVector.fromMemorySegment(SHORTS, w, at + g * 192L, ORDER);
      ShortVector v = ShortVector.fromMemorySegment(SHORTS, w, at + g * 192L + 64, ORDER);
      ShortVector z = ShortVector.fromMemorySegment(SHORTS, w, at + g * 192L + 128, ORDER);
      ShortVector last =
          u.lanewise(LSHR, 13)
              .and((short) 4)
              .or(v.lanewise(LSHR, 14).and((short) 2))
              .or(z.lanewise(LSHR, 15));
      int p = from + 16 * g;
      ShortVector pair = FloatVector.broadcast(FLOATS, starts[start + 2 * g]).reinterpretAsShorts();
      ShortVector s = pair.mul(bias);
      pair = FloatVector.broadcast(FLOATS, pairs[p]).reinterpretAsShorts();
      s = s.add(u.and(mask).mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 1]).reinterpretAsShorts();
      s = s.add(u.lanewise(LSHR, 3).and(mask).mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 2]).reinterpretAsShorts();
      s = s.add(u.lanewise(LSHR, 6).and(mask).mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 3]).reinterpretAsShorts();
      s = s.add(u.lanewise(LSHR, 9).and(mask).mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 4]).reinterpretAsShorts();
      s = s.add(u.lanewise(LSHR, 12).and(mask).mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 5]).reinterpretAsShorts();
      s = s.add(v.and(mask).mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 6]).reinterpretAsShorts();
      s = s.add(v.lanewise(LSHR, 3).and(mask).mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 7]).reinterpretAsShorts();
      s = s.add(v.lanewise(LSHR, 6).and(mask).mul(pair));
      s.intoArray(sums, 2 * g * PAIR + to);
      pair = FloatVector.broadcast(FLOATS, starts[start + 2 * g + 1]).reinterpretAsShorts();
      s = pair.mul(bias);
      pair = FloatVector.broadcast(FLOATS, pairs[p + 8]).reinterpretAsShorts();
      s = s.add(v.lanewise(LSHR, 9).and(mask).mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 9]).reinterpretAsShorts();
      s = s.add(v.lanewise(LSHR, 12).and(mask).mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 10]).reinterpretAsShorts();
      s = s.add(z.and(mask).mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 11]).reinterpretAsShorts();
      s = s.add(z.lanewise(LSHR, 3).and(mask).mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 12]).reinterpretAsShorts();
      s = s.add(z.lanewise(LSHR, 6).and(mask).mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 13]).reinterpretAsShorts();
      s = s.add(z.lanewise(LSHR, 9).and(mask).mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 14]).reinterpretAsShorts();
      s = s.add(z.lanewise(LSHR, 12).and(mask).mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 15]).reinterpretAsShorts();
      s = s.add(last.mul(pair));
      s.intoArray(sums, (2 * g + 1) * PAIR + to);
    }
  }
}

package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Packed rows of 3-bit quants on vectors: two groups of 16 have three words, each with five pairs,
 * and the highest bits of their halves make the sixteenth pair.
 */
final class Packed3Bits {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Integer> INTS = VectorKernels.INTS;
  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final int LANES = VectorKernels.LANES;
  private static final int ROWS = PackedTile.ROWS;
  private static final int MASK = 0x00070007;

  private Packed3Bits() {}

  /** See {@link PackedQuants#unpackQuants}. */
  static void unpack(MemorySegment w, long at, int groups, float[] pairs, int to) {
    PackedLayout.touch(w, at);
    IntVector mask = IntVector.broadcast(INTS, MASK);
    for (int g = 0; g < groups / 2; g++) {
      IntVector u = IntVector.fromMemorySegment(INTS, w, at + g * 192L, ORDER);
      IntVector v = IntVector.fromMemorySegment(INTS, w, at + g * 192L + 64, ORDER);
      IntVector z = IntVector.fromMemorySegment(INTS, w, at + g * 192L + 128, ORDER);
      IntVector last =
          u.lanewise(LSHR, 13)
              .and(0x00040004)
              .or(v.lanewise(LSHR, 14).and(0x00020002))
              .or(z.lanewise(LSHR, 15).and(0x00010001));
      int p = to + g * 16 * ROWS;
      u.and(mask).reinterpretAsFloats().intoArray(pairs, p);
      u.lanewise(LSHR, 3).and(mask).reinterpretAsFloats().intoArray(pairs, p + ROWS);
      u.lanewise(LSHR, 6).and(mask).reinterpretAsFloats().intoArray(pairs, p + 2 * ROWS);
      u.lanewise(LSHR, 9).and(mask).reinterpretAsFloats().intoArray(pairs, p + 3 * ROWS);
      u.lanewise(LSHR, 12).and(mask).reinterpretAsFloats().intoArray(pairs, p + 4 * ROWS);
      v.and(mask).reinterpretAsFloats().intoArray(pairs, p + 5 * ROWS);
      v.lanewise(LSHR, 3).and(mask).reinterpretAsFloats().intoArray(pairs, p + 6 * ROWS);
      v.lanewise(LSHR, 6).and(mask).reinterpretAsFloats().intoArray(pairs, p + 7 * ROWS);
      v.lanewise(LSHR, 9).and(mask).reinterpretAsFloats().intoArray(pairs, p + 8 * ROWS);
      v.lanewise(LSHR, 12).and(mask).reinterpretAsFloats().intoArray(pairs, p + 9 * ROWS);
      z.and(mask).reinterpretAsFloats().intoArray(pairs, p + 10 * ROWS);
      z.lanewise(LSHR, 3).and(mask).reinterpretAsFloats().intoArray(pairs, p + 11 * ROWS);
      z.lanewise(LSHR, 6).and(mask).reinterpretAsFloats().intoArray(pairs, p + 12 * ROWS);
      z.lanewise(LSHR, 9).and(mask).reinterpretAsFloats().intoArray(pairs, p + 13 * ROWS);
      z.lanewise(LSHR, 12).and(mask).reinterpretAsFloats().intoArray(pairs, p + 14 * ROWS);
      last.reinterpretAsFloats().intoArray(pairs, p + 15 * ROWS);
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
      float[] sums) {
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
      float[] sums,
      int to) {
    PackedLayout.touch(w, at);
    IntVector mask = IntVector.broadcast(INTS, MASK);
    for (int g = 0; g < groups / 2; g++) {
      IntVector u = IntVector.fromMemorySegment(INTS, w, at + g * 192L, ORDER);
      IntVector v = IntVector.fromMemorySegment(INTS, w, at + g * 192L + 64, ORDER);
      IntVector z = IntVector.fromMemorySegment(INTS, w, at + g * 192L + 128, ORDER);
      IntVector last =
          u.lanewise(LSHR, 13)
              .and(0x00040004)
              .or(v.lanewise(LSHR, 14).and(0x00020002))
              .or(z.lanewise(LSHR, 15).and(0x00010001));
      int p = from + 16 * g;
      ShortVector pair = FloatVector.broadcast(FLOATS, starts[start + 2 * g]).reinterpretAsShorts();
      ShortVector s = pair.mul(bias);
      pair = FloatVector.broadcast(FLOATS, pairs[p]).reinterpretAsShorts();
      s = s.add(u.and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 1]).reinterpretAsShorts();
      s = s.add(u.lanewise(LSHR, 3).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 2]).reinterpretAsShorts();
      s = s.add(u.lanewise(LSHR, 6).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 3]).reinterpretAsShorts();
      s = s.add(u.lanewise(LSHR, 9).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 4]).reinterpretAsShorts();
      s = s.add(u.lanewise(LSHR, 12).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 5]).reinterpretAsShorts();
      s = s.add(v.and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 6]).reinterpretAsShorts();
      s = s.add(v.lanewise(LSHR, 3).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 7]).reinterpretAsShorts();
      s = s.add(v.lanewise(LSHR, 6).and(mask).reinterpretAsShorts().mul(pair));
      s.reinterpretAsFloats().intoArray(sums, 2 * g * ROWS + to);
      pair = FloatVector.broadcast(FLOATS, starts[start + 2 * g + 1]).reinterpretAsShorts();
      s = pair.mul(bias);
      pair = FloatVector.broadcast(FLOATS, pairs[p + 8]).reinterpretAsShorts();
      s = s.add(v.lanewise(LSHR, 9).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 9]).reinterpretAsShorts();
      s = s.add(v.lanewise(LSHR, 12).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 10]).reinterpretAsShorts();
      s = s.add(z.and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 11]).reinterpretAsShorts();
      s = s.add(z.lanewise(LSHR, 3).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 12]).reinterpretAsShorts();
      s = s.add(z.lanewise(LSHR, 6).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 13]).reinterpretAsShorts();
      s = s.add(z.lanewise(LSHR, 9).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 14]).reinterpretAsShorts();
      s = s.add(z.lanewise(LSHR, 12).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 15]).reinterpretAsShorts();
      s = s.add(last.reinterpretAsShorts().mul(pair));
      s.reinterpretAsFloats().intoArray(sums, (2 * g + 1) * ROWS + to);
    }
  }
}

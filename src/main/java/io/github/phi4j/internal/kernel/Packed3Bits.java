package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vector kernels for packed 3-bit quants: two groups of 16 share three words of five pairs each;
 * the top bits of the words' halves form the sixteenth pair.
 */
final class Packed3Bits implements PackedBits {

  static final Packed3Bits INSTANCE = new Packed3Bits();

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Short> SHORTS = VectorWidth.SHORTS;
  private static final VectorSpecies<Float> FLOATS = VectorWidth.FLOATS;
  private static final int LANES = VectorWidth.SHORT_LANES;
  private static final int PAIR = PackedTile.PAIR;
  private static final int GROUP_SUMS = PackedTile.GROUP_SUMS;
  private static final short MASK = 7;

  /** Factors per group: see {@link Taps}. */
  private static final int FACTORS = 11;

  private Packed3Bits() {}

  @Override
  public void unpack(MemorySegment w, long at, int groups, short[] quants, int to) {
    ShortVector mask = ShortVector.broadcast(SHORTS, MASK);
    for (int g = 0; g < groups / 2; g++) {
      MappedReads.touch(w, at);
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

  @Override
  public int multiply(
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
    multiplyEven(w, a, groups, factors, from, sums, 0);
    multiplyOdd(w, a, groups, factors, from, sums, 0);
    multiplyEven(w, b, groups, factors, from, sums, LANES);
    multiplyOdd(w, b, groups, factors, from, sums, LANES);
    multiplyEven(w, c, groups, factors, from, sums, 2 * LANES);
    multiplyOdd(w, c, groups, factors, from, sums, 2 * LANES);
    multiplyEven(w, d, groups, factors, from, sums, 3 * LANES);
    multiplyOdd(w, d, groups, factors, from, sums, 3 * LANES);
    return 0; // the loops are too long to prefetch as well
  }

  /** The first group of each three words, for one vector of rows: four would be too long a loop. */
  private static void multiplyEven(
      MemorySegment w, long at, int groups, float[] factors, int from, short[] sums, int to) {
    for (int g = 0; g < groups / 2; g++) {
      MappedReads.touch(w, at);
      ShortVector u = ShortVector.fromMemorySegment(SHORTS, w, at + g * 192L, ORDER);
      ShortVector v = ShortVector.fromMemorySegment(SHORTS, w, at + g * 192L + 64, ORDER);
      int p = from + 2 * g * FACTORS;
      ShortVector s = FloatVector.broadcast(FLOATS, factors[p]).reinterpretAsShorts();
      ShortVector f = FloatVector.broadcast(FLOATS, factors[p + 1]).reinterpretAsShorts();
      s = s.add(u.mul(f));
      f = FloatVector.broadcast(FLOATS, factors[p + 2]).reinterpretAsShorts();
      s = s.add(u.lanewise(LSHR, 3).mul(f));
      f = FloatVector.broadcast(FLOATS, factors[p + 3]).reinterpretAsShorts();
      s = s.add(u.lanewise(LSHR, 6).mul(f));
      f = FloatVector.broadcast(FLOATS, factors[p + 4]).reinterpretAsShorts();
      s = s.add(u.lanewise(LSHR, 9).mul(f));
      f = FloatVector.broadcast(FLOATS, factors[p + 5]).reinterpretAsShorts();
      s = s.add(u.lanewise(LSHR, 12).mul(f));
      f = FloatVector.broadcast(FLOATS, factors[p + 6]).reinterpretAsShorts();
      s = s.add(u.lanewise(LSHR, 15).mul(f));
      f = FloatVector.broadcast(FLOATS, factors[p + 7]).reinterpretAsShorts();
      s = s.add(v.mul(f));
      f = FloatVector.broadcast(FLOATS, factors[p + 8]).reinterpretAsShorts();
      s = s.add(v.lanewise(LSHR, 3).mul(f));
      f = FloatVector.broadcast(FLOATS, factors[p + 9]).reinterpretAsShorts();
      s = s.add(v.lanewise(LSHR, 6).mul(f));
      f = FloatVector.broadcast(FLOATS, factors[p + 10]).reinterpretAsShorts();
      s = s.add(v.lanewise(LSHR, 9).mul(f));
      s.intoArray(sums, 2 * g * GROUP_SUMS + to);
    }
  }

  /** The second group. */
  private static void multiplyOdd(
      MemorySegment w, long at, int groups, float[] factors, int from, short[] sums, int to) {
    for (int g = 0; g < groups / 2; g++) {
      MappedReads.touch(w, at);
      ShortVector u = ShortVector.fromMemorySegment(SHORTS, w, at + g * 192L, ORDER);
      ShortVector v = ShortVector.fromMemorySegment(SHORTS, w, at + g * 192L + 64, ORDER);
      ShortVector z = ShortVector.fromMemorySegment(SHORTS, w, at + g * 192L + 128, ORDER);
      int p = from + (2 * g + 1) * FACTORS;
      ShortVector s = FloatVector.broadcast(FLOATS, factors[p]).reinterpretAsShorts();
      ShortVector f = FloatVector.broadcast(FLOATS, factors[p + 1]).reinterpretAsShorts();
      s = s.add(u.lanewise(LSHR, 15).mul(f));
      f = FloatVector.broadcast(FLOATS, factors[p + 2]).reinterpretAsShorts();
      s = s.add(v.lanewise(LSHR, 9).mul(f));
      f = FloatVector.broadcast(FLOATS, factors[p + 3]).reinterpretAsShorts();
      s = s.add(v.lanewise(LSHR, 12).mul(f));
      f = FloatVector.broadcast(FLOATS, factors[p + 4]).reinterpretAsShorts();
      s = s.add(v.lanewise(LSHR, 15).mul(f));
      f = FloatVector.broadcast(FLOATS, factors[p + 5]).reinterpretAsShorts();
      s = s.add(z.mul(f));
      f = FloatVector.broadcast(FLOATS, factors[p + 6]).reinterpretAsShorts();
      s = s.add(z.lanewise(LSHR, 3).mul(f));
      f = FloatVector.broadcast(FLOATS, factors[p + 7]).reinterpretAsShorts();
      s = s.add(z.lanewise(LSHR, 6).mul(f));
      f = FloatVector.broadcast(FLOATS, factors[p + 8]).reinterpretAsShorts();
      s = s.add(z.lanewise(LSHR, 9).mul(f));
      f = FloatVector.broadcast(FLOATS, factors[p + 9]).reinterpretAsShorts();
      s = s.add(z.lanewise(LSHR, 12).mul(f));
      f = FloatVector.broadcast(FLOATS, factors[p + 10]).reinterpretAsShorts();
      s = s.add(z.lanewise(LSHR, 15).mul(f));
      s.intoArray(sums, (2 * g + 1) * GROUP_SUMS + to);
    }
  }
}

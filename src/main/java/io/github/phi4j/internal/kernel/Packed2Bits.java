package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Packed rows of 2-bit quants on vectors: a group of 16 is a word. Its sums are at most 8 · 3 · 127
 * each, so that no bias is needed.
 */
final class Packed2Bits {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Short> SHORTS = VectorKernels.SHORTS;
  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final int LANES = SHORTS.length();
  private static final int PAIR = PackedTile.PAIR;
  private static final short MASK = 3;

  private Packed2Bits() {}

  /** See {@link PackedQuants#unpackQuants}. */
  static void unpack(MemorySegment w, long at, int groups, short[] quants, int to) {
    PackedLayout.touch(w, at);
    ShortVector mask = ShortVector.broadcast(SHORTS, MASK);
    for (int g = 0; g < groups; g++) {
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

  /** See {@link PackedQuants#multiply}. */
  static void multiply(
      MemorySegment w, long a, long b, int groups, float[] pairs, int from, short[] sums) {
    PackedLayout.touch(w, a);
    ShortVector mask = ShortVector.broadcast(SHORTS, MASK);
    for (int g = 0; g < groups; g++) {
      ShortVector va = ShortVector.fromMemorySegment(SHORTS, w, a + g * 64L, ORDER);
      ShortVector vb = ShortVector.fromMemorySegment(SHORTS, w, b + g * 64L, ORDER);
      int p = from + g * 8;
      ShortVector pair = FloatVector.broadcast(FLOATS, pairs[p]).reinterpretAsShorts();
      ShortVector sa = va.and(mask).mul(pair);
      ShortVector sb = vb.and(mask).mul(pair);
      pair = FloatVector.broadcast(FLOATS, pairs[p + 1]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 2).and(mask).mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 2).and(mask).mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 2]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 4).and(mask).mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 4).and(mask).mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 3]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 6).and(mask).mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 6).and(mask).mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 4]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 8).and(mask).mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 8).and(mask).mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 5]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 10).and(mask).mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 10).and(mask).mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 6]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 12).and(mask).mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 12).and(mask).mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 7]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 14).mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 14).mul(pair));
      sa.intoArray(sums, g * PAIR);
      sb.intoArray(sums, g * PAIR + LANES);
    }
  }
}

package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Packed rows of 2-bit quants on vectors: a group of 16 is a word. Its sums are at most 8 · 3 · 127
 * each, so that no bias is needed.
 */
final class Packed2Bits {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Integer> INTS = VectorKernels.INTS;
  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final int LANES = VectorKernels.LANES;
  private static final int ROWS = PackedTile.ROWS;
  private static final int MASK = 0x00030003;

  private Packed2Bits() {}

  /** See {@link PackedQuants#unpackQuants}. */
  static void unpack(MemorySegment w, long at, int groups, float[] pairs, int to) {
    PackedLayout.touch(w, at);
    IntVector mask = IntVector.broadcast(INTS, MASK);
    for (int g = 0; g < groups; g++) {
      IntVector v = IntVector.fromMemorySegment(INTS, w, at + g * 64L, ORDER);
      int p = to + g * 8 * ROWS;
      v.and(mask).reinterpretAsFloats().intoArray(pairs, p);
      v.lanewise(LSHR, 2).and(mask).reinterpretAsFloats().intoArray(pairs, p + ROWS);
      v.lanewise(LSHR, 4).and(mask).reinterpretAsFloats().intoArray(pairs, p + 2 * ROWS);
      v.lanewise(LSHR, 6).and(mask).reinterpretAsFloats().intoArray(pairs, p + 3 * ROWS);
      v.lanewise(LSHR, 8).and(mask).reinterpretAsFloats().intoArray(pairs, p + 4 * ROWS);
      v.lanewise(LSHR, 10).and(mask).reinterpretAsFloats().intoArray(pairs, p + 5 * ROWS);
      v.lanewise(LSHR, 12).and(mask).reinterpretAsFloats().intoArray(pairs, p + 6 * ROWS);
      v.lanewise(LSHR, 14).and(mask).reinterpretAsFloats().intoArray(pairs, p + 7 * ROWS);
    }
  }

  /** See {@link PackedQuants#multiply}. */
  static void multiply(
      MemorySegment w, long a, long b, int groups, float[] pairs, int from, float[] sums) {
    PackedLayout.touch(w, a);
    IntVector mask = IntVector.broadcast(INTS, MASK);
    for (int g = 0; g < groups; g++) {
      IntVector va = IntVector.fromMemorySegment(INTS, w, a + g * 64L, ORDER);
      IntVector vb = IntVector.fromMemorySegment(INTS, w, b + g * 64L, ORDER);
      int p = from + g * 8;
      ShortVector pair = FloatVector.broadcast(FLOATS, pairs[p]).reinterpretAsShorts();
      ShortVector sa = va.and(mask).reinterpretAsShorts().mul(pair);
      ShortVector sb = vb.and(mask).reinterpretAsShorts().mul(pair);
      pair = FloatVector.broadcast(FLOATS, pairs[p + 1]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 2).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 2).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 2]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 4).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 4).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 3]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 6).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 6).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 4]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 8).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 8).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 5]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 10).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 10).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 6]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 12).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 12).and(mask).reinterpretAsShorts().mul(pair));
      pair = FloatVector.broadcast(FLOATS, pairs[p + 7]).reinterpretAsShorts();
      sa = sa.add(va.lanewise(LSHR, 14).and(mask).reinterpretAsShorts().mul(pair));
      sb = sb.add(vb.lanewise(LSHR, 14).and(mask).reinterpretAsShorts().mul(pair));
      sa.reinterpretAsFloats().intoArray(sums, g * ROWS);
      sb.reinterpretAsFloats().intoArray(sums, g * ROWS + LANES);
    }
  }
}

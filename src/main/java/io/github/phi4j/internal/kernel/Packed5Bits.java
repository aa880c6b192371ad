package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Packed rows of 5-bit quants on vectors: a group of 32 has five words, each with three pairs, and
 * the highest bits of their halves make the sixteenth pair.
 */
final class Packed5Bits {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Short> SHORTS = VectorKernels.SHORTS;
  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final int LANES = SHORTS.length();
  private static final int PAIR = PackedTile.PAIR;
  private static final short MASK = 31;

  private Packed5Bits() {}

  /** See {@link PackedQuants#unpackQuants}. */
  static void unpack(MemorySegment w, long at, int groups, short[] quants, int to) {
    PackedLayout.touch(w, at);
    ShortVector mask = ShortVector.broadcast(SHORTS, MASK);
    for (int g = 0; g < groups; g++) {
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
    PackedLayout.touch(w, a);
    ShortVector mask = ShortVector.broadcast(SHORTS, MASK);
    for (int g = 0; g < groups; g++) {
      ShortVector sa =
          FloatVector.broadcast(FLOATS, starts[start + g]).reinterpretAsShorts().mul(bias);
      ShortVector sb = sa;
      ShortVector la = ShortVector.zero(SHORTS);
      ShortVector lb = la;
      for (int i = 0; i < 5; i++) {
        ShortVector va = ShortVector.fromMemorySegment(SHORTS, w, a + (5 * g + i) * 64L, ORDER);
        ShortVector vb = ShortVector.fromMemorySegment(SHORTS, w, b + (5 * g + i) * 64L, ORDER);
        int p = from + 16 * g + 3 * i;
        ShortVector pair = FloatVector.broadcast(FLOATS, pairs[p]).reinterpretAsShorts();
        sa = sa.add(va.and(mask).mul(pair));
        sb = sb.add(vb.and(mask).mul(pair));
        pair = FloatVector.broadcast(FLOATS, pairs[p + 1]).reinterpretAsShorts();
        sa = sa.add(va.lanewise(LSHR, 5).and(mask).mul(pair));
        sb = sb.add(vb.lanewise(LSHR, 5).and(mask).mul(pair));
        pair = FloatVector.broadcast(FLOATS, pairs[p + 2]).reinterpretAsShorts();
        sa = sa.add(va.lanewise(LSHR, 10).and(mask).mul(pair));
        sb = sb.add(vb.lanewise(LSHR, 10).and(mask).mul(pair));
        la = la.lanewise(LSHL, 1).or(va.lanewise(LSHR, 15));
        lb = lb.lanewise(LSHL, 1).or(vb.lanewise(LSHR, 15));
      }
      ShortVector pair =
          FloatVector.broadcast(FLOATS, pairs[from + 16 * g + 15]).reinterpretAsShorts();
      sa.add(la.mul(pair)).intoArray(sums, g * PAIR);
      sb.add(lb.mul(pair)).intoArray(sums, g * PAIR + LANES);
    }
  }
}

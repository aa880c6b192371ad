package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/** Packed rows of 4-bit quants on vectors: a word has four pairs, and a group of 32 four words. */
final class Packed4Bits {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Short> SHORTS = VectorKernels.SHORTS;
  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final int LANES = SHORTS.length();
  private static final int PAIR = PackedTile.PAIR;
  private static final short MASK = 15;

  private Packed4Bits() {}

  /** See {@link PackedQuants#unpackQuants}. */
  static void unpack(MemorySegment w, long at, int groups, short[] quants, int to) {
    PackedLayout.touch(w, at);
    ShortVector mask = ShortVector.broadcast(SHORTS, MASK);
    for (int i = 0; i < 4 * groups; i++) {
      ShortVector v = ShortVector.fromMemorySegment(SHORTS, w, at + i * 64L, ORDER);
      int p = to + i * 4 * PAIR;
      v.and(mask).intoArray(quants, p);
      v.lanewise(LSHR, 4).and(mask).intoArray(quants, p + PAIR);
      v.lanewise(LSHR, 8).and(mask).intoArray(quants, p + 2 * PAIR);
      v.lanewise(LSHR, 12).intoArray(quants, p + 3 * PAIR);
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
      for (int i = 0; i < 4; i++) {
        ShortVector va = ShortVector.fromMemorySegment(SHORTS, w, a + (4 * g + i) * 64L, ORDER);
        ShortVector vb = ShortVector.fromMemorySegment(SHORTS, w, b + (4 * g + i) * 64L, ORDER);
        int p = from + 16 * g + 4 * i;
        ShortVector pair = FloatVector.broadcast(FLOATS, pairs[p]).reinterpretAsShorts();
        sa = sa.add(va.and(mask).mul(pair));
        sb = sb.add(vb.and(mask).mul(pair));
        pair = FloatVector.broadcast(FLOATS, pairs[p + 1]).reinterpretAsShorts();
        sa = sa.add(va.lanewise(LSHR, 4).and(mask).mul(pair));
        sb = sb.add(vb.lanewise(LSHR, 4).and(mask).mul(pair));
        pair = FloatVector.broadcast(FLOATS, pairs[p + 2]).reinterpretAsShorts();
        sa = sa.add(va.lanewise(LSHR, 8).and(mask).mul(pair));
        sb = sb.add(vb.lanewise(LSHR, 8).and(mask).mul(pair));
        pair = FloatVector.broadcast(FLOATS, pairs[p + 3]).reinterpretAsShorts();
        sa = sa.add(va.lanewise(LSHR, 12).mul(pair));
        sb = sb.add(vb.lanewise(LSHR, 12).mul(pair));
      }
      sa.intoArray(sums, g * PAIR);
      sb.intoArray(sums, g * PAIR + LANES);
    }
  }
}

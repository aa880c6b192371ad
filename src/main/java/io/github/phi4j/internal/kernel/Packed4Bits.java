package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/** Packed rows of 4-bit quants on vectors: a word has four pairs, and a group of 32 four words. */
final class Packed4Bits {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Integer> INTS = VectorKernels.INTS;
  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final int LANES = VectorKernels.LANES;
  private static final int ROWS = PackedTile.ROWS;
  private static final int MASK = 0x000f000f;

  private Packed4Bits() {}

  /** See {@link PackedQuants#unpackQuants}. */
  static void unpack(MemorySegment w, long at, int groups, float[] pairs, int to) {
    PackedLayout.touch(w, at);
    IntVector mask = IntVector.broadcast(INTS, MASK);
    for (int i = 0; i < 4 * groups; i++) {
      IntVector v = IntVector.fromMemorySegment(INTS, w, at + i * 64L, ORDER);
      int p = to + i * 4 * ROWS;
      v.and(mask).reinterpretAsFloats().intoArray(pairs, p);
      v.lanewise(LSHR, 4).and(mask).reinterpretAsFloats().intoArray(pairs, p + ROWS);
      v.lanewise(LSHR, 8).and(mask).reinterpretAsFloats().intoArray(pairs, p + 2 * ROWS);
      v.lanewise(LSHR, 12).and(mask).reinterpretAsFloats().intoArray(pairs, p + 3 * ROWS);
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
    PackedLayout.touch(w, a);
    IntVector mask = IntVector.broadcast(INTS, MASK);
    for (int g = 0; g < groups; g++) {
      ShortVector sa =
          FloatVector.broadcast(FLOATS, starts[start + g]).reinterpretAsShorts().mul(bias);
      ShortVector sb = sa;
      for (int i = 0; i < 4; i++) {
        IntVector va = IntVector.fromMemorySegment(INTS, w, a + (4 * g + i) * 64L, ORDER);
        IntVector vb = IntVector.fromMemorySegment(INTS, w, b + (4 * g + i) * 64L, ORDER);
        int p = from + 16 * g + 4 * i;
        ShortVector pair = FloatVector.broadcast(FLOATS, pairs[p]).reinterpretAsShorts();
        sa = sa.add(va.and(mask).reinterpretAsShorts().mul(pair));
        sb = sb.add(vb.and(mask).reinterpretAsShorts().mul(pair));
        pair = FloatVector.broadcast(FLOATS, pairs[p + 1]).reinterpretAsShorts();
        sa = sa.add(va.lanewise(LSHR, 4).and(mask).reinterpretAsShorts().mul(pair));
        sb = sb.add(vb.lanewise(LSHR, 4).and(mask).reinterpretAsShorts().mul(pair));
        pair = FloatVector.broadcast(FLOATS, pairs[p + 2]).reinterpretAsShorts();
        sa = sa.add(va.lanewise(LSHR, 8).and(mask).reinterpretAsShorts().mul(pair));
        sb = sb.add(vb.lanewise(LSHR, 8).and(mask).reinterpretAsShorts().mul(pair));
        pair = FloatVector.broadcast(FLOATS, pairs[p + 3]).reinterpretAsShorts();
        sa = sa.add(va.lanewise(LSHR, 12).and(mask).reinterpretAsShorts().mul(pair));
        sb = sb.add(vb.lanewise(LSHR, 12).and(mask).reinterpretAsShorts().mul(pair));
      }
      sa.reinterpretAsFloats().intoArray(sums, g * ROWS);
      sb.reinterpretAsFloats().intoArray(sums, g * ROWS + LANES);
    }
  }
}

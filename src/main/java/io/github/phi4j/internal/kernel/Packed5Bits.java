package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Packed rows of 5-bit quants on vectors: a group of 32 has five words, each with three pairs, and
 * the highest bits of their halves make the sixteenth pair.
 */
final class Packed5Bits {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Integer> INTS = VectorKernels.INTS;
  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final int LANES = VectorKernels.LANES;
  private static final int ROWS = PackedTile.ROWS;
  private static final int MASK = 0x001f001f;
  private static final int HIGHEST = 0x00010001;

  private Packed5Bits() {}

  /** See {@link PackedLayout#unpackQuants}. */
  static void unpack(MemorySegment w, long at, int groups, float[] pairs, int to) {
    PackedLayout.touch(w, at);
    IntVector mask = IntVector.broadcast(INTS, MASK);
    IntVector highest = IntVector.broadcast(INTS, HIGHEST);
    for (int g = 0; g < groups; g++) {
      IntVector last = IntVector.zero(INTS);
      for (int i = 0; i < 5; i++) {
        IntVector v = IntVector.fromMemorySegment(INTS, w, at + (5 * g + i) * 64L, ORDER);
        int p = to + (16 * g + 3 * i) * ROWS;
        v.and(mask).reinterpretAsFloats().intoArray(pairs, p);
        v.lanewise(LSHR, 5).and(mask).reinterpretAsFloats().intoArray(pairs, p + ROWS);
        v.lanewise(LSHR, 10).and(mask).reinterpretAsFloats().intoArray(pairs, p + 2 * ROWS);
        last = last.lanewise(LSHL, 1).or(v.lanewise(LSHR, 15).and(highest));
      }
      last.reinterpretAsFloats().intoArray(pairs, to + (16 * g + 15) * ROWS);
    }
  }

  /** See {@link PackedLayout#multiply}. */
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
    IntVector highest = IntVector.broadcast(INTS, HIGHEST);
    for (int g = 0; g < groups; g++) {
      ShortVector sa =
          FloatVector.broadcast(FLOATS, starts[start + g]).reinterpretAsShorts().mul(bias);
      ShortVector sb = sa;
      IntVector la = IntVector.zero(INTS);
      IntVector lb = la;
      for (int i = 0; i < 5; i++) {
        IntVector va = IntVector.fromMemorySegment(INTS, w, a + (5 * g + i) * 64L, ORDER);
        IntVector vb = IntVector.fromMemorySegment(INTS, w, b + (5 * g + i) * 64L, ORDER);
        int p = from + 16 * g + 3 * i;
        ShortVector pair = FloatVector.broadcast(FLOATS, pairs[p]).reinterpretAsShorts();
        sa = sa.add(va.and(mask).reinterpretAsShorts().mul(pair));
        sb = sb.add(vb.and(mask).reinterpretAsShorts().mul(pair));
        pair = FloatVector.broadcast(FLOATS, pairs[p + 1]).reinterpretAsShorts();
        sa = sa.add(va.lanewise(LSHR, 5).and(mask).reinterpretAsShorts().mul(pair));
        sb = sb.add(vb.lanewise(LSHR, 5).and(mask).reinterpretAsShorts().mul(pair));
        pair = FloatVector.broadcast(FLOATS, pairs[p + 2]).reinterpretAsShorts();
        sa = sa.add(va.lanewise(LSHR, 10).and(mask).reinterpretAsShorts().mul(pair));
        sb = sb.add(vb.lanewise(LSHR, 10).and(mask).reinterpretAsShorts().mul(pair));
        la = la.lanewise(LSHL, 1).or(va.lanewise(LSHR, 15).and(highest));
        lb = lb.lanewise(LSHL, 1).or(vb.lanewise(LSHR, 15).and(highest));
      }
      ShortVector pair =
          FloatVector.broadcast(FLOATS, pairs[from + 16 * g + 15]).reinterpretAsShorts();
      sa.add(la.reinterpretAsShorts().mul(pair)).reinterpretAsFloats().intoArray(sums, g * ROWS);
      sb.add(lb.reinterpretAsShorts().mul(pair))
          .reinterpretAsFloats()
          .intoArray(sums, g * ROWS + LANES);
    }
  }
}

package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/** A scale and a minimum in half precision per 32 columns, in one word. */
final class HalfScalesAndMinimums extends ScaleCodec {

  HalfScalesAndMinimums() {
    super(8);
  }

  @Override
  void encode(QuantBlock block, int[] words) {
    for (int j = 0; j < 8; j++) {
      words[j] = halves(block.d[j], block.dMin[j]);
    }
  }

  @Override
  void decode(int[] words, QuantBlock block) {
    for (int j = 0; j < 8; j++) {
      block.d[j] = Float.float16ToFloat((short) words[j]);
      block.scale[j] = 1;
      block.dMin[j] = Float.float16ToFloat((short) (words[j] >> 16));
      block.min[j] = -1;
    }
  }

  @Override
  void unpack(MemorySegment w, long at, int blocks, float bias, PackedTile tile, int to) {
    Vectors.unpack(w, at, 8 * blocks, bias, tile.scales, tile.offsets, to);
  }

  @Override
  void addSums(
      MemorySegment w,
      long a,
      long b,
      int blocks,
      float bias,
      short[] sums,
      int from,
      GroupValues x,
      int at,
      float[] y,
      int to) {
    Vectors.add(w, a, b, 8 * blocks, bias, sums, from, x, at, y, to);
  }

  /** A class of its own, so that the scalar code loads without the vector module. */
  private static final class Vectors {

    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final VectorSpecies<Integer> INTS = VectorWidth.INTS;
    private static final VectorSpecies<Float> FLOATS = VectorWidth.FLOATS;
    private static final VectorSpecies<Short> SHORTS = VectorWidth.SHORTS;
    private static final int SHORT_LANES = VectorWidth.SHORT_LANES;
    private static final int ROWS = PackedTile.ROWS;
    private static final int GROUP_SUMS = PackedTile.GROUP_SUMS;

    private Vectors() {}

    static void unpack(
        MemorySegment w, long at, int groups, float bias, float[] scales, float[] offsets, int to) {
      for (int g = 0; g < groups; g++) {
        MappedReads.touch(w, at);
        IntVector v = IntVector.fromMemorySegment(INTS, w, at + g * 64L, ORDER);
        FloatVector d =
            v.lanewise(LSHL, 16)
                .lanewise(ASHR, 3)
                .and(Widening.HALF)
                .reinterpretAsFloats()
                .mul(Widening.UP)
                .mul(Widening.UP)
                .mul(Widening.DOWN);
        FloatVector m =
            v.lanewise(ASHR, 3)
                .and(Widening.HALF)
                .reinterpretAsFloats()
                .mul(Widening.UP)
                .mul(Widening.UP)
                .mul(Widening.DOWN);
        d.intoArray(scales, to + g * ROWS);
        d.mul(bias).add(m).intoArray(offsets, to + g * ROWS);
      }
    }

    static void add(
        MemorySegment w,
        long a,
        long b,
        int groups,
        float bias,
        short[] sums,
        int from,
        GroupValues x,
        int at,
        float[] y,
        int to) {
      float[] dx = x.scales();
      float[] totals = x.totals();
      FloatVector y0 = FloatVector.fromArray(FLOATS, y, to);
      FloatVector y1 = FloatVector.fromArray(FLOATS, y, to + PackedLayout.ROWS);
      for (int g = 0; g < groups; g++) {
        MappedReads.touch(w, a);
        FloatVector d = FloatVector.broadcast(FLOATS, dx[at + g]);
        FloatVector total = FloatVector.broadcast(FLOATS, totals[at + g]);
        IntVector v = IntVector.fromMemorySegment(INTS, w, a + g * 64L, ORDER);
        IntVector half = v.lanewise(LSHL, 16).lanewise(ASHR, 3).and(Widening.HALF);
        FloatVector scale =
            half.reinterpretAsFloats().mul(Widening.UP).mul(Widening.UP).mul(Widening.DOWN);
        half = v.lanewise(ASHR, 3).and(Widening.HALF);
        FloatVector offset =
            half.reinterpretAsFloats().mul(Widening.UP).mul(Widening.UP).mul(Widening.DOWN);
        y0 = scale.mul(bias).add(offset).fma(total, y0);
        IntVector s =
            ShortVector.fromArray(SHORTS, sums, from + g * GROUP_SUMS).reinterpretAsInts();
        s = s.lanewise(LSHL, 16).lanewise(ASHR, 16).add(s.lanewise(ASHR, 16));
        y0 = ((FloatVector) s.convert(I2F, 0)).fma(scale.mul(d), y0);
        v = IntVector.fromMemorySegment(INTS, w, b + g * 64L, ORDER);
        half = v.lanewise(LSHL, 16).lanewise(ASHR, 3).and(Widening.HALF);
        scale = half.reinterpretAsFloats().mul(Widening.UP).mul(Widening.UP).mul(Widening.DOWN);
        half = v.lanewise(ASHR, 3).and(Widening.HALF);
        offset = half.reinterpretAsFloats().mul(Widening.UP).mul(Widening.UP).mul(Widening.DOWN);
        y1 = scale.mul(bias).add(offset).fma(total, y1);
        s =
            ShortVector.fromArray(SHORTS, sums, from + g * GROUP_SUMS + SHORT_LANES)
                .reinterpretAsInts();
        s = s.lanewise(LSHL, 16).lanewise(ASHR, 16).add(s.lanewise(ASHR, 16));
        y1 = ((FloatVector) s.convert(I2F, 0)).fma(scale.mul(d), y1);
      }
      y0.intoArray(y, to);
      y1.intoArray(y, to + PackedLayout.ROWS);
    }
  }
}

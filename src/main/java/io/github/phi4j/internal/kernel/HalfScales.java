package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/** Scales in half precision, one per 32 columns, two in a word. */
final class HalfScales extends ScaleCodec {

  HalfScales() {
    super(4);
  }

  @Override
  void encode(QuantBlock block, int[] words) {
    for (int i = 0; i < 4; i++) {
      words[i] = halves(block.d[2 * i], block.d[2 * i + 1]);
    }
  }

  @Override
  void decode(int[] words, QuantBlock block) {
    for (int j = 0; j < 8; j++) {
      block.d[j] = Float.float16ToFloat((short) (words[j / 2] >> (16 * (j % 2))));
      block.scale[j] = 1;
    }
  }

  @Override
  void unpack(MemorySegment w, long at, int blocks, float bias, PackedTile tile, int to) {
    Vectors.scales(w, at, 4 * blocks, tile.scales, to);
    tile.clearOffsets(8 * blocks);
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
    Vectors.add(w, a, b, 4 * blocks, sums, from, x, at, y, to);
  }

  /** A class of its own, so that the scalar code loads without the vector module. */
  static final class Vectors {

    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final VectorSpecies<Integer> INTS = VectorWidth.INTS;
    private static final VectorSpecies<Float> FLOATS = VectorWidth.FLOATS;
    private static final VectorSpecies<Short> SHORTS = VectorWidth.SHORTS;
    private static final int SHORT_LANES = VectorWidth.SHORT_LANES;
    private static final int ROWS = PackedTile.ROWS;
    private static final int GROUP_SUMS = PackedTile.GROUP_SUMS;

    private Vectors() {}

    /** Decodes a number of words. */
    static void scales(MemorySegment w, long at, int words, float[] scales, int to) {
      for (int i = 0; i < words; i++) {
        MappedReads.touch(w, at);
        IntVector v = IntVector.fromMemorySegment(INTS, w, at + i * 64L, ORDER);
        int g = to + 2 * i * ROWS;
        v.lanewise(LSHL, 16)
            .lanewise(ASHR, 3)
            .and(Widening.HALF)
            .reinterpretAsFloats()
            .mul(Widening.UP)
            .mul(Widening.UP)
            .mul(Widening.DOWN)
            .intoArray(scales, g);
        v.lanewise(ASHR, 3)
            .and(Widening.HALF)
            .reinterpretAsFloats()
            .mul(Widening.UP)
            .mul(Widening.UP)
            .mul(Widening.DOWN)
            .intoArray(scales, g + ROWS);
      }
    }

    static void add(
        MemorySegment w,
        long a,
        long b,
        int words,
        short[] sums,
        int from,
        GroupValues x,
        int at,
        float[] y,
        int to) {
      float[] dx = x.scales();
      FloatVector y0 = FloatVector.fromArray(FLOATS, y, to);
      FloatVector y1 = FloatVector.fromArray(FLOATS, y, to + PackedLayout.ROWS);
      for (int i = 0; i < words; i++) {
        MappedReads.touch(w, a);
        IntVector va = IntVector.fromMemorySegment(INTS, w, a + i * 64L, ORDER);
        IntVector vb = IntVector.fromMemorySegment(INTS, w, b + i * 64L, ORDER);
        for (int j = 0; j < 2; j++) {
          int g = 2 * i + j;
          FloatVector d = FloatVector.broadcast(FLOATS, dx[at + g]);
          IntVector half = va.lanewise(LSHL, 16).lanewise(ASHR, 3).and(Widening.HALF);
          FloatVector scale =
              half.reinterpretAsFloats()
                  .mul(Widening.UP)
                  .mul(Widening.UP)
                  .mul(Widening.DOWN)
                  .mul(d);
          IntVector s =
              ShortVector.fromArray(SHORTS, sums, from + g * GROUP_SUMS).reinterpretAsInts();
          s = s.lanewise(LSHL, 16).lanewise(ASHR, 16).add(s.lanewise(ASHR, 16));
          y0 = ((FloatVector) s.convert(I2F, 0)).fma(scale, y0);
          half = vb.lanewise(LSHL, 16).lanewise(ASHR, 3).and(Widening.HALF);
          scale =
              half.reinterpretAsFloats()
                  .mul(Widening.UP)
                  .mul(Widening.UP)
                  .mul(Widening.DOWN)
                  .mul(d);
          s =
              ShortVector.fromArray(SHORTS, sums, from + g * GROUP_SUMS + SHORT_LANES)
                  .reinterpretAsInts();
          s = s.lanewise(LSHL, 16).lanewise(ASHR, 16).add(s.lanewise(ASHR, 16));
          y1 = ((FloatVector) s.convert(I2F, 0)).fma(scale, y1);
          va = va.lanewise(LSHR, 16);
          vb = vb.lanewise(LSHR, 16);
        }
      }
      y0.intoArray(y, to);
      y1.intoArray(y, to + PackedLayout.ROWS);
    }
  }
}

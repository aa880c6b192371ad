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

/** Two half-precision factors, and a scale and a minimum of four bits per 16 columns. */
final class NibbleScales extends ScaleCodec {

  NibbleScales() {
    super(5);
  }

  @Override
  void encode(QuantBlock block, int[] words) {
    words[0] = halves(block.d[0], block.dMin[0]);
    for (int i = 0; i < 4; i++) {
      int four = 0;
      for (int j = 0; j < 4; j++) {
        four |= (block.scale[4 * i + j] | block.min[4 * i + j] << 4) << (8 * j);
      }
      words[1 + i] = four;
    }
  }

  @Override
  void decode(int[] words, QuantBlock block) {
    for (int j = 0; j < 16; j++) {
      int scale = words[1 + j / 4] >>> (8 * (j % 4));
      block.d[j] = Float.float16ToFloat((short) words[0]);
      block.scale[j] = scale & 15;
      block.dMin[j] = Float.float16ToFloat((short) (words[0] >> 16));
      block.min[j] = scale >>> 4 & 15;
    }
  }

  @Override
  void unpack(MemorySegment w, long at, int blocks, float bias, PackedTile tile, int to) {
    Vectors.unpack(w, at, blocks, tile.scales, tile.offsets, to);
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
    Vectors.add(w, a, blocks, sums, from, x, at, y, to);
    int second = from + VectorWidth.SHORT_LANES;
    Vectors.add(w, b, blocks, sums, second, x, at, y, to + PackedLayout.ROWS);
  }

  /** A class of its own, so that the scalar code loads without the vector module. */
  private static final class Vectors {

    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final VectorSpecies<Integer> INTS = VectorWidth.INTS;
    private static final VectorSpecies<Float> FLOATS = VectorWidth.FLOATS;
    private static final VectorSpecies<Short> SHORTS = VectorWidth.SHORTS;
    private static final int ROWS = PackedTile.ROWS;
    private static final int GROUP_SUMS = PackedTile.GROUP_SUMS;

    private Vectors() {}

    static void unpack(
        MemorySegment w, long at, int blocks, float[] scales, float[] offsets, int to) {
      for (int b = 0; b < blocks; b++) {
        MappedReads.touch(w, at);
        IntVector v = IntVector.fromMemorySegment(INTS, w, at + b * 320L, ORDER);
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
                .mul(Widening.DOWN)
                .neg();
        for (int h = 0; h < 4; h++) {
          v = IntVector.fromMemorySegment(INTS, w, at + b * 320L + h * 64L + 64, ORDER);
          for (int j = 0; j < 4; j++) {
            int g = to + (16 * b + 4 * h + j) * ROWS;
            d.mul((FloatVector) v.and(15).convert(I2F, 0)).intoArray(scales, g);
            m.mul((FloatVector) v.lanewise(LSHR, 4).and(15).convert(I2F, 0)).intoArray(offsets, g);
            v = v.lanewise(LSHR, 8);
          }
        }
      }
    }

    /** One vector of rows; two would make the loop too long. */
    static void add(
        MemorySegment w,
        long a,
        int blocks,
        short[] sums,
        int from,
        GroupValues x,
        int at,
        float[] y,
        int to) {
      float[] dx = x.scales();
      float[] totals = x.totals();
      FloatVector y0 = FloatVector.fromArray(FLOATS, y, to);
      for (int k = 0; k < blocks; k++) {
        MappedReads.touch(w, a);
        IntVector v = IntVector.fromMemorySegment(INTS, w, a + k * 320L, ORDER);
        IntVector half = v.lanewise(LSHL, 16).lanewise(ASHR, 3).and(Widening.HALF);
        FloatVector scales =
            half.reinterpretAsFloats().mul(Widening.UP).mul(Widening.UP).mul(Widening.DOWN);
        half = v.lanewise(ASHR, 3).and(Widening.HALF);
        FloatVector minimums =
            half.reinterpretAsFloats().mul(Widening.UP).mul(Widening.UP).mul(Widening.DOWN).neg();
        for (int h = 0; h < 4; h++) {
          v = IntVector.fromMemorySegment(INTS, w, a + k * 320L + h * 64L + 64, ORDER);
          for (int j = 0; j < 4; j++) {
            int g = 16 * k + 4 * h + j;
            FloatVector d = FloatVector.broadcast(FLOATS, dx[at + g]);
            FloatVector total = FloatVector.broadcast(FLOATS, totals[at + g]);
            FloatVector minimum = (FloatVector) v.lanewise(LSHR, 4).and(15).convert(I2F, 0);
            y0 = minimums.mul(minimum).fma(total, y0);
            FloatVector scale = scales.mul((FloatVector) v.and(15).convert(I2F, 0)).mul(d);
            IntVector s =
                ShortVector.fromArray(SHORTS, sums, from + g * GROUP_SUMS).reinterpretAsInts();
            s = s.lanewise(LSHL, 16).lanewise(ASHR, 16).add(s.lanewise(ASHR, 16));
            y0 = ((FloatVector) s.convert(I2F, 0)).fma(scale, y0);
            v = v.lanewise(LSHR, 8);
          }
        }
      }
      y0.intoArray(y, to);
    }
  }
}

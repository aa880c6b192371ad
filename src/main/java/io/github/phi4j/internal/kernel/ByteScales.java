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

/** A float, and a signed byte per 16 columns. */
final class ByteScales extends ScaleCodec {

  ByteScales() {
    super(5);
  }

  @Override
  void encode(QuantBlock block, int[] words) {
    words[0] = Float.floatToRawIntBits(block.d[0]);
    for (int i = 0; i < 4; i++) {
      words[1 + i] = bytes(block.scale, 4 * i);
    }
  }

  @Override
  void decode(int[] words, QuantBlock block) {
    for (int j = 0; j < 16; j++) {
      block.d[j] = Float.intBitsToFloat(words[0]);
      block.scale[j] = (byte) (words[1 + j / 4] >> (8 * (j % 4)));
    }
  }

  @Override
  void unpack(MemorySegment w, long at, int blocks, float bias, PackedTile tile, int to) {
    Vectors.unpack(w, at, blocks, tile.scales, to);
    tile.clearOffsets(16 * blocks);
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
    Vectors.add(w, a, b, blocks, sums, from, x, at, y, to);
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

    static void unpack(MemorySegment w, long at, int blocks, float[] scales, int to) {
      for (int b = 0; b < blocks; b++) {
        MappedReads.touch(w, at);
        FloatVector d = FloatVector.fromMemorySegment(FLOATS, w, at + b * 320L, ORDER);
        for (int h = 0; h < 4; h++) {
          IntVector v = IntVector.fromMemorySegment(INTS, w, at + b * 320L + h * 64L + 64, ORDER);
          for (int j = 0; j < 4; j++) {
            d.mul((FloatVector) v.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0))
                .intoArray(scales, to + (16 * b + 4 * h + j) * ROWS);
            v = v.lanewise(LSHR, 8);
          }
        }
      }
    }

    static void add(
        MemorySegment w,
        long a,
        long b,
        int blocks,
        short[] sums,
        int from,
        GroupValues x,
        int at,
        float[] y,
        int to) {
      float[] dx = x.scales();
      FloatVector y0 = FloatVector.fromArray(FLOATS, y, to);
      FloatVector y1 = FloatVector.fromArray(FLOATS, y, to + PackedLayout.ROWS);
      for (int k = 0; k < blocks; k++) {
        MappedReads.touch(w, a);
        FloatVector da = FloatVector.fromMemorySegment(FLOATS, w, a + k * 320L, ORDER);
        FloatVector db = FloatVector.fromMemorySegment(FLOATS, w, b + k * 320L, ORDER);
        for (int h = 0; h < 4; h++) {
          long words = k * 320L + h * 64L + 64;
          IntVector va = IntVector.fromMemorySegment(INTS, w, a + words, ORDER);
          IntVector vb = IntVector.fromMemorySegment(INTS, w, b + words, ORDER);
          for (int j = 0; j < 4; j++) {
            int g = 16 * k + 4 * h + j;
            FloatVector d = FloatVector.broadcast(FLOATS, dx[at + g]);
            FloatVector scale =
                da.mul((FloatVector) va.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0));
            IntVector s =
                ShortVector.fromArray(SHORTS, sums, from + g * GROUP_SUMS).reinterpretAsInts();
            s = s.lanewise(LSHL, 16).lanewise(ASHR, 16).add(s.lanewise(ASHR, 16));
            y0 = ((FloatVector) s.convert(I2F, 0)).fma(scale.mul(d), y0);
            scale = db.mul((FloatVector) vb.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0));
            s =
                ShortVector.fromArray(SHORTS, sums, from + g * GROUP_SUMS + SHORT_LANES)
                    .reinterpretAsInts();
            s = s.lanewise(LSHL, 16).lanewise(ASHR, 16).add(s.lanewise(ASHR, 16));
            y1 = ((FloatVector) s.convert(I2F, 0)).fma(scale.mul(d), y1);
            va = va.lanewise(LSHR, 8);
            vb = vb.lanewise(LSHR, 8);
          }
        }
      }
      y0.intoArray(y, to);
      y1.intoArray(y, to + PackedLayout.ROWS);
    }
  }
}

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

/** Two floats, and a scale and a minimum below 64, a byte each, per 32 columns. */
final class ByteScalesAndMinimums extends ScaleCodec {

  ByteScalesAndMinimums() {
    super(6);
  }

  @Override
  void encode(QuantBlock block, int[] words) {
    words[0] = Float.floatToRawIntBits(block.d[0]);
    words[1] = Float.floatToRawIntBits(block.dMin[0]);
    for (int i = 0; i < 2; i++) {
      words[2 + i] = bytes(block.scale, 4 * i);
      words[4 + i] = bytes(block.min, 4 * i);
    }
  }

  @Override
  void decode(int[] words, QuantBlock block) {
    for (int j = 0; j < 8; j++) {
      block.d[j] = Float.intBitsToFloat(words[0]);
      block.scale[j] = (words[2 + j / 4] >>> (8 * (j % 4))) & 63;
      block.dMin[j] = Float.intBitsToFloat(words[1]);
      block.min[j] = (words[4 + j / 4] >>> (8 * (j % 4))) & 63;
    }
  }

  @Override
  void unpack(MemorySegment w, long at, int blocks, float bias, PackedTile tile, int to) {
    Vectors.unpack(w, at, blocks, bias, tile.scales, tile.offsets, to);
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
    Vectors.add(w, a, b, blocks, bias, sums, from, x, at, y, to);
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
        MemorySegment w, long at, int blocks, float bias, float[] scales, float[] offsets, int to) {
      IntVector mask = IntVector.broadcast(INTS, 63);
      for (int b = 0; b < blocks; b++) {
        MappedReads.touch(w, at);
        FloatVector d = FloatVector.fromMemorySegment(FLOATS, w, at + b * 384L, ORDER);
        FloatVector m = FloatVector.fromMemorySegment(FLOATS, w, at + b * 384L + 64, ORDER).neg();
        for (int h = 0; h < 2; h++) {
          IntVector v = IntVector.fromMemorySegment(INTS, w, at + b * 384L + h * 64L + 128, ORDER);
          IntVector u = IntVector.fromMemorySegment(INTS, w, at + b * 384L + h * 64L + 256, ORDER);
          for (int j = 0; j < 4; j++) {
            int g = to + (8 * b + 4 * h + j) * ROWS;
            FloatVector scale = d.mul((FloatVector) v.and(mask).convert(I2F, 0));
            scale.intoArray(scales, g);
            ((FloatVector) u.and(mask).convert(I2F, 0))
                .fma(m, scale.mul(bias))
                .intoArray(offsets, g);
            v = v.lanewise(LSHR, 8);
            u = u.lanewise(LSHR, 8);
          }
        }
      }
    }

    static void add(
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
      float[] dx = x.scales();
      float[] totals = x.totals();
      IntVector mask = IntVector.broadcast(INTS, 63);
      FloatVector y0 = FloatVector.fromArray(FLOATS, y, to);
      FloatVector y1 = FloatVector.fromArray(FLOATS, y, to + PackedLayout.ROWS);
      for (int k = 0; k < blocks; k++) {
        MappedReads.touch(w, a);
        FloatVector da = FloatVector.fromMemorySegment(FLOATS, w, a + k * 384L, ORDER);
        FloatVector db = FloatVector.fromMemorySegment(FLOATS, w, b + k * 384L, ORDER);
        FloatVector ma = FloatVector.fromMemorySegment(FLOATS, w, a + k * 384L + 64, ORDER).neg();
        FloatVector mb = FloatVector.fromMemorySegment(FLOATS, w, b + k * 384L + 64, ORDER).neg();
        for (int h = 0; h < 2; h++) {
          long words = k * 384L + h * 64L + 128;
          IntVector va = IntVector.fromMemorySegment(INTS, w, a + words, ORDER);
          IntVector vb = IntVector.fromMemorySegment(INTS, w, b + words, ORDER);
          IntVector ua = IntVector.fromMemorySegment(INTS, w, a + words + 128, ORDER);
          IntVector ub = IntVector.fromMemorySegment(INTS, w, b + words + 128, ORDER);
          for (int j = 0; j < 4; j++) {
            int g = 8 * k + 4 * h + j;
            FloatVector d = FloatVector.broadcast(FLOATS, dx[at + g]);
            FloatVector total = FloatVector.broadcast(FLOATS, totals[at + g]);
            FloatVector scale = da.mul((FloatVector) va.and(mask).convert(I2F, 0));
            FloatVector offset = (FloatVector) ua.and(mask).convert(I2F, 0);
            y0 = offset.fma(ma, scale.mul(bias)).fma(total, y0);
            IntVector s =
                ShortVector.fromArray(SHORTS, sums, from + g * GROUP_SUMS).reinterpretAsInts();
            s = s.lanewise(LSHL, 16).lanewise(ASHR, 16).add(s.lanewise(ASHR, 16));
            y0 = ((FloatVector) s.convert(I2F, 0)).fma(scale.mul(d), y0);
            scale = db.mul((FloatVector) vb.and(mask).convert(I2F, 0));
            offset = (FloatVector) ub.and(mask).convert(I2F, 0);
            y1 = offset.fma(mb, scale.mul(bias)).fma(total, y1);
            s =
                ShortVector.fromArray(SHORTS, sums, from + g * GROUP_SUMS + SHORT_LANES)
                    .reinterpretAsInts();
            s = s.lanewise(LSHL, 16).lanewise(ASHR, 16).add(s.lanewise(ASHR, 16));
            y1 = ((FloatVector) s.convert(I2F, 0)).fma(scale.mul(d), y1);
            va = va.lanewise(LSHR, 8);
            vb = vb.lanewise(LSHR, 8);
            ua = ua.lanewise(LSHR, 8);
            ub = ub.lanewise(LSHR, 8);
          }
        }
      }
      y0.intoArray(y, to);
      y1.intoArray(y, to + PackedLayout.ROWS);
    }
  }
}

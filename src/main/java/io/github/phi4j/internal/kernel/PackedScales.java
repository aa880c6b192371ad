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

/**
 * Scales and minimums of vectors of packed rows: decoded to floats for a tile, or applied directly
 * to the sums of one token. See {@link PackedLayout}.
 */
final class PackedScales {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Integer> INTS = VectorKernels.INTS;
  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final VectorSpecies<Short> SHORTS = VectorKernels.SHORTS;
  private static final int LANES = VectorKernels.LANES;
  private static final int SHORT_LANES = SHORTS.length();
  private static final int ROWS = PackedTile.ROWS;
  private static final int GROUP_SUMS = PackedTile.GROUP_SUMS;

  private PackedScales() {}

  /** For {@link Q4_K} and {@link Q5_K}: two floats, and two bytes below 64 per 32 columns. */
  static void withMinimums(
      MemorySegment w, long at, int blocks, float bias, float[] scales, float[] offsets, int to) {
    IntVector mask = IntVector.broadcast(INTS, 63);
    for (int b = 0; b < blocks; b++) {
      PackedLayout.touch(w, at);
      FloatVector d = FloatVector.fromMemorySegment(FLOATS, w, at + b * 384L, ORDER);
      FloatVector m = FloatVector.fromMemorySegment(FLOATS, w, at + b * 384L + 64, ORDER).neg();
      for (int h = 0; h < 2; h++) {
        IntVector v = IntVector.fromMemorySegment(INTS, w, at + b * 384L + h * 64L + 128, ORDER);
        IntVector u = IntVector.fromMemorySegment(INTS, w, at + b * 384L + h * 64L + 256, ORDER);
        for (int j = 0; j < 4; j++) {
          int g = to + (8 * b + 4 * h + j) * ROWS;
          FloatVector scale = d.mul((FloatVector) v.and(mask).convert(I2F, 0));
          scale.intoArray(scales, g);
          ((FloatVector) u.and(mask).convert(I2F, 0)).fma(m, scale.mul(bias)).intoArray(offsets, g);
          v = v.lanewise(LSHR, 8);
          u = u.lanewise(LSHR, 8);
        }
      }
    }
  }

  /** See {@link PackedQuants#addSums}; decodes the scales as {@link #withMinimums} does. */
  static void addWithMinimums(
      MemorySegment w,
      long a,
      long b,
      int blocks,
      float bias,
      short[] sums,
      int from,
      Activations.Groups x,
      int at,
      float[] y,
      int to) {
    float[] dx = x.scales();
    float[] totals = x.totals();
    IntVector mask = IntVector.broadcast(INTS, 63);
    FloatVector y0 = FloatVector.fromArray(FLOATS, y, to);
    FloatVector y1 = FloatVector.fromArray(FLOATS, y, to + LANES);
    for (int k = 0; k < blocks; k++) {
      PackedLayout.touch(w, a);
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
    y1.intoArray(y, to + LANES);
  }

  /** For {@link Q6_K}: a float, and a signed byte per 16 columns. */
  static void signedBytes(MemorySegment w, long at, int blocks, float[] scales, int to) {
    for (int b = 0; b < blocks; b++) {
      PackedLayout.touch(w, at);
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

  /** See {@link PackedQuants#addSums}; decodes the scales as {@link #signedBytes} does. */
  static void addSignedBytes(
      MemorySegment w,
      long a,
      long b,
      int blocks,
      short[] sums,
      int from,
      Activations.Groups x,
      int at,
      float[] y,
      int to) {
    float[] dx = x.scales();
    FloatVector y0 = FloatVector.fromArray(FLOATS, y, to);
    FloatVector y1 = FloatVector.fromArray(FLOATS, y, to + LANES);
    for (int k = 0; k < blocks; k++) {
      PackedLayout.touch(w, a);
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
    y1.intoArray(y, to + LANES);
  }

  /** For {@link Q4_0}: a float per 32 columns. */
  static void floats(MemorySegment w, long at, int groups, float[] scales, int to) {
    for (int g = 0; g < groups; g++) {
      PackedLayout.touch(w, at);
      FloatVector.fromMemorySegment(FLOATS, w, at + g * 64L, ORDER)
          .intoArray(scales, to + g * ROWS);
    }
  }

  /** See {@link PackedQuants#addSums}; decodes the scales as {@link #floats} does. */
  static void addFloats(
      MemorySegment w,
      long a,
      long b,
      int groups,
      short[] sums,
      int from,
      Activations.Groups x,
      int at,
      float[] y,
      int to) {
    float[] dx = x.scales();
    FloatVector y0 = FloatVector.fromArray(FLOATS, y, to);
    FloatVector y1 = FloatVector.fromArray(FLOATS, y, to + LANES);
    for (int g = 0; g < groups; g++) {
      PackedLayout.touch(w, a);
      FloatVector d = FloatVector.broadcast(FLOATS, dx[at + g]);
      FloatVector scale = FloatVector.fromMemorySegment(FLOATS, w, a + g * 64L, ORDER).mul(d);
      IntVector s = ShortVector.fromArray(SHORTS, sums, from + g * GROUP_SUMS).reinterpretAsInts();
      s = s.lanewise(LSHL, 16).lanewise(ASHR, 16).add(s.lanewise(ASHR, 16));
      y0 = ((FloatVector) s.convert(I2F, 0)).fma(scale, y0);
      scale = FloatVector.fromMemorySegment(FLOATS, w, b + g * 64L, ORDER).mul(d);
      s =
          ShortVector.fromArray(SHORTS, sums, from + g * GROUP_SUMS + SHORT_LANES)
              .reinterpretAsInts();
      s = s.lanewise(LSHL, 16).lanewise(ASHR, 16).add(s.lanewise(ASHR, 16));
      y1 = ((FloatVector) s.convert(I2F, 0)).fma(scale, y1);
    }
    y0.intoArray(y, to);
    y1.intoArray(y, to + LANES);
  }
}

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
 * The counterpart of {@link PackedScales} for half-precision scales, which are widened by shifts
 * and multiplications: exactly, except that NaN becomes infinity.
 */
final class PackedHalves {

  /** Sign, exponent and mantissa of a half that was shifted right by three, signed. */
  static final int HALF = 0x8fffe000;

  /** Rescales values masked by {@link #HALF}. */
  static final float UP = 0x1p112f;

  /** The second rescaling step, in which infinities overflow and nothing else does. */
  static final float DOWN = 0x1p-112f;

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Integer> INTS = VectorKernels.INTS;
  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final VectorSpecies<Short> SHORTS = VectorKernels.SHORTS;
  private static final int LANES = VectorKernels.LANES;
  private static final int SHORT_LANES = SHORTS.length();
  private static final int ROWS = PackedTile.ROWS;
  private static final int GROUP_SUMS = PackedTile.GROUP_SUMS;

  private PackedHalves() {}

  /** One scale per 32 columns, two per word. */
  static void scales(MemorySegment w, long at, int words, float[] scales, int to) {
    for (int i = 0; i < words; i++) {
      PackedLayout.touch(w, at);
      IntVector v = IntVector.fromMemorySegment(INTS, w, at + i * 64L, ORDER);
      int g = to + 2 * i * ROWS;
      v.lanewise(LSHL, 16)
          .lanewise(ASHR, 3)
          .and(HALF)
          .reinterpretAsFloats()
          .mul(UP)
          .mul(UP)
          .mul(DOWN)
          .intoArray(scales, g);
      v.lanewise(ASHR, 3)
          .and(HALF)
          .reinterpretAsFloats()
          .mul(UP)
          .mul(UP)
          .mul(DOWN)
          .intoArray(scales, g + ROWS);
    }
  }

  /** See {@link PackedQuants#addSums}; decodes the scales as {@link #scales} does. */
  static void addScales(
      MemorySegment w,
      long a,
      long b,
      int words,
      short[] sums,
      int from,
      Activations.Groups x,
      int at,
      float[] y,
      int to) {
    float[] dx = x.scales();
    FloatVector y0 = FloatVector.fromArray(FLOATS, y, to);
    FloatVector y1 = FloatVector.fromArray(FLOATS, y, to + LANES);
    for (int i = 0; i < words; i++) {
      PackedLayout.touch(w, a);
      IntVector va = IntVector.fromMemorySegment(INTS, w, a + i * 64L, ORDER);
      IntVector vb = IntVector.fromMemorySegment(INTS, w, b + i * 64L, ORDER);
      for (int j = 0; j < 2; j++) {
        int g = 2 * i + j;
        FloatVector d = FloatVector.broadcast(FLOATS, dx[at + g]);
        IntVector half = va.lanewise(LSHL, 16).lanewise(ASHR, 3).and(HALF);
        FloatVector scale = half.reinterpretAsFloats().mul(UP).mul(UP).mul(DOWN).mul(d);
        IntVector s =
            ShortVector.fromArray(SHORTS, sums, from + g * GROUP_SUMS).reinterpretAsInts();
        s = s.lanewise(LSHL, 16).lanewise(ASHR, 16).add(s.lanewise(ASHR, 16));
        y0 = ((FloatVector) s.convert(I2F, 0)).fma(scale, y0);
        half = vb.lanewise(LSHL, 16).lanewise(ASHR, 3).and(HALF);
        scale = half.reinterpretAsFloats().mul(UP).mul(UP).mul(DOWN).mul(d);
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
    y1.intoArray(y, to + LANES);
  }

  /** For {@link Q4_1} and {@link Q5_1}: one word per 32 columns, scale and minimum. */
  static void withMinimums(
      MemorySegment w, long at, int groups, float bias, float[] scales, float[] offsets, int to) {
    for (int g = 0; g < groups; g++) {
      PackedLayout.touch(w, at);
      IntVector v = IntVector.fromMemorySegment(INTS, w, at + g * 64L, ORDER);
      FloatVector d =
          v.lanewise(LSHL, 16)
              .lanewise(ASHR, 3)
              .and(HALF)
              .reinterpretAsFloats()
              .mul(UP)
              .mul(UP)
              .mul(DOWN);
      FloatVector m = v.lanewise(ASHR, 3).and(HALF).reinterpretAsFloats().mul(UP).mul(UP).mul(DOWN);
      d.intoArray(scales, to + g * ROWS);
      d.mul(bias).add(m).intoArray(offsets, to + g * ROWS);
    }
  }

  /** See {@link PackedQuants#addSums}; decodes the scales as {@link #withMinimums} does. */
  static void addWithMinimums(
      MemorySegment w,
      long a,
      long b,
      int groups,
      float bias,
      short[] sums,
      int from,
      Activations.Groups x,
      int at,
      float[] y,
      int to) {
    float[] dx = x.scales();
    float[] totals = x.totals();
    FloatVector y0 = FloatVector.fromArray(FLOATS, y, to);
    FloatVector y1 = FloatVector.fromArray(FLOATS, y, to + LANES);
    for (int g = 0; g < groups; g++) {
      PackedLayout.touch(w, a);
      FloatVector d = FloatVector.broadcast(FLOATS, dx[at + g]);
      FloatVector total = FloatVector.broadcast(FLOATS, totals[at + g]);
      IntVector v = IntVector.fromMemorySegment(INTS, w, a + g * 64L, ORDER);
      IntVector half = v.lanewise(LSHL, 16).lanewise(ASHR, 3).and(HALF);
      FloatVector scale = half.reinterpretAsFloats().mul(UP).mul(UP).mul(DOWN);
      half = v.lanewise(ASHR, 3).and(HALF);
      FloatVector offset = half.reinterpretAsFloats().mul(UP).mul(UP).mul(DOWN);
      y0 = scale.mul(bias).add(offset).fma(total, y0);
      IntVector s = ShortVector.fromArray(SHORTS, sums, from + g * GROUP_SUMS).reinterpretAsInts();
      s = s.lanewise(LSHL, 16).lanewise(ASHR, 16).add(s.lanewise(ASHR, 16));
      y0 = ((FloatVector) s.convert(I2F, 0)).fma(scale.mul(d), y0);
      v = IntVector.fromMemorySegment(INTS, w, b + g * 64L, ORDER);
      half = v.lanewise(LSHL, 16).lanewise(ASHR, 3).and(HALF);
      scale = half.reinterpretAsFloats().mul(UP).mul(UP).mul(DOWN);
      half = v.lanewise(ASHR, 3).and(HALF);
      offset = half.reinterpretAsFloats().mul(UP).mul(UP).mul(DOWN);
      y1 = scale.mul(bias).add(offset).fma(total, y1);
      s =
          ShortVector.fromArray(SHORTS, sums, from + g * GROUP_SUMS + SHORT_LANES)
              .reinterpretAsInts();
      s = s.lanewise(LSHL, 16).lanewise(ASHR, 16).add(s.lanewise(ASHR, 16));
      y1 = ((FloatVector) s.convert(I2F, 0)).fma(scale.mul(d), y1);
    }
    y0.intoArray(y, to);
    y1.intoArray(y, to + LANES);
  }

  /** For {@link Q2_K}: nibbles times two half-precision factors. */
  static void nibbles(
      MemorySegment w, long at, int blocks, float[] scales, float[] offsets, int to) {
    for (int b = 0; b < blocks; b++) {
      PackedLayout.touch(w, at);
      IntVector v = IntVector.fromMemorySegment(INTS, w, at + b * 320L, ORDER);
      FloatVector d =
          v.lanewise(LSHL, 16)
              .lanewise(ASHR, 3)
              .and(HALF)
              .reinterpretAsFloats()
              .mul(UP)
              .mul(UP)
              .mul(DOWN);
      FloatVector m =
          v.lanewise(ASHR, 3).and(HALF).reinterpretAsFloats().mul(UP).mul(UP).mul(DOWN).neg();
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

  /** See {@link PackedQuants#addSums}; decodes the scales as {@link #nibbles} does. */
  static void addNibbles(
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
    addNibbles(w, a, blocks, sums, from, x, at, y, to);
    addNibbles(w, b, blocks, sums, from + SHORT_LANES, x, at, y, to + LANES);
  }

  /** One vector of rows; two would make the loop too long. */
  private static void addNibbles(
      MemorySegment w,
      long a,
      int blocks,
      short[] sums,
      int from,
      Activations.Groups x,
      int at,
      float[] y,
      int to) {
    float[] dx = x.scales();
    float[] totals = x.totals();
    FloatVector y0 = FloatVector.fromArray(FLOATS, y, to);
    for (int k = 0; k < blocks; k++) {
      PackedLayout.touch(w, a);
      IntVector v = IntVector.fromMemorySegment(INTS, w, a + k * 320L, ORDER);
      IntVector half = v.lanewise(LSHL, 16).lanewise(ASHR, 3).and(HALF);
      FloatVector scales = half.reinterpretAsFloats().mul(UP).mul(UP).mul(DOWN);
      half = v.lanewise(ASHR, 3).and(HALF);
      FloatVector minimums = half.reinterpretAsFloats().mul(UP).mul(UP).mul(DOWN).neg();
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

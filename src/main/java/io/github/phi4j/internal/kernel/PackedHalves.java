package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * As {@link PackedScales}, of scales that are 16-bit floats. They become 32-bit ones by shifts and
 * products: exactly, except that what is not a number becomes infinite.
 */
final class PackedHalves {

  /** Sign, exponent and mantissa of a half that was shifted right by three, signed. */
  static final int HALF = 0x8fffe000;

  /** What the numbers that {@link #HALF} leaves must be multiplied by. */
  static final float UP = 0x1p112f;

  /** Once more up and down again, so that what is infinite runs over. */
  static final float DOWN = 0x1p-112f;

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Integer> INTS = VectorKernels.INTS;
  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final int LANES = VectorKernels.LANES;

  private PackedHalves() {}

  /** A scale for each 32 columns, two in a word. */
  static void scales(MemorySegment w, long at, QuantizedVector x, float[] scales, int to) {
    float[] dx = x.scales();
    int words = x.columns() / 64;
    for (int i = 0; i < words; i++) {
      IntVector v = IntVector.fromMemorySegment(INTS, w, at + i * 64L, ORDER);
      v.lanewise(LSHL, 16)
          .lanewise(ASHR, 3)
          .and(HALF)
          .reinterpretAsFloats()
          .mul(UP)
          .mul(UP)
          .mul(DOWN)
          .mul(dx[2 * i])
          .intoArray(scales, to + 2 * i * LANES);
      v.lanewise(ASHR, 3)
          .and(HALF)
          .reinterpretAsFloats()
          .mul(UP)
          .mul(UP)
          .mul(DOWN)
          .mul(dx[2 * i + 1])
          .intoArray(scales, to + (2 * i + 1) * LANES);
    }
  }

  /** A scale and what is added to each 32 columns, in a word. */
  static void withMinimums(
      MemorySegment w,
      long at,
      QuantizedVector x,
      float bias,
      float[] scales,
      int to,
      float[] sums,
      int sum) {
    float[] dx = x.scales();
    float[] totals = x.totals();
    int words = x.columns() / 32;
    FloatVector t = FloatVector.zero(FLOATS);
    for (int i = 0; i < words; i++) {
      IntVector v = IntVector.fromMemorySegment(INTS, w, at + i * 64L, ORDER);
      FloatVector d =
          v.lanewise(LSHL, 16)
              .lanewise(ASHR, 3)
              .and(HALF)
              .reinterpretAsFloats()
              .mul(UP)
              .mul(UP)
              .mul(DOWN);
      FloatVector m = v.lanewise(ASHR, 3).and(HALF).reinterpretAsFloats().mul(UP).mul(UP).mul(DOWN);
      d.mul(dx[i]).intoArray(scales, to + i * LANES);
      t = d.mul(bias).add(m).fma(FloatVector.broadcast(FLOATS, totals[i]), t);
    }
    t.intoArray(sums, sum);
  }

  /** Scales and minimums of {@link Q2_K}: nibbles, times two halves. */
  static void nibbles(
      MemorySegment w, long at, QuantizedVector x, float[] scales, int to, float[] sums, int sum) {
    float[] dx = x.scales();
    float[] totals = x.totals16();
    int blocks = x.columns() / 256;
    FloatVector t = FloatVector.zero(FLOATS);
    for (int i = 0; i < blocks; i++) {
      IntVector v = IntVector.fromMemorySegment(INTS, w, at + i * 320L, ORDER);
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
      v = IntVector.fromMemorySegment(INTS, w, at + i * 320L + 64, ORDER);
      d.mul(dx[8 * i + 0])
          .mul((FloatVector) v.and(15).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 0) * LANES);
      t =
          m.mul((FloatVector) v.lanewise(LSHR, 4).and(15).convert(I2F, 0))
              .fma(FloatVector.broadcast(FLOATS, totals[16 * i + 0]), t);
      d.mul(dx[8 * i + 0])
          .mul((FloatVector) v.lanewise(LSHR, 8).and(15).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 1) * LANES);
      t =
          m.mul((FloatVector) v.lanewise(LSHR, 12).and(15).convert(I2F, 0))
              .fma(FloatVector.broadcast(FLOATS, totals[16 * i + 1]), t);
      d.mul(dx[8 * i + 1])
          .mul((FloatVector) v.lanewise(LSHR, 16).and(15).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 2) * LANES);
      t =
          m.mul((FloatVector) v.lanewise(LSHR, 20).and(15).convert(I2F, 0))
              .fma(FloatVector.broadcast(FLOATS, totals[16 * i + 2]), t);
      d.mul(dx[8 * i + 1])
          .mul((FloatVector) v.lanewise(LSHR, 24).and(15).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 3) * LANES);
      t =
          m.mul((FloatVector) v.lanewise(LSHR, 28).and(15).convert(I2F, 0))
              .fma(FloatVector.broadcast(FLOATS, totals[16 * i + 3]), t);
      v = IntVector.fromMemorySegment(INTS, w, at + i * 320L + 128, ORDER);
      d.mul(dx[8 * i + 2])
          .mul((FloatVector) v.and(15).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 4) * LANES);
      t =
          m.mul((FloatVector) v.lanewise(LSHR, 4).and(15).convert(I2F, 0))
              .fma(FloatVector.broadcast(FLOATS, totals[16 * i + 4]), t);
      d.mul(dx[8 * i + 2])
          .mul((FloatVector) v.lanewise(LSHR, 8).and(15).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 5) * LANES);
      t =
          m.mul((FloatVector) v.lanewise(LSHR, 12).and(15).convert(I2F, 0))
              .fma(FloatVector.broadcast(FLOATS, totals[16 * i + 5]), t);
      d.mul(dx[8 * i + 3])
          .mul((FloatVector) v.lanewise(LSHR, 16).and(15).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 6) * LANES);
      t =
          m.mul((FloatVector) v.lanewise(LSHR, 20).and(15).convert(I2F, 0))
              .fma(FloatVector.broadcast(FLOATS, totals[16 * i + 6]), t);
      d.mul(dx[8 * i + 3])
          .mul((FloatVector) v.lanewise(LSHR, 24).and(15).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 7) * LANES);
      t =
          m.mul((FloatVector) v.lanewise(LSHR, 28).and(15).convert(I2F, 0))
              .fma(FloatVector.broadcast(FLOATS, totals[16 * i + 7]), t);
      v = IntVector.fromMemorySegment(INTS, w, at + i * 320L + 192, ORDER);
      d.mul(dx[8 * i + 4])
          .mul((FloatVector) v.and(15).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 8) * LANES);
      t =
          m.mul((FloatVector) v.lanewise(LSHR, 4).and(15).convert(I2F, 0))
              .fma(FloatVector.broadcast(FLOATS, totals[16 * i + 8]), t);
      d.mul(dx[8 * i + 4])
          .mul((FloatVector) v.lanewise(LSHR, 8).and(15).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 9) * LANES);
      t =
          m.mul((FloatVector) v.lanewise(LSHR, 12).and(15).convert(I2F, 0))
              .fma(FloatVector.broadcast(FLOATS, totals[16 * i + 9]), t);
      d.mul(dx[8 * i + 5])
          .mul((FloatVector) v.lanewise(LSHR, 16).and(15).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 10) * LANES);
      t =
          m.mul((FloatVector) v.lanewise(LSHR, 20).and(15).convert(I2F, 0))
              .fma(FloatVector.broadcast(FLOATS, totals[16 * i + 10]), t);
      d.mul(dx[8 * i + 5])
          .mul((FloatVector) v.lanewise(LSHR, 24).and(15).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 11) * LANES);
      t =
          m.mul((FloatVector) v.lanewise(LSHR, 28).and(15).convert(I2F, 0))
              .fma(FloatVector.broadcast(FLOATS, totals[16 * i + 11]), t);
      v = IntVector.fromMemorySegment(INTS, w, at + i * 320L + 256, ORDER);
      d.mul(dx[8 * i + 6])
          .mul((FloatVector) v.and(15).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 12) * LANES);
      t =
          m.mul((FloatVector) v.lanewise(LSHR, 4).and(15).convert(I2F, 0))
              .fma(FloatVector.broadcast(FLOATS, totals[16 * i + 12]), t);
      d.mul(dx[8 * i + 6])
          .mul((FloatVector) v.lanewise(LSHR, 8).and(15).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 13) * LANES);
      t =
          m.mul((FloatVector) v.lanewise(LSHR, 12).and(15).convert(I2F, 0))
              .fma(FloatVector.broadcast(FLOATS, totals[16 * i + 13]), t);
      d.mul(dx[8 * i + 7])
          .mul((FloatVector) v.lanewise(LSHR, 16).and(15).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 14) * LANES);
      t =
          m.mul((FloatVector) v.lanewise(LSHR, 20).and(15).convert(I2F, 0))
              .fma(FloatVector.broadcast(FLOATS, totals[16 * i + 14]), t);
      d.mul(dx[8 * i + 7])
          .mul((FloatVector) v.lanewise(LSHR, 24).and(15).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 15) * LANES);
      t =
          m.mul((FloatVector) v.lanewise(LSHR, 28).and(15).convert(I2F, 0))
              .fma(FloatVector.broadcast(FLOATS, totals[16 * i + 15]), t);
    }
    t.intoArray(sums, sum);
  }
}

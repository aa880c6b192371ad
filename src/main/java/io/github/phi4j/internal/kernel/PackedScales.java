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
 * What the integer sums of a vector of packed rows are multiplied by, for one token; and the sums
 * that do not depend on the quants, which the products are added to.
 */
final class PackedScales {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Integer> INTS = VectorKernels.INTS;
  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final int LANES = VectorKernels.LANES;

  private PackedScales() {}

  /** Scales and minimums of {@link Q4_K} and {@link Q5_K}. */
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
    int blocks = x.columns() / 256;
    IntVector mask = IntVector.broadcast(INTS, 63);
    FloatVector t = FloatVector.zero(FLOATS);
    for (int i = 0; i < blocks; i++) {
      FloatVector d = FloatVector.fromMemorySegment(FLOATS, w, at + i * 384L, ORDER);
      FloatVector m = FloatVector.fromMemorySegment(FLOATS, w, at + i * 384L + 64, ORDER).neg();
      FloatVector zero = d.mul(bias);
      IntVector v = IntVector.fromMemorySegment(INTS, w, at + i * 384L + 128, ORDER);
      IntVector u = IntVector.fromMemorySegment(INTS, w, at + i * 384L + 256, ORDER);
      FloatVector scale = (FloatVector) v.and(mask).convert(I2F, 0);
      d.mul(dx[8 * i + 0]).mul(scale).intoArray(scales, to + (8 * i + 0) * LANES);
      FloatVector min = (FloatVector) u.and(mask).convert(I2F, 0);
      t = min.fma(m, scale.mul(zero)).fma(FloatVector.broadcast(FLOATS, totals[8 * i + 0]), t);
      scale = (FloatVector) v.lanewise(LSHR, 8).and(mask).convert(I2F, 0);
      d.mul(dx[8 * i + 1]).mul(scale).intoArray(scales, to + (8 * i + 1) * LANES);
      min = (FloatVector) u.lanewise(LSHR, 8).and(mask).convert(I2F, 0);
      t = min.fma(m, scale.mul(zero)).fma(FloatVector.broadcast(FLOATS, totals[8 * i + 1]), t);
      scale = (FloatVector) v.lanewise(LSHR, 16).and(mask).convert(I2F, 0);
      d.mul(dx[8 * i + 2]).mul(scale).intoArray(scales, to + (8 * i + 2) * LANES);
      min = (FloatVector) u.lanewise(LSHR, 16).and(mask).convert(I2F, 0);
      t = min.fma(m, scale.mul(zero)).fma(FloatVector.broadcast(FLOATS, totals[8 * i + 2]), t);
      scale = (FloatVector) v.lanewise(LSHR, 24).convert(I2F, 0);
      d.mul(dx[8 * i + 3]).mul(scale).intoArray(scales, to + (8 * i + 3) * LANES);
      min = (FloatVector) u.lanewise(LSHR, 24).convert(I2F, 0);
      t = min.fma(m, scale.mul(zero)).fma(FloatVector.broadcast(FLOATS, totals[8 * i + 3]), t);
      v = IntVector.fromMemorySegment(INTS, w, at + i * 384L + 192, ORDER);
      u = IntVector.fromMemorySegment(INTS, w, at + i * 384L + 320, ORDER);
      scale = (FloatVector) v.and(mask).convert(I2F, 0);
      d.mul(dx[8 * i + 4]).mul(scale).intoArray(scales, to + (8 * i + 4) * LANES);
      min = (FloatVector) u.and(mask).convert(I2F, 0);
      t = min.fma(m, scale.mul(zero)).fma(FloatVector.broadcast(FLOATS, totals[8 * i + 4]), t);
      scale = (FloatVector) v.lanewise(LSHR, 8).and(mask).convert(I2F, 0);
      d.mul(dx[8 * i + 5]).mul(scale).intoArray(scales, to + (8 * i + 5) * LANES);
      min = (FloatVector) u.lanewise(LSHR, 8).and(mask).convert(I2F, 0);
      t = min.fma(m, scale.mul(zero)).fma(FloatVector.broadcast(FLOATS, totals[8 * i + 5]), t);
      scale = (FloatVector) v.lanewise(LSHR, 16).and(mask).convert(I2F, 0);
      d.mul(dx[8 * i + 6]).mul(scale).intoArray(scales, to + (8 * i + 6) * LANES);
      min = (FloatVector) u.lanewise(LSHR, 16).and(mask).convert(I2F, 0);
      t = min.fma(m, scale.mul(zero)).fma(FloatVector.broadcast(FLOATS, totals[8 * i + 6]), t);
      scale = (FloatVector) v.lanewise(LSHR, 24).convert(I2F, 0);
      d.mul(dx[8 * i + 7]).mul(scale).intoArray(scales, to + (8 * i + 7) * LANES);
      min = (FloatVector) u.lanewise(LSHR, 24).convert(I2F, 0);
      t = min.fma(m, scale.mul(zero)).fma(FloatVector.broadcast(FLOATS, totals[8 * i + 7]), t);
    }
    t.intoArray(sums, sum);
  }

  /** Scales of {@link Q6_K}. */
  static void signedBytes(MemorySegment w, long at, QuantizedVector x, float[] scales, int to) {
    float[] dx = x.scales();
    int blocks = x.columns() / 256;
    for (int i = 0; i < blocks; i++) {
      FloatVector d = FloatVector.fromMemorySegment(FLOATS, w, at + i * 320L, ORDER);
      IntVector v = IntVector.fromMemorySegment(INTS, w, at + i * 320L + 64, ORDER);
      FloatVector g = d.mul(dx[8 * i + 0]);
      g.mul((FloatVector) v.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 0) * LANES);
      g.mul((FloatVector) v.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 1) * LANES);
      g = d.mul(dx[8 * i + 1]);
      g.mul((FloatVector) v.lanewise(LSHL, 8).lanewise(ASHR, 24).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 2) * LANES);
      g.mul((FloatVector) v.lanewise(ASHR, 24).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 3) * LANES);
      v = IntVector.fromMemorySegment(INTS, w, at + i * 320L + 128, ORDER);
      g = d.mul(dx[8 * i + 2]);
      g.mul((FloatVector) v.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 4) * LANES);
      g.mul((FloatVector) v.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 5) * LANES);
      g = d.mul(dx[8 * i + 3]);
      g.mul((FloatVector) v.lanewise(LSHL, 8).lanewise(ASHR, 24).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 6) * LANES);
      g.mul((FloatVector) v.lanewise(ASHR, 24).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 7) * LANES);
      v = IntVector.fromMemorySegment(INTS, w, at + i * 320L + 192, ORDER);
      g = d.mul(dx[8 * i + 4]);
      g.mul((FloatVector) v.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 8) * LANES);
      g.mul((FloatVector) v.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 9) * LANES);
      g = d.mul(dx[8 * i + 5]);
      g.mul((FloatVector) v.lanewise(LSHL, 8).lanewise(ASHR, 24).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 10) * LANES);
      g.mul((FloatVector) v.lanewise(ASHR, 24).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 11) * LANES);
      v = IntVector.fromMemorySegment(INTS, w, at + i * 320L + 256, ORDER);
      g = d.mul(dx[8 * i + 6]);
      g.mul((FloatVector) v.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 12) * LANES);
      g.mul((FloatVector) v.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 13) * LANES);
      g = d.mul(dx[8 * i + 7]);
      g.mul((FloatVector) v.lanewise(LSHL, 8).lanewise(ASHR, 24).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 14) * LANES);
      g.mul((FloatVector) v.lanewise(ASHR, 24).convert(I2F, 0))
          .intoArray(scales, to + (16 * i + 15) * LANES);
    }
  }

  /** Scales of {@link Q4_0}: a float for each 32 columns. */
  static void floats(MemorySegment w, long at, QuantizedVector x, float[] scales, int to) {
    float[] dx = x.scales();
    int blocks = x.columns() / 256;
    for (int i = 0; i < blocks; i++) {
      FloatVector.fromMemorySegment(FLOATS, w, at + i * 512L + 0, ORDER)
          .mul(dx[8 * i + 0])
          .intoArray(scales, to + (8 * i + 0) * LANES);
      FloatVector.fromMemorySegment(FLOATS, w, at + i * 512L + 64, ORDER)
          .mul(dx[8 * i + 1])
          .intoArray(scales, to + (8 * i + 1) * LANES);
      FloatVector.fromMemorySegment(FLOATS, w, at + i * 512L + 128, ORDER)
          .mul(dx[8 * i + 2])
          .intoArray(scales, to + (8 * i + 2) * LANES);
      FloatVector.fromMemorySegment(FLOATS, w, at + i * 512L + 192, ORDER)
          .mul(dx[8 * i + 3])
          .intoArray(scales, to + (8 * i + 3) * LANES);
      FloatVector.fromMemorySegment(FLOATS, w, at + i * 512L + 256, ORDER)
          .mul(dx[8 * i + 4])
          .intoArray(scales, to + (8 * i + 4) * LANES);
      FloatVector.fromMemorySegment(FLOATS, w, at + i * 512L + 320, ORDER)
          .mul(dx[8 * i + 5])
          .intoArray(scales, to + (8 * i + 5) * LANES);
      FloatVector.fromMemorySegment(FLOATS, w, at + i * 512L + 384, ORDER)
          .mul(dx[8 * i + 6])
          .intoArray(scales, to + (8 * i + 6) * LANES);
      FloatVector.fromMemorySegment(FLOATS, w, at + i * 512L + 448, ORDER)
          .mul(dx[8 * i + 7])
          .intoArray(scales, to + (8 * i + 7) * LANES);
    }
  }
}

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

/** Scales and minimums of a vector of packed rows as floats: see {@link PackedLayout}. */
final class PackedScales {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Integer> INTS = VectorKernels.INTS;
  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final int ROWS = PackedTile.ROWS;

  private PackedScales() {}

  /** Of {@link Q4_K} and {@link Q5_K}: two floats, and bytes below 64 for each 32 columns. */
  static void withMinimums(
      MemorySegment w, long at, int blocks, float bias, float[] scales, float[] offsets, int to) {
    PackedLayout.touch(w, at);
    IntVector mask = IntVector.broadcast(INTS, 63);
    for (int b = 0; b < blocks; b++) {
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

  /** Of {@link Q6_K}: a float, and a signed byte for each 16 columns. */
  static void signedBytes(MemorySegment w, long at, int blocks, float[] scales, int to) {
    PackedLayout.touch(w, at);
    for (int b = 0; b < blocks; b++) {
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

  /** Of {@link Q4_0}: a float for each 32 columns. */
  static void floats(MemorySegment w, long at, int groups, float[] scales, int to) {
    PackedLayout.touch(w, at);
    for (int g = 0; g < groups; g++) {
      FloatVector.fromMemorySegment(FLOATS, w, at + g * 64L, ORDER)
          .intoArray(scales, to + g * ROWS);
    }
  }
}

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

  /** After another step up: so what is infinite runs over, and nothing else. */
  static final float DOWN = 0x1p-112f;

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Integer> INTS = VectorKernels.INTS;
  private static final int ROWS = PackedTile.ROWS;

  private PackedHalves() {}

  /** A scale for each 32 columns, two in a word. */
  static void scales(MemorySegment w, long at, int words, float[] scales, int to) {
    PackedLayout.touch(w, at);
    for (int i = 0; i < words; i++) {
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

  /** Of {@link Q4_1} and {@link Q5_1}: a word for each 32 columns, a scale and what is added. */
  static void withMinimums(
      MemorySegment w, long at, int groups, float bias, float[] scales, float[] offsets, int to) {
    PackedLayout.touch(w, at);
    for (int g = 0; g < groups; g++) {
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

  /** Of {@link Q2_K}: nibbles, times two halves. */
  static void nibbles(
      MemorySegment w, long at, int blocks, float[] scales, float[] offsets, int to) {
    PackedLayout.touch(w, at);
    for (int b = 0; b < blocks; b++) {
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
}

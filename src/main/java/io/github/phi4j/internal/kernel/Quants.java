package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sixteen quantized numbers at a time from bytes to floats. No vector goes in or out of these
 * methods, nor through methods of their own, so that nothing is boxed where the compiler does not
 * inline one; each number is {@code n * scale - min} in two roundings, as in the scalar code.
 */
final class Quants {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_128;
  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final int LANES = FLOATS.length();
  private static final ByteVector TABLE = ByteVector.fromArray(BYTES, IQ4_NL.TABLE, 0);

  private Quants() {}

  /**
   * Reads a byte of the mapping, for what it does to compiled code: HotSpot turns a fault of a file
   * that was cut short into an error only in code that has such an access. Vector loads alone do
   * not count, and would end the JVM.
   */
  @SuppressWarnings("CheckReturnValue") // the access counts, not the byte
  private static void touch(MemorySegment data, long at) {
    data.get(ValueLayout.JAVA_BYTE, at);
  }

  /** Bits {@code shift} and up of each byte, under a mask, less a bias. */
  static void unpack(
      MemorySegment data,
      long at,
      int shift,
      int mask,
      int bias,
      float scale,
      float min,
      float[] out,
      int o) {
    touch(data, at);
    ByteVector n =
        ByteVector.fromMemorySegment(BYTES, data, at, ORDER)
            .reinterpretAsInts()
            .lanewise(VectorOperators.LSHR, shift)
            .reinterpretAsBytes()
            .and((byte) mask)
            .sub((byte) bias);
    if (LANES == 16) {
      ((FloatVector) n.convertShape(VectorOperators.B2F, FLOATS, 0))
          .mul(scale)
          .sub(min)
          .intoArray(out, o);
    } else if (LANES == 8) {
      ((FloatVector) n.convertShape(VectorOperators.B2F, FLOATS, 0))
          .mul(scale)
          .sub(min)
          .intoArray(out, o);
      ((FloatVector) n.convertShape(VectorOperators.B2F, FLOATS, 1))
          .mul(scale)
          .sub(min)
          .intoArray(out, o + 8);
    } else {
      ((FloatVector) n.convertShape(VectorOperators.B2F, FLOATS, 0))
          .mul(scale)
          .sub(min)
          .intoArray(out, o);
      ((FloatVector) n.convertShape(VectorOperators.B2F, FLOATS, 1))
          .mul(scale)
          .sub(min)
          .intoArray(out, o + 4);
      ((FloatVector) n.convertShape(VectorOperators.B2F, FLOATS, 2))
          .mul(scale)
          .sub(min)
          .intoArray(out, o + 8);
      ((FloatVector) n.convertShape(VectorOperators.B2F, FLOATS, 3))
          .mul(scale)
          .sub(min)
          .intoArray(out, o + 12);
    }
  }

  /**
   * As {@link #unpack} with a mask of four bits, and above them bits {@code highShift} and up of
   * other bytes, under a mask.
   */
  static void unpack(
      MemorySegment data,
      long at,
      int shift,
      long highAt,
      int highShift,
      int highMask,
      int bias,
      float scale,
      float min,
      float[] out,
      int o) {
    touch(data, highAt);
    ByteVector high =
        ByteVector.fromMemorySegment(BYTES, data, highAt, ORDER)
            .reinterpretAsInts()
            .lanewise(VectorOperators.LSHR, highShift)
            .reinterpretAsBytes()
            .and((byte) highMask)
            .reinterpretAsInts()
            .lanewise(VectorOperators.LSHL, 4)
            .reinterpretAsBytes();
    touch(data, at);
    ByteVector n =
        ByteVector.fromMemorySegment(BYTES, data, at, ORDER)
            .reinterpretAsInts()
            .lanewise(VectorOperators.LSHR, shift)
            .reinterpretAsBytes()
            .and((byte) 15)
            .or(high)
            .sub((byte) bias);
    if (LANES == 16) {
      ((FloatVector) n.convertShape(VectorOperators.B2F, FLOATS, 0))
          .mul(scale)
          .sub(min)
          .intoArray(out, o);
    } else if (LANES == 8) {
      ((FloatVector) n.convertShape(VectorOperators.B2F, FLOATS, 0))
          .mul(scale)
          .sub(min)
          .intoArray(out, o);
      ((FloatVector) n.convertShape(VectorOperators.B2F, FLOATS, 1))
          .mul(scale)
          .sub(min)
          .intoArray(out, o + 8);
    } else {
      ((FloatVector) n.convertShape(VectorOperators.B2F, FLOATS, 0))
          .mul(scale)
          .sub(min)
          .intoArray(out, o);
      ((FloatVector) n.convertShape(VectorOperators.B2F, FLOATS, 1))
          .mul(scale)
          .sub(min)
          .intoArray(out, o + 4);
      ((FloatVector) n.convertShape(VectorOperators.B2F, FLOATS, 2))
          .mul(scale)
          .sub(min)
          .intoArray(out, o + 8);
      ((FloatVector) n.convertShape(VectorOperators.B2F, FLOATS, 3))
          .mul(scale)
          .sub(min)
          .intoArray(out, o + 12);
    }
  }

  /** The entries of {@link IQ4_NL}'s table that the nibbles at {@code shift} index. */
  static void lookUp(MemorySegment data, long at, int shift, float scale, float[] out, int o) {
    touch(data, at);
    ByteVector n =
        ByteVector.fromMemorySegment(BYTES, data, at, ORDER)
            .reinterpretAsInts()
            .lanewise(VectorOperators.LSHR, shift)
            .reinterpretAsBytes()
            .and((byte) 15)
            .selectFrom(TABLE);
    if (LANES == 16) {
      ((FloatVector) n.convertShape(VectorOperators.B2F, FLOATS, 0)).mul(scale).intoArray(out, o);
    } else if (LANES == 8) {
      ((FloatVector) n.convertShape(VectorOperators.B2F, FLOATS, 0)).mul(scale).intoArray(out, o);
      ((FloatVector) n.convertShape(VectorOperators.B2F, FLOATS, 1))
          .mul(scale)
          .intoArray(out, o + 8);
    } else {
      ((FloatVector) n.convertShape(VectorOperators.B2F, FLOATS, 0)).mul(scale).intoArray(out, o);
      ((FloatVector) n.convertShape(VectorOperators.B2F, FLOATS, 1))
          .mul(scale)
          .intoArray(out, o + 4);
      ((FloatVector) n.convertShape(VectorOperators.B2F, FLOATS, 2))
          .mul(scale)
          .intoArray(out, o + 8);
      ((FloatVector) n.convertShape(VectorOperators.B2F, FLOATS, 3))
          .mul(scale)
          .intoArray(out, o + 12);
    }
  }
}

package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Vectors of quantized numbers, a byte each, and their way to floats. */
final class Quants {

  private static final VectorSpecies<Float> FLOATS = VectorKernels.FLOATS;
  private static final int LANES = FLOATS.length();

  /** As many bytes as there are floats in a vector, but no fewer than a vector of bytes has. */
  private static final VectorSpecies<Byte> BYTES =
      LANES == 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;

  /** Quantized numbers of a vector. */
  static final int LENGTH = BYTES.length();

  private static final ByteVector TABLE =
      ByteVector.fromArray(ByteVector.SPECIES_128, IQ4_NL.TABLE, 0);

  private Quants() {}

  static ByteVector load(MemorySegment data, long at) {
    return ByteVector.fromMemorySegment(BYTES, data, at, ByteOrder.LITTLE_ENDIAN);
  }

  /** The low nibbles. */
  static ByteVector low(ByteVector q) {
    return q.and((byte) 15);
  }

  /** The high nibbles. */
  static ByteVector high(ByteVector q) {
    return shift(q, 4).and((byte) 15);
  }

  /** Shifts right; the upper bits of each byte are then those of its neighbour. */
  static ByteVector shift(ByteVector q, int count) {
    return q.reinterpretAsInts().lanewise(VectorOperators.LSHR, count).reinterpretAsBytes();
  }

  /** Shifts left numbers that stay within their byte. */
  static ByteVector up(ByteVector q, int count) {
    return q.reinterpretAsInts().lanewise(VectorOperators.LSHL, count).reinterpretAsBytes();
  }

  /** The lowest bits of a number, one a lane, each worth 16. */
  static ByteVector bits(long bits) {
    return ByteVector.zero(BYTES).blend((byte) 16, VectorMask.fromLong(BYTES, bits));
  }

  /** Writes {@code n * scale}. */
  static void scaled(ByteVector n, float scale, float[] out, int o) {
    floats(n, 0).mul(scale).intoArray(out, o);
    if (LENGTH > LANES) {
      floats(n, 1).mul(scale).intoArray(out, o + LANES);
    }
  }

  /** Writes {@code n * scale - min}. */
  static void affine(ByteVector n, float scale, float min, float[] out, int o) {
    floats(n, 0).mul(scale).sub(min).intoArray(out, o);
    if (LENGTH > LANES) {
      floats(n, 1).mul(scale).sub(min).intoArray(out, o + LANES);
    }
  }

  private static FloatVector floats(ByteVector n, int part) {
    return (FloatVector) n.convertShape(VectorOperators.B2F, FLOATS, part);
  }

  /** Writes 32 numbers whose nibbles at byte {@code at} index the table of {@link IQ4_NL}. */
  static void looked(MemorySegment data, long at, float scale, float[] out, int o) {
    ByteVector q =
        ByteVector.fromMemorySegment(ByteVector.SPECIES_128, data, at, ByteOrder.LITTLE_ENDIAN);
    ByteVector low = low(q).selectFrom(TABLE);
    ByteVector high = high(q).selectFrom(TABLE);
    for (int part = 0; part < 16 / LANES; part++) {
      floats(low, part).mul(scale).intoArray(out, o + part * LANES);
      floats(high, part).mul(scale).intoArray(out, o + 16 + part * LANES);
    }
  }
}

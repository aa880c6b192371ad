package io.github.phi4j.testing;

import io.github.phi4j.internal.gguf.GgmlType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;

/** Random tensor data of all types that phi4j computes with, with values around zero. */
public final class RandomBlocks {

  private RandomBlocks() {}

  /**
   * Returns the bytes of a matrix.
   *
   * @param deviation the approximate standard deviation of its values
   */
  public static byte[] of(GgmlType type, int rows, int columns, double deviation, Random random) {
    if (columns % type.blockLength() != 0) {
      throw new IllegalArgumentException(columns + " is no whole number of blocks of " + type);
    }
    ByteBuffer data =
        ByteBuffer.allocate(Math.toIntExact(rows * type.rowBytes(columns)))
            .order(ByteOrder.LITTLE_ENDIAN);
    while (data.hasRemaining()) {
      switch (type) {
        case F32 -> data.putFloat((float) (random.nextGaussian() * deviation));
        case F16 ->
            data.putShort(Float.floatToFloat16((float) (random.nextGaussian() * deviation)));
        case BF16 ->
            data.putShort(
                (short) (Float.floatToIntBits((float) (random.nextGaussian() * deviation)) >>> 16));
        default -> putBlock(data, type, deviation, random);
      }
    }
    return data.array();
  }

  /** Random bits except for the scales, which would sometimes be infinite or NaN. */
  private static void putBlock(ByteBuffer data, GgmlType type, double deviation, Random random) {
    byte[] block = new byte[type.blockBytes()];
    random.nextBytes(block);
    ByteBuffer scales = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
    switch (type) {
      case Q4_0 -> scales.putShort(0, half(deviation / 4.6));
      case Q4_1 -> scales.putShort(0, half(deviation / 4.6)).putShort(2, half(-1.6 * deviation));
      case Q5_0 -> scales.putShort(0, half(deviation / 9.2));
      case Q5_1 -> scales.putShort(0, half(deviation / 9.2)).putShort(2, half(-1.7 * deviation));
      case Q8_0 -> scales.putShort(0, half(deviation / 74));
      case Q2_K -> scales.putShort(80, half(deviation / 14)).putShort(82, half(deviation / 9));
      case Q3_K -> scales.putShort(108, half(deviation / 42));
      case Q4_K -> scales.putShort(0, half(deviation / 240)).putShort(2, half(deviation / 32));
      case Q5_K -> scales.putShort(0, half(deviation / 490)).putShort(2, half(deviation / 32));
      case Q6_K -> scales.putShort(208, half(deviation / 1360));
      case IQ4_NL -> scales.putShort(0, half(deviation / 70));
      case IQ4_XS -> scales.putShort(0, half(deviation / 1290));
      default -> throw new IllegalArgumentException("no random blocks of type " + type);
    }
    data.put(block);
  }

  private static short half(double number) {
    return Float.floatToFloat16((float) number);
  }

  /** Returns some rows of a matrix, in the given order. */
  static byte[] rows(byte[] matrix, long rowBytes, int... rows) {
    int length = Math.toIntExact(rowBytes);
    byte[] picked = new byte[rows.length * length];
    for (int i = 0; i < rows.length; i++) {
      byte[] row = Arrays.copyOfRange(matrix, rows[i] * length, (rows[i] + 1) * length);
      System.arraycopy(row, 0, picked, i * length, length);
    }
    return picked;
  }
}

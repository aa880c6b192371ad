package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The storage format of one tensor type. {@link #dequantize} is the specification of every faster
 * kernel of the type. The layouts are those of ggml's {@code ggml-common.h}.
 */
public abstract sealed class BlockFormat permits QuantFormat, F32, F16, BF16, Q8_0, IQ4_NL, IQ4_XS {

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final GgmlType type;

  BlockFormat(GgmlType type) {
    this.type = type;
  }

  /** The tensor type. */
  public final GgmlType type() {
    return type;
  }

  /** Writes the numbers of the block at byte {@code at} to {@code out[o..]}. */
  abstract void dequantizeBlock(MemorySegment data, long at, float[] out, int o);

  /**
   * Writes {@code count} numbers, whole blocks, to {@code out}.
   *
   * @param data blocks
   * @param offset the byte offset of the first block
   */
  public final void dequantize(MemorySegment data, long offset, float[] out, int from, int count) {
    for (int i = 0; i < count; i += type.blockLength()) {
      dequantizeBlock(data, offset + type.rowBytes(i), out, from + i);
    }
  }

  /**
   * Dequantizes the blocks staged in a tile with vectors, to (elements, lanes): bit for bit the
   * results of {@link #dequantizeBlock}. After an odd last element one more may be written.
   */
  abstract void unpack(Tile tile, int blocks, float[] out, int o);

  /** The position of the half word in blocks that are not whole 32-bit words: first or last. */
  int halfOffset() {
    throw new IllegalStateException(type + " blocks are whole words");
  }

  static float half(MemorySegment data, long at) {
    return Float.float16ToFloat(data.get(SHORT, at));
  }

  static int unsigned(MemorySegment data, long at) {
    return data.get(ValueLayout.JAVA_BYTE, at) & 0xff;
  }

  static int signed(MemorySegment data, long at) {
    return data.get(ValueLayout.JAVA_BYTE, at);
  }

  static int unsignedShort(MemorySegment data, long at) {
    return data.get(SHORT, at) & 0xffff;
  }

  static int integer(MemorySegment data, long at) {
    return data.get(INT, at);
  }

  /** The nibble of element {@code e} of 32; elements 0 to 15 are the low nibbles. */
  static int nibble(MemorySegment data, long at, int e) {
    return e < 16 ? unsigned(data, at + e) & 15 : unsigned(data, at + e - 16) >> 4;
  }
}

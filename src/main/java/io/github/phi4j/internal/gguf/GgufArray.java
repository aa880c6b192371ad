package io.github.phi4j.internal.gguf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** An array value, read element by element out of the mapping. */
public final class GgufArray implements GgufValue {

  private final ElementType type;
  private final int length;
  private final MemorySegment data;
  private final int[] stringStarts; // of each string's bytes in data, then the end; null if numbers
  private final long offset;

  GgufArray(ElementType type, int length, MemorySegment data, int[] stringStarts, long offset) {
    this.type = type;
    this.length = length;
    this.data = data;
    this.stringStarts = stringStarts;
    this.offset = offset;
  }

  @Override
  public long offset() {
    return offset;
  }

  /** The number of elements. */
  public int length() {
    return length;
  }

  /** The type of the elements. */
  public ElementType type() {
    return type;
  }

  /** The UTF-8 bytes of string {@code index}, a slice of the mapping. */
  public MemorySegment bytes(int index) {
    Objects.checkIndex(index, length);
    if (type != ElementType.STRING) {
      throw new IllegalStateException("an array of " + type + " has no strings");
    }
    long start = stringStarts[index];
    // A length prefix of eight bytes stands before each string, so also before the next one.
    return data.asSlice(start, stringStarts[index + 1] - (long) Long.BYTES - start);
  }

  /** String {@code index}; malformed bytes give U+FFFD. */
  public String string(int index) {
    return new String(bytes(index).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  /** Integer {@code index}, of whatever width; booleans give 0 and 1. */
  public long integer(int index) {
    long at = (long) Objects.checkIndex(index, length) * type.bytes();
    return switch (type) {
      case UINT8 -> Byte.toUnsignedLong(data.get(ValueLayout.JAVA_BYTE, at));
      case INT8, BOOL -> data.get(ValueLayout.JAVA_BYTE, at);
      case UINT16 -> Short.toUnsignedLong(data.get(Little.SHORT, at));
      case INT16 -> data.get(Little.SHORT, at);
      case UINT32 -> Integer.toUnsignedLong(data.get(Little.INT, at));
      case INT32 -> data.get(Little.INT, at);
      case UINT64, INT64 -> data.get(Little.LONG, at);
      case FLOAT32, FLOAT64, STRING, ARRAY ->
          throw new IllegalStateException("an array of " + type + " has no integers");
    };
  }

  /** Number {@code index}, of whatever type. */
  public double number(int index) {
    long at = (long) Objects.checkIndex(index, length) * type.bytes();
    return switch (type) {
      case FLOAT32 -> data.get(Little.FLOAT, at);
      case FLOAT64 -> data.get(Little.DOUBLE, at);
      default -> integer(index);
    };
  }
}

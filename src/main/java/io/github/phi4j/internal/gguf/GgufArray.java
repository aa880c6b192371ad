package io.github.phi4j.internal.gguf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** An array value, read from the mapping element by element. */
public final class GgufArray implements GgufValue {

  private final ElementType type;
  private final int length;
  private final MemorySegment data;
  private final int[]
      stringStarts; // the start of each string's bytes in data, then the end; null for numbers
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

  /** A copy of this array that does not need the mapping. */
  public GgufArray copy() {
    MemorySegment bytes = MemorySegment.ofArray(data.toArray(ValueLayout.JAVA_BYTE));
    return new GgufArray(type, length, bytes, stringStarts, offset);
  }

  /** The number of elements. */
  public int length() {
    return length;
  }

  /** The type of the elements. */
  public ElementType type() {
    return type;
  }

  /** A copy of all strings. */
  public ByteStrings strings() {
    checkStrings();
    byte[] bytes = data.toArray(ValueLayout.JAVA_BYTE);
    int[] starts = new int[length + 1];
    for (int i = 0; i < length; i++) {
      int count = end(i) - stringStarts[i];
      System.arraycopy(bytes, stringStarts[i], bytes, starts[i], count);
      starts[i + 1] = starts[i] + count;
    }
    return new ByteStrings(bytes, starts);
  }

  /** String {@code index}; malformed bytes give U+FFFD. */
  public String string(int index) {
    checkStrings();
    int start = stringStarts[Objects.checkIndex(index, length)];
    byte[] bytes = data.asSlice(start, end(index) - start).toArray(ValueLayout.JAVA_BYTE);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private void checkStrings() {
    if (type != ElementType.STRING) {
      throw new IllegalStateException("an array of " + type + " has no strings");
    }
  }

  /** The end of a string: eight bytes of length precede the next one. */
  private int end(int index) {
    return stringStarts[index + 1] - Long.BYTES;
  }

  /** Whether number {@code index} is an integer within the range of {@code long}. */
  public boolean isLong(int index) {
    return type.isInteger() && (type != ElementType.UINT64 || integer(index) >= 0);
  }

  /**
   * Integer {@code index}, of any width; booleans give 0 and 1. One above the range of {@code long}
   * wraps around: see {@link #isLong}.
   */
  public long integer(int index) {
    long at = (long) Objects.checkIndex(index, length) * type.bytes();
    return switch (type) {
      case UINT8 -> Byte.toUnsignedLong(data.get(ValueLayout.JAVA_BYTE, at));
      case INT8 -> data.get(ValueLayout.JAVA_BYTE, at);
      case BOOL -> data.get(ValueLayout.JAVA_BYTE, at) == 0 ? 0 : 1;
      case UINT16 -> Short.toUnsignedLong(data.get(LittleEndian.SHORT, at));
      case INT16 -> data.get(LittleEndian.SHORT, at);
      case UINT32 -> Integer.toUnsignedLong(data.get(LittleEndian.INT, at));
      case INT32 -> data.get(LittleEndian.INT, at);
      case UINT64, INT64 -> data.get(LittleEndian.LONG, at);
      case FLOAT32, FLOAT64, STRING, ARRAY ->
          throw new IllegalStateException("an array of " + type + " has no integers");
    };
  }

  /** Number {@code index}, of any type. */
  public double number(int index) {
    long at = (long) Objects.checkIndex(index, length) * type.bytes();
    return switch (type) {
      case FLOAT32 -> data.get(LittleEndian.FLOAT, at);
      case FLOAT64 -> data.get(LittleEndian.DOUBLE, at);
      default -> {
        long integer = integer(index);
        // Halved with its last bit kept, which rounding needs.
        yield isLong(index) ? (double) integer : 2 * (double) ((integer >>> 1) | (integer & 1));
      }
    };
  }
}

package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The packed layout of one tensor type: sixteen rows side by side, so that each vector lane
 * computes a row of its own. Packing only rearranges bits; nothing is lost.
 *
 * <p>A tile is sixteen rows. It holds the scale words of every block of 256 columns, followed by
 * the quant words of every block. Word {@code i} of the sixteen rows is contiguous.
 */
public abstract sealed class PackedLayout permits PackedQuants, PackedNumbers {

  /** The rows of a tile. */
  static final int ROWS = 16;

  /** The columns of a block. */
  static final int BLOCK = 256;

  private static final int VECTOR_BYTES = ROWS * Integer.BYTES;

  private final GgmlType type;
  private final int scaleWords;
  private final int quantWords;

  /**
   * Creates a layout.
   *
   * @param scaleWords scale words per row and block
   * @param quantWords quant words per row and block
   */
  PackedLayout(GgmlType type, int scaleWords, int quantWords) {
    this.type = type;
    this.scaleWords = scaleWords;
    this.quantWords = quantWords;
  }

  /** The layout for matrices of a format. */
  static PackedLayout of(BlockFormat format) {
    return switch (format) {
      case Q4_0 _ -> new PackedQ4_0();
      case Q4_1 _ -> new PackedQ4_1();
      case Q5_0 _ -> new PackedQ5_0();
      case Q5_1 _ -> new PackedQ5_1();
      case Q2_K _ -> new PackedQ2_K();
      case Q3_K _ -> new PackedQ3_K();
      case Q4_K _ -> new PackedQ4_K();
      case Q5_K _ -> new PackedQ5_K();
      case Q6_K _ -> new PackedQ6_K();
      case F32 _, F16 _, BF16 _, Q8_0 _, IQ4_NL _, IQ4_XS _ -> new PackedNumbers(format);
    };
  }

  /** The tensor type. */
  final GgmlType type() {
    return type;
  }

  final int scaleWords() {
    return scaleWords;
  }

  final int quantWords() {
    return quantWords;
  }

  /** The bytes of a tile. */
  final long tileBytes(int columns) {
    return scaleBytes(columns) + quantBytes(columns);
  }

  /** The bytes of a tile's scales for a number of columns. */
  final long scaleBytes(int columns) {
    return (long) columns / BLOCK * scaleWords * VECTOR_BYTES;
  }

  /** The bytes of a tile's quants for a number of columns; they follow all scales. */
  final long quantBytes(int columns) {
    return (long) columns / BLOCK * quantWords * VECTOR_BYTES;
  }

  /**
   * Encodes the blocks of one row and 256 columns as words.
   *
   * @param words the scale words, then the quant words
   */
  abstract void encode(MemorySegment data, long at, int[] words);

  /**
   * Reads a byte, for its effect on compiled code: HotSpot turns the fault of a truncated mapping
   * into an error only in methods with a scalar access to the segment. With vector loads alone the
   * fault would crash the JVM. Every method that loads vectors of packed rows or KV pages calls
   * this inside its loop, so that code compiled from the loop (OSR) has the access too.
   */
  @SuppressWarnings("CheckReturnValue") // the access counts, not the byte
  static void touch(MemorySegment w, long at) {
    w.get(ValueLayout.JAVA_BYTE, at);
  }

  /**
   * Prefetches by reading four bytes; Java has no prefetch instruction.
   *
   * @return the sum of the bytes, a value that only keeps the prefetching reads alive
   */
  static int prefetch(MemorySegment w, long a, long b, long c, long d) {
    return w.get(ValueLayout.JAVA_BYTE, a)
        + w.get(ValueLayout.JAVA_BYTE, b)
        + w.get(ValueLayout.JAVA_BYTE, c)
        + w.get(ValueLayout.JAVA_BYTE, d);
  }

  /** The low column, among 32, of pair {@code p} of 16; the high column is eight further. */
  static int column(int p) {
    return p / 8 * 16 + p % 8;
  }
}

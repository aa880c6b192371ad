package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * How the numbers of one tensor type lie when rows are packed: sixteen rows side by side, so that
 * each lane of a vector computes a row of its own. Packing only moves bits about; nothing is lost.
 *
 * <p>A tile is sixteen rows. It holds, for each block of 256 columns, some words of scales a row,
 * and after those of all blocks some words of quants a row. Word {@code i} of the sixteen rows
 * stands together.
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
   * @param scaleWords words of scales of a row in a block
   * @param quantWords words of quants of a row in a block
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

  /** The type of the tensors that are packed so. */
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

  /** The bytes of the scales of some columns of a tile. */
  final long scaleBytes(int columns) {
    return (long) columns / BLOCK * scaleWords * VECTOR_BYTES;
  }

  /** The bytes of their quants, which follow those of all scales. */
  final long quantBytes(int columns) {
    return (long) columns / BLOCK * quantWords * VECTOR_BYTES;
  }

  /**
   * Turns the blocks of one row and 256 columns into words.
   *
   * @param words first those of the scales, then those of the quants
   */
  abstract void encode(MemorySegment data, long at, int[] words);

  /**
   * Reads a byte, for what it does to compiled code: HotSpot turns a fault of a mapped file that
   * was cut short into an error only in code that has such an access. Vector loads alone do not
   * count, and would end the JVM. Every method that loads vectors of packed rows, or of pages of a
   * KV cache, has one; it is in the loop, where code that is compiled from there has it too.
   */
  @SuppressWarnings("CheckReturnValue") // the access counts, not the byte
  static void touch(MemorySegment w, long at) {
    w.get(ValueLayout.JAVA_BYTE, at);
  }

  /**
   * Reads four bytes, so that what lies there is near when it is needed: Java has no other way to
   * ask for it.
   *
   * @return their sum, which means nothing; the compiler leaves out a read that nobody uses
   */
  static int fetch(MemorySegment w, long a, long b, long c, long d) {
    return w.get(ValueLayout.JAVA_BYTE, a)
        + w.get(ValueLayout.JAVA_BYTE, b)
        + w.get(ValueLayout.JAVA_BYTE, c)
        + w.get(ValueLayout.JAVA_BYTE, d);
  }

  /** The low column, among 32, of pair {@code p} of 16; the high one is eight further. */
  static int column(int p) {
    return p / 8 * 16 + p % 8;
  }
}

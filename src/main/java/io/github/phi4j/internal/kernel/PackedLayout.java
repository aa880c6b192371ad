package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/**
 * The packed layout of one tensor type: sixteen rows side by side, so that each vector lane
 * computes a row of its own. Packing only rearranges bits; nothing is lost.
 *
 * <p>A tile is sixteen rows. It holds the scale words of every block of 256 columns, followed by
 * the quant words of every block. Word {@code i} of the sixteen rows is contiguous.
 */
public abstract sealed class PackedLayout permits QuantLayout, PackedNumbers {

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
   * @param scratch space for the block, taken apart
   */
  abstract void encode(MemorySegment data, long at, int[] words, QuantBlock scratch);

  /**
   * Encodes the blocks of a tile's rows and 256 columns.
   *
   * @param at the byte offset of the first row's blocks
   * @param words (words, {@link #ROWS}): the scale words, then the quant words
   */
  void encodeTile(MemorySegment data, long at, long rowBytes, int[] words, PackingScratch scratch) {
    int[] row = scratch.row;
    for (int r = 0; r < ROWS; r++) {
      encode(data, at + r * rowBytes, row, scratch.block);
      for (int i = 0; i < scaleWords + quantWords; i++) {
        words[i * ROWS + r] = row[i];
      }
    }
  }

  /** The low column, among 32, of pair {@code p} of 16; the high column is eight further. */
  static int column(int p) {
    return p / 8 * 16 + p % 8;
  }
}

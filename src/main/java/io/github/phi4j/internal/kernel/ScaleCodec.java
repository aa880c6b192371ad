package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The scale words of packed blocks: written and read for one row, and for a vector of rows either
 * decoded to a tile or applied at once to the sums of one token. Both decode with the same
 * roundings; a decoder that the second calls would cost half of its speed.
 */
abstract sealed class ScaleCodec
    permits HalfScales, HalfScalesAndMinimums, NibbleScales, ByteScales, ByteScalesAndMinimums {

  private final int words;

  ScaleCodec(int words) {
    this.words = words;
  }

  /** Words per row and block of 256 columns. */
  final int words() {
    return words;
  }

  /** Writes the words of a block from the first on. */
  abstract void encode(QuantBlock block, int[] words);

  /** The inverse of {@link #encode}. */
  abstract void decode(int[] words, QuantBlock block);

  /**
   * Writes the scales of each group of a vector of rows to {@code tile.scales}, and the offsets per
   * unit of the group's activation total to {@code tile.offsets}.
   *
   * @param at the byte offset of the first row's scales
   * @param bias the quant that represents zero in the integer sums
   * @param to the destination of the first group; the stride is {@link PackedTile#ROWS}
   */
  abstract void unpack(MemorySegment w, long at, int blocks, float bias, PackedTile tile, int to);

  /**
   * Scales the group sums of two vectors of rows and accumulates them.
   *
   * @param a the byte offset of the scales of one vector of rows; {@code b} is that of the other
   * @param from the index of the first sum of the first vector, as {@link PackedBits#multiply}
   *     writes them
   * @param at the index of the token's first group
   * @param y added to: from {@code to} on for the first vector, {@link PackedLayout#ROWS} further
   *     for the second
   */
  abstract void addSums(
      MemorySegment w,
      long a,
      long b,
      int blocks,
      float bias,
      short[] sums,
      int from,
      GroupValues x,
      int at,
      float[] y,
      int to);

  /** Two halves in a word. */
  static int halves(float low, float high) {
    return (Float.floatToFloat16(low) & 0xffff) | (Float.floatToFloat16(high) << 16);
  }

  /** Four bytes in a word. */
  static int bytes(int[] numbers, int from) {
    int word = 0;
    for (int i = 0; i < 4; i++) {
      word |= (numbers[from + i] & 0xff) << (8 * i);
    }
    return word;
  }
}

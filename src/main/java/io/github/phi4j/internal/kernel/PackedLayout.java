package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * How the numbers of one tensor type lie when rows are packed: sixteen rows side by side, so that
 * each lane of a vector computes a row of its own. Packing only moves bits about; nothing is lost.
 *
 * <p>A tile is sixteen rows. It holds, for each block of 256 columns, some words of scales a row,
 * and after those of all blocks some words of quants a row. Word {@code i} of the sixteen rows
 * stands together.
 */
public abstract sealed class PackedLayout permits PackedQ4_0, PackedQ4_K, PackedQ5_K, PackedQ6_K {

  /** The rows of a tile. */
  static final int ROWS = 16;

  /** The columns of a block. */
  static final int BLOCK = 256;

  private static final int VECTOR_BYTES = ROWS * Integer.BYTES;

  private final GgmlType type;
  private final int scaleWords;
  private final int quantWords;
  private final int group;
  private final int bias;

  /**
   * Creates a layout.
   *
   * @param scaleWords words of scales of a row in a block
   * @param quantWords words of quants of a row in a block
   * @param group the columns that share a scale
   * @param bias the quant that counts as zero
   */
  PackedLayout(GgmlType type, int scaleWords, int quantWords, int group, int bias) {
    this.type = type;
    this.scaleWords = scaleWords;
    this.quantWords = quantWords;
    this.group = group;
    this.bias = bias;
  }

  /** The layout for matrices of a format, if there is one. */
  static Optional<PackedLayout> of(BlockFormat format) {
    return switch (format) {
      case Q4_0 _ -> Optional.of(new PackedQ4_0());
      case Q4_K _ -> Optional.of(new PackedQ4_K());
      case Q5_K _ -> Optional.of(new PackedQ5_K());
      case Q6_K _ -> Optional.of(new PackedQ6_K());
      default -> Optional.empty();
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

  /** The columns that share a scale. */
  final int group() {
    return group;
  }

  /** The quant that counts as zero in the integer sums: see {@link PackedSums} for its bounds. */
  final short bias() {
    return (short) bias;
  }

  /** Whether a group has a minimum, besides the one that the bias makes. */
  abstract boolean hasMinimums();

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

  /** The opposite of {@link #encode}. */
  abstract void decode(int[] words, PackedBlock out);

  /**
   * Writes what the sums of each group of a vector of rows are worth to {@code tile.scales}, and
   * what is added for each one of its total to {@code tile.offsets}.
   *
   * @param at the byte where the scales of the first row start
   * @param to where the first group goes; the next ones follow at {@link PackedTile#ROWS}
   */
  abstract void unpackScales(MemorySegment w, long at, int blocks, PackedTile tile, int to);

  /**
   * Writes the quants of a vector of rows, from 0 on, in pairs.
   *
   * @param at the byte where the quants of the first row start
   * @param to where the first pair goes; the next ones follow at {@link PackedTile#ROWS}
   */
  abstract void unpackQuants(MemorySegment w, long at, int blocks, float[] pairs, int to);

  /**
   * Multiplies two vectors of rows with a token, without a detour through unpacked quants.
   *
   * @param a the byte where the quants of the first row of one vector start
   * @param b the same for the other
   * @param pairs pairs of activations, from {@code from} on
   * @param starts pairs of the negative sums of activations of each group, from {@code start} on
   * @param sums (groups, {@link PackedTile#ROWS})
   */
  abstract void multiply(
      MemorySegment w,
      long a,
      long b,
      int groups,
      float[] pairs,
      int from,
      float[] starts,
      int start,
      float[] sums);

  /**
   * Reads a byte, for what it does to compiled code: HotSpot turns a fault of a mapped file that
   * was cut short into an error only in code that has such an access. Vector loads alone do not
   * count, and would end the JVM. Every method that loads vectors of packed rows has one.
   */
  @SuppressWarnings("CheckReturnValue") // the access counts, not the byte
  static void touch(MemorySegment w, long at) {
    w.get(ValueLayout.JAVA_BYTE, at);
  }

  /** The low column, among 32, of pair {@code p} of 16; the high one is eight further. */
  static int column(int p) {
    return p / 8 * 16 + p % 8;
  }
}

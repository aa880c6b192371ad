package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/**
 * A layout whose products are sums of integers: quants of few bits times activations that are
 * rounded to 8 bits, so that a lane holds two sums of 16 bits.
 */
abstract sealed class PackedQuants extends PackedLayout
    permits PackedQ4_0,
        PackedQ4_1,
        PackedQ5_0,
        PackedQ5_1,
        PackedQ2_K,
        PackedQ3_K,
        PackedQ4_K,
        PackedQ5_K,
        PackedQ6_K {

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
  PackedQuants(GgmlType type, int scaleWords, int quantWords, int group, int bias) {
    super(type, scaleWords, quantWords);
    this.group = group;
    this.bias = bias;
  }

  /** The columns that share a scale. */
  final int group() {
    return group;
  }

  /** The quant that counts as zero in the integer sums. */
  final int bias() {
    return bias;
  }

  /** Whether a group has a minimum, besides the one that the bias makes. */
  abstract boolean hasMinimums();

  /** The opposite of {@link #encode}. */
  abstract void decode(int[] words, PackedBlock out);

  /**
   * Writes what the integer sums of a vector of rows are multiplied by, (columns / group, rows), to
   * {@code scales[to..]}, and what their products are added to, to {@code sums[sum..]}.
   *
   * @param at the byte where the scales of the first row start
   */
  abstract void scalesOnVectors(
      MemorySegment w, long at, QuantizedVector x, float[] scales, int to, float[] sums, int sum);

  /**
   * Adds the products of two vectors of rows to {@code sums[at..]}.
   *
   * @param a the byte where the quants of the first row of one start
   * @param b the same for the other
   */
  abstract void addProductsOnVectors(
      MemorySegment w,
      long a,
      long b,
      QuantizedVector x,
      float[] scales,
      int scalesA,
      int scalesB,
      float[] sums,
      int at);

  /** The low column, among 32, of pair {@code p} of 16; the high one is eight further. */
  static int column(int p) {
    return p / 8 * 16 + p % 8;
  }
}

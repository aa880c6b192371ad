package io.github.phi4j.internal.kernel;

/**
 * The multipliers of packed words, chosen so that quants need no masking.
 *
 * <p>A quant {@code q} of {@code n} bits at bit {@code s} of a word {@code v} is {@code (v >>> s) −
 * 2ⁿ·(v >>> (s + n))}. The sum of {@code q·x} over the quants of a word is thus a sum over its
 * shifts, each times the quant's own activation {@code x} minus the previous activation shifted
 * left by the previous quant's width. Arithmetic is modulo 2¹⁶: the sum is exact if it fits, even
 * where its terms overflow.
 *
 * <p>Factors are pairs, for low and high columns, as float bits. Each group's factors begin with
 * the initial value of its sums.
 */
final class PackedFactors {

  private PackedFactors() {}

  /**
   * Writes the factors of adjacent quants of equal width, from a word's lowest bit on.
   *
   * @param count the number of quants
   * @param bits the width of each
   * @return the activations of the last one
   */
  static int writeAll(float[] pairs, int from, int count, int bits, float[] factors, int to) {
    int before = 0;
    for (int i = 0; i < count; i++) {
      int pair = Float.floatToRawIntBits(pairs[from + i]);
      before = write(pair, before, bits, factors, to + i);
    }
    return before;
  }

  /**
   * Writes the factor of one quant.
   *
   * @param pair its activations
   * @param before the activations of the previous quant in the word, 0 if it is the first
   * @param bits the width of the previous quant
   * @return its activations
   */
  static int write(int pair, int before, int bits, float[] factors, int to) {
    int low = (pair - (before << bits)) & 0xffff;
    int high = ((pair >>> 16) - ((before >>> 16) << bits)) << 16;
    factors[to] = Float.intBitsToFloat(low | high);
    return pair;
  }

  /** Both halves of a pair times a power of two. */
  static int shift(int pair, int bits) {
    return ((pair << bits) & 0xffff) | ((pair >>> 16) << (bits + 16));
  }

  /**
   * Writes the initial values of group sums, which cancel the bias of the quants.
   *
   * @param starts pairs of the negative sums of the activations
   * @param stride the distance between the factors of successive groups
   */
  static void writeStarts(
      float[] starts, int from, int groups, int bias, float[] factors, int to, int stride) {
    for (int g = 0; g < groups; g++) {
      int pair = Float.floatToRawIntBits(starts[from + g]);
      int low = (pair * bias) & 0xffff;
      int high = ((pair >> 16) * bias) << 16;
      factors[to + g * stride] = Float.intBitsToFloat(low | high);
    }
  }
}

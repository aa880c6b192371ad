package io.github.phi4j.internal.kernel;

/**
 * What the words of packed rows are multiplied with, so that the numbers in them need not be cut
 * out one by one.
 *
 * <p>A number {@code q} of {@code n} bits that starts at bit {@code s} of a word {@code v} is
 * {@code (v >>> s) − 2ⁿ·(v >>> (s + n))}. So the sum of {@code q·x} over the numbers of a word is a
 * sum over its shifts, each times its own {@code x} less the one before it, shifted by that one's
 * length. All of it is modulo 2¹⁶, and the sum is exact if it fits, whatever its terms do.
 *
 * <p>Factors are pairs, of low and of high columns, as the bits of floats. Those of a group start
 * with what its sums start at.
 */
final class PackedFactors {

  private PackedFactors() {}

  /**
   * Writes the factors of numbers of equal length that lie side by side from a word's first bit on.
   *
   * @param count how many
   * @param bits the length of each
   * @return the last one's activations
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
   * Writes the factor of one number.
   *
   * @param pair its activations
   * @param before those of the number before it in the word, 0 if it is the first
   * @param bits the length of that one
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
   * Writes what the sums of some groups start at: what the bias makes too much of them.
   *
   * @param starts pairs of the negative sums of the activations
   * @param stride from a group's factors to those of the next
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

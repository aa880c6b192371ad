package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Where quants of two to six bits lie in packed words, and the multipliers of these places.
 *
 * <p>A word has sixteen bits each for a low and for a high column, eight further. From the lowest
 * bit up it has whole quants; the bits left over in the words of a <em>unit</em>, one or more
 * groups, are the last quants of the unit. A <em>tap</em> is a shift of a word after which bits of
 * a quant come first.
 *
 * <p>Factors are chosen so that quants need no masking. A quant {@code q} of {@code n} bits at bit
 * {@code s} of a word {@code v} is {@code (v >>> s) − 2ⁿ·(v >>> (s + n))}. The sum of {@code q·x}
 * over the quants of a word is thus a sum over its taps, each the shifted word times the quant's
 * own activation {@code x} minus the activation of the tap below shifted left by its width.
 * Arithmetic is modulo 2¹⁶: the sum is exact if it fits, even where its terms overflow. Factors are
 * pairs, for low and high columns, as float bits. Each group's factors begin with the initial value
 * of its sums.
 */
final class Taps {

  /** Bits of a pair of quants, from {@code from} on, at bit {@code shift} of a word. */
  private record Tap(int word, int shift, int width, int pair, int from) {

    int mask() {
      return ((1 << width) - 1) * 0x10001;
    }

    /** The unit's activations of the pair, shifted left as far as these bits count. */
    int activations(float[] pairs, int unit) {
      int x = Float.floatToRawIntBits(pairs[unit + pair]);
      return ((x << from) & 0xffff) | ((x >>> 16) << (from + 16));
    }
  }

  /** The taps of a factor, of which one may be null. */
  private record Factor(Tap own, Tap below) {}

  private final int words;
  private final int pairs;
  private final int groups;
  private final Tap[] taps;
  private final Factor[] factors;

  /**
   * Creates the taps of quants of so many bits.
   *
   * @param group columns that share a scale
   */
  Taps(int bits, int group) {
    groups = bits == 3 ? 2 : 1;
    pairs = groups * group / 2;
    words = pairs * bits / 16;
    List<Tap> all = new ArrayList<>();
    int whole = 16 / bits;
    for (int word = 0; word < words; word++) {
      for (int i = 0; i < whole; i++) {
        all.add(new Tap(word, i * bits, bits, word * whole + i, 0));
      }
      if (bits == 3 || bits == 5) {
        all.add(new Tap(word, 15, 1, 15, words - 1 - word));
      } else if (bits == 6) {
        all.add(new Tap(word, 12, word == 1 ? 2 : 4, word == 2 ? 7 : 6, word == 1 ? 4 : 0));
      }
    }
    if (bits == 6) {
      all.add(new Tap(1, 14, 2, 7, 4));
    }
    List<Factor> multipliers = new ArrayList<>();
    for (int g = 0; g < groups; g++) {
      for (Tap tap : all) {
        Tap own = tap.pair / (group / 2) == g ? tap : null;
        Tap below = null;
        for (Tap other : all) {
          if (other.word == tap.word
              && other.shift + other.width == tap.shift
              && other.pair / (group / 2) == g) {
            below = other;
          }
        }
        if (own != null || below != null) {
          multipliers.add(new Factor(own, below));
        }
      }
    }
    taps = all.toArray(Tap[]::new);
    factors = multipliers.toArray(Factor[]::new);
  }

  /** Factors per group, its initial value included. */
  int factorsPerGroup() {
    return factors.length / groups + 1;
  }

  /** Writes the words of 256 columns. */
  void encode(float[] quants, int[] out, int to) {
    Arrays.fill(out, to, to + units() * words, 0);
    for (Tap tap : taps) {
      int from = tap.from;
      int mask = tap.mask();
      int shift = tap.shift;
      int column = PackedLayout.column(tap.pair);
      int word = to + tap.word;
      for (int unit = 0; unit < units(); unit++) {
        int pair = (int) (quants[column] + 0x1p16f * quants[column + 8]); // exact
        out[word] |= (pair >>> from & mask) << shift;
        column += 2 * pairs;
        word += words;
      }
    }
  }

  /**
   * As {@link #encode}, of a vector of rows.
   *
   * @param quants bytes as in {@link Tile#quants}
   * @param zero added to each quant
   * @param out (words, {@link PackedLayout#ROWS}); the rows' words are written from {@code to} on
   */
  void encodeVectors(int[] quants, int zero, int[] out, int to) {
    for (int word = 0; word < units() * words; word++) {
      Vectors.clear(out, to + word * PackedLayout.ROWS);
    }
    for (Tap tap : taps) {
      int column = PackedLayout.column(tap.pair);
      Vectors.add(
          quants,
          column,
          2 * pairs,
          zero * 0x10001,
          tap,
          units(),
          out,
          to + tap.word * PackedLayout.ROWS,
          words * PackedLayout.ROWS);
    }
  }

  /** The inverse of {@link #encode}. */
  void decode(int[] in, int from, float[] quants) {
    Arrays.fill(quants, 0);
    for (Tap tap : taps) {
      int column = PackedLayout.column(tap.pair);
      int word = from + tap.word;
      for (int unit = 0; unit < units(); unit++) {
        int pair = (in[word] >>> tap.shift & tap.mask()) << tap.from;
        quants[column] += pair & 0xffff;
        quants[column + 8] += pair >>> 16;
        column += 2 * pairs;
        word += words;
      }
    }
  }

  /** Units in a block. */
  private int units() {
    return PackedLayout.BLOCK / 2 / pairs;
  }

  /**
   * Writes the factors of a token's groups.
   *
   * @param x pairs of activations; the first group's start at {@code from}
   * @param starts pairs of the negative sums of each group's activations, from {@code start} on
   * @param bias the quant that represents zero, which initial values cancel
   */
  void writeFactors(
      float[] x, int from, int count, float[] starts, int start, int bias, float[] out, int to) {
    int f = to;
    int perGroup = factors.length / groups;
    for (int g = 0; g < count; g++) {
      int pair = Float.floatToRawIntBits(starts[start + g]);
      out[f++] = pair(pair * bias, (pair >> 16) * bias);
      int unit = from + g / groups * pairs;
      int first = g % groups * perGroup;
      for (int i = first; i < first + perGroup; i++) {
        Tap own = factors[i].own;
        Tap below = factors[i].below;
        int value = own == null ? 0 : own.activations(x, unit);
        int less = below == null ? 0 : below.activations(x, unit);
        int width = below == null ? 0 : below.width;
        out[f++] = pair(value - (less << width), (value >>> 16) - ((less >>> 16) << width));
      }
    }
  }

  private static float pair(int low, int high) {
    return Float.intBitsToFloat((low & 0xffff) | (high << 16));
  }

  /** A class of its own, so that the scalar code loads without the vector module. */
  private static final class Vectors {

    private static final VectorSpecies<Integer> INTS = VectorWidth.INTS;
    private static final int LANES = VectorWidth.LANES;

    private Vectors() {}

    static void clear(int[] out, int to) {
      IntVector.zero(INTS).intoArray(out, to);
    }

    /** Adds the bits of a tap to a word of each unit. */
    static void add(
        int[] quants,
        int column,
        int columnStep,
        int zero,
        Tap tap,
        int units,
        int[] out,
        int to,
        int step) {
      int byteShift = column % 4 * 8;
      int first = column / 4 * LANES;
      int mask = tap.mask();
      int from = tap.from;
      int shift = tap.shift;
      for (int unit = 0; unit < units; unit++) {
        int at = first + unit * (columnStep / 4) * LANES;
        IntVector low = IntVector.fromArray(INTS, quants, at).lanewise(LSHR, byteShift).and(0xff);
        IntVector high =
            IntVector.fromArray(INTS, quants, at + 2 * LANES)
                .lanewise(LSHR, byteShift)
                .lanewise(LSHL, 16);
        IntVector bits =
            high.or(low).add(zero).lanewise(LSHR, from).and(mask).lanewise(LSHL, shift);
        int word = to + unit * step;
        IntVector.fromArray(INTS, out, word).or(bits).intoArray(out, word);
      }
    }
  }
}

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
  private final int factorsPerGroup;

  /**
   * Creates a layout.
   *
   * @param scaleWords words of scales of a row in a block
   * @param quantWords words of quants of a row in a block
   * @param group the columns that share a scale
   * @param bias the quant that counts as zero
   * @param factorsPerGroup the factors of a group: see {@link PackedFactors}
   */
  PackedQuants(
      GgmlType type, int scaleWords, int quantWords, int group, int bias, int factorsPerGroup) {
    super(type, scaleWords, quantWords);
    this.group = group;
    this.bias = bias;
    this.factorsPerGroup = factorsPerGroup;
  }

  /** The columns that share a scale. */
  final int group() {
    return group;
  }

  /** The quant that counts as zero in the integer sums: see {@link PackedSums} for its bounds. */
  final short bias() {
    return (short) bias;
  }

  /** The factors of a group: see {@link PackedFactors}. */
  final int factorsPerGroup() {
    return factorsPerGroup;
  }

  /** Whether a group has a minimum, besides the one that the bias makes. */
  abstract boolean hasMinimums();

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
   * Writes the quants of a vector of rows, from 0 on, a pair of columns at a time.
   *
   * @param at the byte where the quants of the first row start
   * @param to where the first pair goes; the next ones follow at {@link PackedTile#PAIR}
   */
  abstract void unpackQuants(MemorySegment w, long at, int blocks, short[] quants, int to);

  /** Writes the factors of a vector of rounded activations, if it is to be multiplied alone. */
  final void writeFactors(Activations x, int token) {
    if (token >= x.together()) {
      int groups = x.columns() / group;
      float[] out = x.factors(this);
      int to = x.factorsAt(this, token);
      float[] starts = x.groups(group).starts();
      PackedFactors.writeStarts(starts, token * groups, groups, bias, out, to, factorsPerGroup);
      writeFactors(x.pairs(), x.pairsAt(token), groups, out, to);
    }
  }

  /** Writes the factors of some groups but for what their sums start at. */
  abstract void writeFactors(float[] pairs, int from, int groups, float[] factors, int to);

  /**
   * Multiplies four vectors of rows with a token, without a detour through unpacked quants.
   *
   * @param a the byte where the quants of the first row of one vector start; {@code b}, {@code c}
   *     and {@code d} are the same for the others
   * @param scales the bytes of the scales before the quants, which may be read along, so that they
   *     are near for {@link #addSums}
   * @param factors those of the token's groups, from {@code from} on
   * @param sums (groups, {@link PackedTile#STREAMS}, rows of a vector, 2)
   * @return what was read along, in some way: see {@link #fetch}
   */
  abstract int multiply(
      MemorySegment w,
      long a,
      long b,
      long c,
      long d,
      long scales,
      int groups,
      float[] factors,
      int from,
      short[] sums);

  /**
   * Adds the sums of two of these vectors of rows, each times what it is worth.
   *
   * @param a the byte where the scales of the first row of one vector start; {@code b} is the same
   *     for the other
   * @param from where the first one's first sum is
   * @param at the token's first group
   * @param y (rows), added to from {@code to} on
   */
  abstract void addSums(
      MemorySegment w,
      long a,
      long b,
      int blocks,
      short[] sums,
      int from,
      Activations.Groups x,
      int at,
      float[] y,
      int to);
}

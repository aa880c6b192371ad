package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/**
 * A layout with integer products: quants of up to six bits times activations quantized to 8 bits,
 * so that a lane holds two 16-bit sums.
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
   * @param scaleWords scale words per row and block
   * @param quantWords quant words per row and block
   * @param group columns that share a scale
   * @param bias the quant that represents zero
   * @param factorsPerGroup factors per group: see {@link PackedFactors}
   */
  PackedQuants(
      GgmlType type, int scaleWords, int quantWords, int group, int bias, int factorsPerGroup) {
    super(type, scaleWords, quantWords);
    this.group = group;
    this.bias = bias;
    this.factorsPerGroup = factorsPerGroup;
  }

  /** Columns that share a scale. */
  final int group() {
    return group;
  }

  /** The quant that represents zero in the integer sums: see {@link PackedSums} for bounds. */
  final short bias() {
    return (short) bias;
  }

  /** Factors per group: see {@link PackedFactors}. */
  final int factorsPerGroup() {
    return factorsPerGroup;
  }

  /** Whether groups have a minimum besides the bias. */
  abstract boolean hasMinimums();

  /** The inverse of {@link #encode}. */
  abstract void decode(int[] words, PackedBlock out);

  /**
   * Writes the scales of each group of a vector of rows to {@code tile.scales}, and the offsets per
   * unit of the group's activation total to {@code tile.offsets}.
   *
   * @param at the byte offset of the first row's scales
   * @param to the destination of the first group; the stride is {@link PackedTile#ROWS}
   */
  abstract void unpackScales(MemorySegment w, long at, int blocks, PackedTile tile, int to);

  /**
   * Unpacks the unsigned quants of a vector of rows, a pair of columns at a time.
   *
   * @param at the byte offset of the first row's quants
   * @param to the destination of the first pair; the stride is {@link PackedTile#PAIR}
   */
  abstract void unpackQuants(MemorySegment w, long at, int blocks, short[] quants, int to);

  /** Writes the factors of a quantized activation vector that is multiplied alone. */
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

  /** Writes the factors of groups, without the initial values of their sums. */
  abstract void writeFactors(float[] pairs, int from, int groups, float[] factors, int to);

  /**
   * Multiplies four vectors of rows with one token, directly on the packed words.
   *
   * @param a the byte offset of the quants of the first vector of rows; {@code b}, {@code c} and
   *     {@code d} are those of the others
   * @param scales the size in bytes of the scales before the quants; the loop also touches each
   *     scale line, to prefetch it for {@link #addSums}
   * @param factors the factors of the token's groups, from {@code from} on
   * @param sums (groups, {@link PackedTile#STREAMS}, rows of a vector, 2)
   * @return a value that only keeps the prefetching reads alive: see {@link #prefetch}
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
   * Scales the group sums of two of these vectors of rows and accumulates them.
   *
   * @param a the byte offset of the scales of one vector of rows; {@code b} is that of the other
   * @param from the index of the first sum of the first vector
   * @param at the index of the token's first group
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

package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Vector kernels of packed quants, a class for each number of bits. {@link Packed4Bits} is also the
 * text of those of 2, 5 and 6 bits.
 */
interface PackedBits {

  /**
   * Unpacks the unsigned quants of a vector of rows, a pair of columns at a time.
   *
   * @param at the byte offset of the first row's quants
   * @param to the destination of the first pair; the stride is {@link PackedTile#PAIR}
   */
  void unpack(MemorySegment w, long at, int groups, short[] quants, int to);

  /**
   * Multiplies four vectors of rows with one token, directly on the packed words.
   *
   * @param a the byte offset of the quants of the first vector of rows; {@code b}, {@code c} and
   *     {@code d} are those of the others
   * @param scales the size in bytes of the scales before the quants; the loop also touches each
   *     scale line, to prefetch it for {@link ScaleCodec#addSums}
   * @param factors the factors of the token's groups, from {@code from} on: see {@link Taps}
   * @param sums (groups, {@link PackedTile#STREAMS}, rows of a vector, 2)
   * @return a value that only keeps the prefetching reads alive: see {@link MappedReads#prefetch}
   */
  int multiply(
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
}

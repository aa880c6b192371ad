package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/** Packed {@link Q5_K}: 184 bytes for 176. */
final class PackedQ5_K extends PackedQuants {
  PackedQ5_K() {
    super(GgmlType.Q5_K, 6, 40, 32, 16, Packed5Bits.FACTORS);
  }

  /** Three pairs per word; the bits left over in five words are one more pair. */
  @Override
  void encode(MemorySegment data, long at, int[] words) {
    PackedQ4_K.encodeScales(data, at, words);
    for (int j = 0; j < 8; j++) {
      int last = pair(data, at, j, 15);
      for (int v = 0; v < 5; v++) {
        words[6 + 5 * j + v] =
            pair(data, at, j, 3 * v)
                | pair(data, at, j, 3 * v + 1) << 5
                | pair(data, at, j, 3 * v + 2) << 10
                | ((last >>> (4 - v)) & 0x00010001) << 15;
      }
    }
  }

  /** The quants of a pair of columns, in the two halves of a word. */
  private static int pair(MemorySegment data, long at, int j, int p) {
    long low = at + 48 + 32L * (j / 2) + column(p);
    long high = at + 16 + column(p);
    int lows = BlockFormat.unsigned(data, low) | BlockFormat.unsigned(data, low + 8) << 16;
    int highs = BlockFormat.unsigned(data, high) | BlockFormat.unsigned(data, high + 8) << 16;
    return (lows >>> (4 * (j % 2)) & 0x000f000f) | (highs >>> j & 0x00010001) << 4;
  }

  @Override
  void decode(int[] words, PackedBlock out) {
    PackedQ4_K.decodeScales(words, out);
    decodeQuants(words, 6, out.quants);
  }

  static void decodeQuants(int[] words, int from, int[] quants) {
    for (int j = 0; j < 8; j++) {
      int last = 0;
      for (int v = 0; v < 5; v++) {
        int word = words[from + 5 * j + v];
        last |= ((word >>> 15) & 0x00010001) << (4 - v);
        for (int i = 0; i < 3; i++) {
          put(word >>> (5 * i), quants, 32 * j + column(3 * v + i));
        }
      }
      put(last, quants, 32 * j + column(15));
    }
  }

  private static void put(int pair, int[] quants, int column) {
    quants[column] = pair & 31;
    quants[column + 8] = (pair >>> 16) & 31;
  }

  @Override
  boolean hasMinimums() {
    return true;
  }

  @Override
  void unpackScales(MemorySegment w, long at, int blocks, PackedTile tile, int to) {
    PackedScales.withMinimums(w, at, blocks, bias(), tile.scales, tile.offsets, to);
  }

  @Override
  void unpackQuants(MemorySegment w, long at, int blocks, short[] quants, int to) {
    Packed5Bits.unpack(w, at, 8 * blocks, quants, to);
  }

  @Override
  void writeFactors(float[] pairs, int from, int groups, float[] factors, int to) {
    Packed5Bits.writeFactors(pairs, from, groups, factors, to);
  }

  @Override
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
      short[] sums) {
    return Packed5Bits.multiply(w, a, b, c, d, scales, groups, factors, from, sums);
  }

  @Override
  void addSums(
      MemorySegment w,
      long a,
      long b,
      int blocks,
      short[] sums,
      int from,
      Activations.Groups x,
      int at,
      float[] y,
      int to) {
    PackedScales.addWithMinimums(w, a, b, blocks, bias(), sums, from, x, at, y, to);
  }
}

package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/** Packed {@link Q5_0}: 176 bytes for 176. */
final class PackedQ5_0 extends PackedQuants {
  PackedQ5_0() {
    super(GgmlType.Q5_0, 4, 40, 32, 16, Packed5Bits.FACTORS);
  }

  @Override
  void encode(MemorySegment data, long at, int[] words) {
    for (int j = 0; j < 8; j += 2) {
      words[j / 2] =
          BlockFormat.unsignedShort(data, at + 22L * j)
              | BlockFormat.unsignedShort(data, at + 22L * (j + 1)) << 16;
    }
    for (int j = 0; j < 8; j++) {
      encodeQuants(data, at + 22L * j + 2, words, 4 + 5 * j);
    }
  }

  /** Five words, as in {@link PackedQ5_K}, from 32 high bits followed by nibbles. */
  static void encodeQuants(MemorySegment data, long at, int[] words, int to) {
    int high = BlockFormat.integer(data, at);
    int last = pair(data, at + 4, high, 15);
    for (int v = 0; v < 5; v++) {
      words[to + v] =
          pair(data, at + 4, high, 3 * v)
              | pair(data, at + 4, high, 3 * v + 1) << 5
              | pair(data, at + 4, high, 3 * v + 2) << 10
              | ((last >>> (4 - v)) & 0x00010001) << 15;
    }
  }

  private static int pair(MemorySegment data, long nibbles, int high, int p) {
    int column = column(p);
    int highs = (high >>> column & 1) | (high >>> (column + 8) & 1) << 16;
    return BlockFormat.nibble(data, nibbles, column)
        | BlockFormat.nibble(data, nibbles, column + 8) << 16
        | highs << 4;
  }

  @Override
  void decode(int[] words, PackedBlock out) {
    for (int j = 0; j < 8; j++) {
      out.d[j] = Float.float16ToFloat((short) (words[j / 2] >> (16 * (j % 2))));
      out.scale[j] = 1;
    }
    PackedQ5_K.decodeQuants(words, 4, out.quants);
  }

  @Override
  boolean hasMinimums() {
    return false;
  }

  @Override
  void unpackScales(MemorySegment w, long at, int blocks, PackedTile tile, int to) {
    PackedHalves.scales(w, at, 4 * blocks, tile.scales, to);
    tile.clearOffsets(8 * blocks);
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
    PackedHalves.addScales(w, a, b, 4 * blocks, sums, from, x, at, y, to);
  }
}

package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/** Packed {@link Q4_0}: 160 bytes for 144. */
final class PackedQ4_0 extends PackedQuants {
  PackedQ4_0() {
    super(GgmlType.Q4_0, 8, 32, 32, 8, Packed4Bits.FACTORS);
  }

  @Override
  void encode(MemorySegment data, long at, int[] words) {
    for (int j = 0; j < 8; j++) {
      long block = at + 18L * j;
      words[j] = Float.floatToRawIntBits(BlockFormat.half(data, block));
      encodeNibbles(data, block + 2, words, 8 + 4 * j);
    }
  }

  /** Four words of nibbles of 32 columns, low nibbles first. */
  static void encodeNibbles(MemorySegment data, long at, int[] words, int to) {
    for (int v = 0; v < 4; v++) {
      int word = 0;
      for (int i = 0; i < 4; i++) {
        int column = column(4 * v + i);
        word |= BlockFormat.nibble(data, at, column) << (4 * i);
        word |= BlockFormat.nibble(data, at, column + 8) << (4 * i + 16);
      }
      words[to + v] = word;
    }
  }

  @Override
  void decode(int[] words, PackedBlock out) {
    for (int j = 0; j < 8; j++) {
      out.d[j] = Float.intBitsToFloat(words[j]);
      out.scale[j] = 1;
    }
    PackedQ4_K.decodeNibbles(words, 8, out.quants);
  }

  @Override
  boolean hasMinimums() {
    return false;
  }

  @Override
  void unpackScales(MemorySegment w, long at, int blocks, PackedTile tile, int to) {
    PackedScales.floats(w, at, 8 * blocks, tile.scales, to);
    tile.clearOffsets(8 * blocks);
  }

  @Override
  void unpackQuants(MemorySegment w, long at, int blocks, short[] quants, int to) {
    Packed4Bits.unpack(w, at, 8 * blocks, quants, to);
  }

  @Override
  void writeFactors(float[] pairs, int from, int groups, float[] factors, int to) {
    Packed4Bits.writeFactors(pairs, from, groups, factors, to);
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
    return Packed4Bits.multiply(w, a, b, c, d, scales, groups, factors, from, sums);
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
    PackedScales.addFloats(w, a, b, 8 * blocks, sums, from, x, at, y, to);
  }
}

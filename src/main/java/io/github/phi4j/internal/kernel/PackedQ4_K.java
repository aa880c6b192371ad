package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/** Packed {@link Q4_K}: 152 bytes for 144. */
final class PackedQ4_K extends PackedQuants {
  PackedQ4_K() {
    super(GgmlType.Q4_K, 6, 32, 32, 0, Packed4Bits.FACTORS);
  }

  @Override
  void encode(MemorySegment data, long at, int[] words) {
    encodeScales(data, at, words);
    for (int j = 0; j < 8; j++) {
      long q = at + 16 + 32L * (j / 2);
      for (int v = 0; v < 4; v++) {
        long low = q + column(4 * v);
        words[6 + 4 * j + v] = nibbles(data, low, j) | nibbles(data, low + 8, j) << 16;
      }
    }
  }

  /** Four low or high nibbles in sixteen bits. */
  private static int nibbles(MemorySegment data, long at, int j) {
    int spread = (BlockFormat.integer(data, at) >>> (4 * (j % 2))) & 0x0f0f0f0f;
    int pairs = (spread | spread >>> 4) & 0x00ff00ff;
    return (pairs | pairs >>> 8) & 0xffff;
  }

  /** Six words: two floats, and the scales and minimums as bytes. */
  static void encodeScales(MemorySegment data, long at, int[] words) {
    words[0] = Float.floatToRawIntBits(BlockFormat.half(data, at));
    words[1] = Float.floatToRawIntBits(BlockFormat.half(data, at + 2));
    for (int h = 0; h < 2; h++) {
      int scales = 0;
      int mins = 0;
      for (int k = 0; k < 4; k++) {
        scales |= Q4_K.scale(data, at + 4, 4 * h + k) << (8 * k);
        mins |= Q4_K.min(data, at + 4, 4 * h + k) << (8 * k);
      }
      words[2 + h] = scales;
      words[4 + h] = mins;
    }
  }

  @Override
  void decode(int[] words, PackedBlock out) {
    decodeScales(words, out);
    decodeNibbles(words, 6, out.quants);
  }

  static void decodeScales(int[] words, PackedBlock out) {
    for (int j = 0; j < 8; j++) {
      out.d[j] = Float.intBitsToFloat(words[0]);
      out.dMin[j] = Float.intBitsToFloat(words[1]);
      out.scale[j] = (words[2 + j / 4] >>> (8 * (j % 4))) & 63;
      out.min[j] = (words[4 + j / 4] >>> (8 * (j % 4))) & 63;
    }
  }

  static void decodeNibbles(int[] words, int from, int[] quants) {
    for (int p = 0; p < BLOCK / 2; p++) {
      int word = words[from + p / 4] >>> (4 * (p % 4));
      int column = p / 16 * 32 + column(p % 16);
      quants[column] = word & 15;
      quants[column + 8] = (word >>> 16) & 15;
    }
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
    PackedScales.addWithMinimums(w, a, b, blocks, bias(), sums, from, x, at, y, to);
  }
}

package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/** Packed {@link Q3_K}: 116 bytes for 110. */
final class PackedQ3_K extends PackedQuants {
  PackedQ3_K() {
    super(GgmlType.Q3_K, 5, 24, 16, 4, Packed3Bits.FACTORS);
  }

  /** Scales as in {@link PackedQ6_K}, and three words per 32 columns. */
  @Override
  void encode(MemorySegment data, long at, int[] words) {
    words[0] = Float.floatToRawIntBits(BlockFormat.half(data, at + 108));
    for (int i = 0; i < 4; i++) {
      int scales = 0;
      for (int k = 0; k < 4; k++) {
        scales |= (Q3_K.scale(data, at + 96, 4 * i + k) - 32 & 0xff) << (8 * k);
      }
      words[1 + i] = scales;
    }
    for (int j = 0; j < 8; j++) {
      int last = pair(data, at, j, 15);
      for (int v = 0; v < 3; v++) {
        int word = (last >>> (2 - v) & 0x00010001) << 15;
        for (int i = 0; i < 5; i++) {
          word |= pair(data, at, j, 5 * v + i) << (3 * i);
        }
        words[5 + 3 * j + v] = word;
      }
    }
  }

  /** The quants of a pair of columns, in the two halves of a word. */
  private static int pair(MemorySegment data, long at, int j, int p) {
    int column = column(p);
    long low = at + 32 + 32L * (j / 4) + column;
    long high = at + column;
    int lows = BlockFormat.unsigned(data, low) | BlockFormat.unsigned(data, low + 8) << 16;
    int highs = BlockFormat.unsigned(data, high) | BlockFormat.unsigned(data, high + 8) << 16;
    return (lows >>> (2 * (j % 4)) & 0x00030003) | (highs >>> j & 0x00010001) << 2;
  }

  @Override
  void decode(int[] words, PackedBlock out) {
    for (int j = 0; j < 16; j++) {
      out.d[j] = Float.intBitsToFloat(words[0]);
      out.scale[j] = (byte) (words[1 + j / 4] >> (8 * (j % 4)));
    }
    for (int j = 0; j < 8; j++) {
      int last = 0;
      for (int v = 0; v < 3; v++) {
        int word = words[5 + 3 * j + v];
        last |= (word >>> 15 & 0x00010001) << (2 - v);
        for (int i = 0; i < 5; i++) {
          put(word >>> (3 * i), out.quants, 32 * j + column(5 * v + i));
        }
      }
      put(last, out.quants, 32 * j + column(15));
    }
  }

  private static void put(int pair, int[] quants, int column) {
    quants[column] = pair & 7;
    quants[column + 8] = pair >>> 16 & 7;
  }

  @Override
  boolean hasMinimums() {
    return false;
  }

  @Override
  void unpackScales(MemorySegment w, long at, int blocks, PackedTile tile, int to) {
    PackedScales.signedBytes(w, at, blocks, tile.scales, to);
    tile.clearOffsets(16 * blocks);
  }

  @Override
  void unpackQuants(MemorySegment w, long at, int blocks, short[] quants, int to) {
    Packed3Bits.unpack(w, at, 16 * blocks, quants, to);
  }

  @Override
  void writeFactors(float[] pairs, int from, int groups, float[] factors, int to) {
    Packed3Bits.writeFactors(pairs, from, groups, factors, to);
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
    return Packed3Bits.multiply(w, a, b, c, d, scales, groups, factors, from, sums);
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
    PackedScales.addSignedBytes(w, a, b, blocks, sums, from, x, at, y, to);
  }
}

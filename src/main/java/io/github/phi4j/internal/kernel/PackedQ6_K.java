package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/** Packed {@link Q6_K}: 212 bytes for 210. */
final class PackedQ6_K extends PackedQuants {
  PackedQ6_K() {
    super(GgmlType.Q6_K, 5, 48, 16, 32, Packed6Bits.FACTORS);
  }

  /** Two pairs in each of three words; the bits left over are two more pairs. */
  @Override
  void encode(MemorySegment data, long at, int[] words) {
    words[0] = Float.floatToRawIntBits(BlockFormat.half(data, at + 208));
    for (int i = 0; i < 4; i++) {
      words[1 + i] = BlockFormat.integer(data, at + 192 + 4L * i);
    }
    for (int sixteen = 0; sixteen < 16; sixteen++) {
      int group = sixteen / 8;
      int k = sixteen % 8 / 2;
      int l = sixteen % 2 * 16;
      long low = at + 64L * group + 32L * (k % 2) + l;
      long high = at + 128 + 32L * group + l;
      int shift = 4 * (k / 2);
      int u =
          pair(data, low, shift, high, 2 * k) | pair(data, low + 1, shift, high + 1, 2 * k) << 6;
      int v =
          pair(data, low + 2, shift, high + 2, 2 * k)
              | pair(data, low + 3, shift, high + 3, 2 * k) << 6;
      int z =
          pair(data, low + 4, shift, high + 4, 2 * k)
              | pair(data, low + 5, shift, high + 5, 2 * k) << 6;
      int sixth = pair(data, low + 6, shift, high + 6, 2 * k);
      int seventh = pair(data, low + 7, shift, high + 7, 2 * k);
      words[5 + 3 * sixteen] = u | (sixth & 0x000f000f) << 12;
      words[6 + 3 * sixteen] = v | (sixth & 0x00300030) << 8 | (seventh & 0x00300030) << 10;
      words[7 + 3 * sixteen] = z | (seventh & 0x000f000f) << 12;
    }
  }

  /** The quants of a pair of columns, in the two halves of a word. */
  private static int pair(MemorySegment data, long low, int shift, long high, int highShift) {
    int lows = BlockFormat.unsigned(data, low) | BlockFormat.unsigned(data, low + 8) << 16;
    int highs = BlockFormat.unsigned(data, high) | BlockFormat.unsigned(data, high + 8) << 16;
    return (lows >>> shift & 0x000f000f) | (highs >>> highShift & 0x00030003) << 4;
  }

  @Override
  void decode(int[] words, PackedBlock out) {
    for (int sixteen = 0; sixteen < 16; sixteen++) {
      out.d[sixteen] = Float.intBitsToFloat(words[0]);
      out.scale[sixteen] = (byte) (words[1 + sixteen / 4] >> (8 * (sixteen % 4)));
      int u = words[5 + 3 * sixteen];
      int v = words[6 + 3 * sixteen];
      int z = words[7 + 3 * sixteen];
      int[] pairs = {
        u,
        u >>> 6,
        v,
        v >>> 6,
        z,
        z >>> 6,
        (u >>> 12 & 0x000f000f) | (v >>> 8 & 0x00300030),
        (z >>> 12 & 0x000f000f) | (v >>> 10 & 0x00300030)
      };
      for (int p = 0; p < 8; p++) {
        out.quants[16 * sixteen + p] = pairs[p] & 63;
        out.quants[16 * sixteen + p + 8] = (pairs[p] >>> 16) & 63;
      }
    }
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
    Packed6Bits.unpack(w, at, 16 * blocks, quants, to);
  }

  @Override
  void writeFactors(float[] pairs, int from, int groups, float[] factors, int to) {
    Packed6Bits.writeFactors(pairs, from, groups, factors, to);
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
    return Packed6Bits.multiply(w, a, b, c, d, scales, groups, factors, from, sums);
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

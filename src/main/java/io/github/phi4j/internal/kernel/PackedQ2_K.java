package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/** Packed {@link Q2_K}: 84 bytes for 84. */
final class PackedQ2_K extends PackedQuants {
  PackedQ2_K() {
    super(GgmlType.Q2_K, 5, 16, 16, 0, Packed2Bits.FACTORS);
  }

  /** Scales as in the file, and one word per sixteen columns. */
  @Override
  void encode(MemorySegment data, long at, int[] words) {
    words[0] = BlockFormat.integer(data, at + 80);
    for (int i = 0; i < 4; i++) {
      words[1 + i] = BlockFormat.integer(data, at + 4L * i);
    }
    for (int sixteen = 0; sixteen < 16; sixteen++) {
      long q = at + 16 + 32L * (sixteen / 8) + 16L * (sixteen % 2);
      int shift = sixteen % 8 / 2 * 2;
      int word = 0;
      for (int p = 0; p < 8; p++) {
        int low = BlockFormat.unsigned(data, q + p) >> shift & 3;
        int high = BlockFormat.unsigned(data, q + p + 8) >> shift & 3;
        word |= (low | high << 16) << (2 * p);
      }
      words[5 + sixteen] = word;
    }
  }

  @Override
  void decode(int[] words, PackedBlock out) {
    for (int j = 0; j < 16; j++) {
      int scale = words[1 + j / 4] >>> (8 * (j % 4));
      out.d[j] = Float.float16ToFloat((short) words[0]);
      out.scale[j] = scale & 15;
      out.dMin[j] = Float.float16ToFloat((short) (words[0] >> 16));
      out.min[j] = scale >>> 4 & 15;
      for (int p = 0; p < 8; p++) {
        int pair = words[5 + j] >>> (2 * p);
        out.quants[16 * j + p] = pair & 3;
        out.quants[16 * j + p + 8] = pair >>> 16 & 3;
      }
    }
  }

  @Override
  boolean hasMinimums() {
    return true;
  }

  @Override
  void unpackScales(MemorySegment w, long at, int blocks, PackedTile tile, int to) {
    PackedHalves.nibbles(w, at, blocks, tile.scales, tile.offsets, to);
  }

  @Override
  void unpackQuants(MemorySegment w, long at, int blocks, short[] quants, int to) {
    Packed2Bits.unpack(w, at, 16 * blocks, quants, to);
  }

  @Override
  void writeFactors(float[] pairs, int from, int groups, float[] factors, int to) {
    Packed2Bits.writeFactors(pairs, from, groups, factors, to);
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
    return Packed2Bits.multiply(w, a, b, c, d, scales, groups, factors, from, sums);
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
    PackedHalves.addNibbles(w, a, b, blocks, sums, from, x, at, y, to);
  }
}

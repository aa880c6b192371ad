package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/** Packed {@link Q4_1}: 160 bytes for 160. */
final class PackedQ4_1 extends PackedQuants {
  PackedQ4_1() {
    super(GgmlType.Q4_1, 8, 32, 32, 8, Packed4Bits.FACTORS);
  }

  @Override
  void encode(MemorySegment data, long at, int[] words) {
    for (int j = 0; j < 8; j++) {
      long block = at + 20L * j;
      words[j] = BlockFormat.integer(data, block);
      PackedQ4_0.encodeNibbles(data, block + 4, words, 8 + 4 * j);
    }
  }

  @Override
  void decode(int[] words, PackedBlock out) {
    decodeScales(words, out);
    PackedQ4_K.decodeNibbles(words, 8, out.quants);
  }

  /** Eight words, each a scale and a minimum in half precision. */
  static void decodeScales(int[] words, PackedBlock out) {
    for (int j = 0; j < 8; j++) {
      out.d[j] = Float.float16ToFloat((short) words[j]);
      out.scale[j] = 1;
      out.dMin[j] = -Float.float16ToFloat((short) (words[j] >> 16));
      out.min[j] = 1;
    }
  }

  @Override
  boolean hasMinimums() {
    return true;
  }

  @Override
  void unpackScales(MemorySegment w, long at, int blocks, PackedTile tile, int to) {
    PackedHalves.withMinimums(w, at, 8 * blocks, bias(), tile.scales, tile.offsets, to);
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
    PackedHalves.addWithMinimums(w, a, b, 8 * blocks, bias(), sums, from, x, at, y, to);
  }
}

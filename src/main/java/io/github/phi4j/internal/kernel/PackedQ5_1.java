package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/** Packed {@link Q5_1}: 192 bytes for 192. */
final class PackedQ5_1 extends PackedQuants {
  PackedQ5_1() {
    super(GgmlType.Q5_1, 8, 40, 32, 16, Packed5Bits.FACTORS);
  }

  @Override
  void encode(MemorySegment data, long at, int[] words) {
    for (int j = 0; j < 8; j++) {
      long block = at + 24L * j;
      words[j] = BlockFormat.integer(data, block);
      PackedQ5_0.encodeQuants(data, block + 4, words, 8 + 5 * j);
    }
  }

  @Override
  void decode(int[] words, PackedBlock out) {
    PackedQ4_1.decodeScales(words, out);
    PackedQ5_K.decodeQuants(words, 8, out.quants);
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
    PackedHalves.addWithMinimums(w, a, b, 8 * blocks, bias(), sums, from, x, at, y, to);
  }
}

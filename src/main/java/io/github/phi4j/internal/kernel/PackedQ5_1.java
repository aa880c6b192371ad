package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/** Packed {@link Q5_1}: 192 bytes for 192. */
final class PackedQ5_1 extends PackedQuants {
  PackedQ5_1() {
    super(GgmlType.Q5_1, 8, 40, 32, 16);
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
  void scalesOnVectors(
      MemorySegment w, long at, QuantizedVector x, float[] scales, int to, float[] sums, int sum) {
    PackedHalves.withMinimums(w, at, x, bias(), scales, to, sums, sum);
  }

  @Override
  void addProductsOnVectors(
      MemorySegment w,
      long a,
      long b,
      QuantizedVector x,
      float[] scales,
      int scalesA,
      int scalesB,
      float[] sums,
      int at) {
    Packed5Bits.addProducts(w, a, b, x, scales, scalesA, scalesB, sums, at);
  }
}

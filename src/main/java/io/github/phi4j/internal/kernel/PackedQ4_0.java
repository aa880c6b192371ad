package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Packed {@link Q4_0}: 160 bytes for 144. */
final class PackedQ4_0 extends PackedQuants {
  PackedQ4_0() {
    super(GgmlType.Q4_0, 8, 32, 32, 8);
  }

  @Override
  void encode(MemorySegment data, long at, int[] words) {
    for (int j = 0; j < 8; j++) {
      long block = at + 18L * j;
      words[j] = Float.floatToRawIntBits(BlockFormat.half(data, block));
      encodeNibbles(data, block + 2, words, 8 + 4 * j);
    }
  }

  /** Four words of the nibbles of 32 columns, whose low halves come first. */
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
  void scalesOnVectors(
      MemorySegment w, long at, QuantizedVector x, float[] scales, int to, float[] sums, int sum) {
    PackedScales.floats(w, at, x, scales, to);
    Arrays.fill(sums, sum, sum + VectorKernels.LANES, 0);
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
    Packed4Bits.addProducts(w, a, b, x, scales, scalesA, scalesB, sums, at);
  }
}

package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/** 256 numbers of 4 bits that index the table of {@link IQ4_NL}; each 32 have a 6-bit scale. */
final class IQ4_XS extends BlockFormat {
  IQ4_XS() {
    super(GgmlType.IQ4_XS);
  }

  @Override
  void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    float d = half(data, at);
    int highs = unsignedShort(data, at + 2);
    for (int j = 0; j < 8; j++) {
      int low = (unsigned(data, at + 4 + j / 2) >> (4 * (j % 2))) & 15;
      int scale = low | (((highs >> (2 * j)) & 3) << 4);
      for (int e = 0; e < 32; e++) {
        out[o + 32 * j + e] = d * (scale - 32) * IQ4_NL.TABLE[nibble(data, at + 8 + 16L * j, e)];
      }
    }
  }

  @Override
  void dequantizeOnVectors(MemorySegment data, long from, int blocks, float[] out, int o) {
    for (int b = 0; b < blocks; b++) {
      long at = from + b * 136L;
      float d = half(data, at);
      int highs = unsignedShort(data, at + 2);
      for (int j = 0; j < 8; j++) {
        int low = (unsigned(data, at + 4 + j / 2) >> (4 * (j % 2))) & 15;
        int scale = low | (((highs >> (2 * j)) & 3) << 4);
        long q = at + 8 + 16L * j;
        int to = o + 256 * b + 32 * j;
        Quants.lookUp(data, q, 0, d * (scale - 32), out, to);
        Quants.lookUp(data, q, 4, d * (scale - 32), out, to + 16);
      }
    }
  }
}

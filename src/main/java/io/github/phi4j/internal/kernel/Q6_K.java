package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/** 256 numbers of 4 + 2 bits, from −32 to 31; each 16 have an 8-bit scale. */
final class Q6_K extends BlockFormat {
  Q6_K() {
    super(GgmlType.Q6_K);
  }

  @Override
  void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    float d = half(data, at + 208);
    for (int e = 0; e < 256; e++) {
      int group = e / 128;
      int k = e % 128 / 32;
      int l = e % 32;
      int low = (unsigned(data, at + 64L * group + 32L * (k % 2) + l) >> (4 * (k / 2))) & 15;
      int high = (unsigned(data, at + 128 + 32L * group + l) >> (2 * k)) & 3;
      out[o + e] = d * signed(data, at + 192 + e / 16) * ((low | (high << 4)) - 32);
    }
  }

  @Override
  void dequantizeOnVectors(MemorySegment data, long from, int blocks, float[] out, int o) {
    for (int b = 0; b < blocks; b++) {
      long at = from + b * 210L;
      float d = half(data, at + 208);
      for (int sixteen = 0; sixteen < 16; sixteen++) {
        int group = sixteen / 8;
        int k = sixteen % 8 / 2;
        long l = sixteen % 2 * 16L;
        float scale = d * signed(data, at + 192 + sixteen);
        long low = at + 64L * group + 32L * (k % 2) + l;
        long high = at + 128 + 32L * group + l;
        int to = o + 256 * b + 16 * sixteen;
        Quants.unpack(data, low, 4 * (k / 2), high, 2 * k, 3, 32, scale, 0, out, to);
      }
    }
  }
}

package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/** 256 numbers of 2 bits; each 16 have a 4-bit scale and a 4-bit minimum. */
final class Q2_K extends BlockFormat {
  Q2_K() {
    super(GgmlType.Q2_K);
  }

  @Override
  void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    float d = half(data, at + 80);
    float dMin = half(data, at + 82);
    for (int e = 0; e < 256; e++) {
      int group = e / 128;
      int shift = 2 * (e % 128 / 32);
      int n = (unsigned(data, at + 16 + 32L * group + e % 32) >> shift) & 3;
      int scale = unsigned(data, at + e / 16);
      out[o + e] = d * (scale & 15) * n - dMin * (scale >> 4);
    }
  }

  @Override
  void dequantizeOnVectors(MemorySegment data, long from, int blocks, float[] out, int o) {
    for (int b = 0; b < blocks; b++) {
      long at = from + b * 84L;
      float d = half(data, at + 80);
      float dMin = half(data, at + 82);
      for (int sixteen = 0; sixteen < 16; sixteen++) {
        int scales = unsigned(data, at + sixteen);
        float scale = d * (scales & 15);
        float min = dMin * (scales >> 4);
        long q = at + 16 + 32L * (sixteen / 8) + 16L * (sixteen % 2);
        int shift = 2 * (sixteen % 8 / 2);
        Quants.unpack(data, q, shift, 3, 0, scale, min, out, o + 256 * b + 16 * sixteen);
      }
    }
  }
}

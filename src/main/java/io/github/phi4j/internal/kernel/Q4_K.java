package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/** 256 numbers of 4 bits; each 32 have a 6-bit scale and a 6-bit minimum. */
final class Q4_K extends BlockFormat {
  Q4_K() {
    super(GgmlType.Q4_K);
  }

  @Override
  void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    float d = half(data, at);
    float dMin = half(data, at + 2);
    for (int j = 0; j < 8; j++) {
      float scale = d * scale(data, at + 4, j);
      float min = dMin * min(data, at + 4, j);
      for (int l = 0; l < 32; l++) {
        int n = (unsigned(data, at + 16 + 32L * (j / 2) + l) >> (4 * (j % 2))) & 15;
        out[o + 32 * j + l] = scale * n - min;
      }
    }
  }

  /** Scale j of 8. */
  static int scale(MemorySegment data, long at, int j) {
    return j < 4
        ? unsigned(data, at + j) & 63
        : (unsigned(data, at + j + 4) & 15) | (unsigned(data, at + j - 4) >> 6 << 4);
  }

  /** Minimum j of 8. */
  static int min(MemorySegment data, long at, int j) {
    return j < 4
        ? unsigned(data, at + j + 4) & 63
        : (unsigned(data, at + j + 4) >> 4) | (unsigned(data, at + j) >> 6 << 4);
  }

  @Override
  void dequantizeOnVectors(MemorySegment data, long from, int blocks, float[] out, int o) {
    for (int b = 0; b < blocks; b++) {
      long at = from + b * 144L;
      float d = half(data, at);
      float dMin = half(data, at + 2);
      for (int j = 0; j < 8; j++) {
        float scale = d * scale(data, at + 4, j);
        float min = dMin * min(data, at + 4, j);
        long q = at + 16 + 32L * (j / 2);
        int to = o + 256 * b + 32 * j;
        Quants.unpack(data, q, 4 * (j % 2), 15, 0, scale, min, out, to);
        Quants.unpack(data, q + 16, 4 * (j % 2), 15, 0, scale, min, out, to + 16);
      }
    }
  }
}

package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/** 256 numbers of 4 + 1 bits; scales and minimums as in {@link Q4_K}. */
final class Q5_K extends BlockFormat {
  Q5_K() {
    super(GgmlType.Q5_K);
  }

  @Override
  void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    float d = half(data, at);
    float dMin = half(data, at + 2);
    for (int j = 0; j < 8; j++) {
      float scale = d * Q4_K.scale(data, at + 4, j);
      float min = dMin * Q4_K.min(data, at + 4, j);
      for (int l = 0; l < 32; l++) {
        int low = (unsigned(data, at + 48 + 32L * (j / 2) + l) >> (4 * (j % 2))) & 15;
        int high = (unsigned(data, at + 16 + l) >> j) & 1;
        out[o + 32 * j + l] = scale * (low | (high << 4)) - min;
      }
    }
  }

  @Override
  void dequantizeOnVectors(MemorySegment data, long from, int blocks, float[] out, int o) {
    for (int b = 0; b < blocks; b++) {
      long at = from + b * 176L;
      float d = half(data, at);
      float dMin = half(data, at + 2);
      for (int j = 0; j < 8; j++) {
        float scale = d * Q4_K.scale(data, at + 4, j);
        float min = dMin * Q4_K.min(data, at + 4, j);
        long q = at + 48 + 32L * (j / 2);
        int shift = 4 * (j % 2);
        int to = o + 256 * b + 32 * j;
        Quants.unpack(data, q, shift, at + 16, j, 1, 0, scale, min, out, to);
        Quants.unpack(data, q + 16, shift, at + 32, j, 1, 0, scale, min, out, to + 16);
      }
    }
  }
}

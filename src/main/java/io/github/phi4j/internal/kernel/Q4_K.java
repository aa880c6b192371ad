package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;

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
    Vectors.dequantize(data, from, blocks, out, o);
  }

  /** Apart, so that the scalar code loads without the vector module. */
  private static final class Vectors {
    static void dequantize(MemorySegment data, long from, int blocks, float[] out, int o) {
      for (int b = 0; b < blocks; b++) {
        long at = from + b * 144L;
        float d = half(data, at);
        float dMin = half(data, at + 2);
        for (int j = 0; j < 8; j += 2) {
          float scale0 = d * scale(data, at + 4, j);
          float min0 = dMin * min(data, at + 4, j);
          float scale1 = d * scale(data, at + 4, j + 1);
          float min1 = dMin * min(data, at + 4, j + 1);
          int to = o + 256 * b + 32 * j;
          for (int i = 0; i < 32; i += Quants.LENGTH) {
            ByteVector q = Quants.load(data, at + 16 + 16L * j + i);
            Quants.affine(Quants.low(q), scale0, min0, out, to + i);
            Quants.affine(Quants.high(q), scale1, min1, out, to + 32 + i);
          }
        }
      }
    }
  }
}

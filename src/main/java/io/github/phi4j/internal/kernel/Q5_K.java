package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;

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
    Vectors.dequantize(data, from, blocks, out, o);
  }

  /** Apart, so that the scalar code loads without the vector module. */
  private static final class Vectors {
    static void dequantize(MemorySegment data, long from, int blocks, float[] out, int o) {
      for (int b = 0; b < blocks; b++) {
        long at = from + b * 176L;
        float d = half(data, at);
        float dMin = half(data, at + 2);
        for (int j = 0; j < 8; j++) { // not two at once, since C2 stops inlining in longer code
          float scale = d * Q4_K.scale(data, at + 4, j);
          float min = dMin * Q4_K.min(data, at + 4, j);
          int to = o + 256 * b + 32 * j;
          for (int i = 0; i < 32; i += Quants.LENGTH) {
            ByteVector q = Quants.load(data, at + 48 + 32L * (j / 2) + i);
            ByteVector bits = Quants.shift(Quants.load(data, at + 16 + i), j).and((byte) 1);
            ByteVector n = Quants.low(Quants.shift(q, 4 * (j % 2))).or(Quants.up(bits, 4));
            Quants.affine(n, scale, min, out, to + i);
          }
        }
      }
    }
  }
}

package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/** 32 signed bytes: scale · n. */
final class Q8_0 extends BlockFormat {
  Q8_0() {
    super(GgmlType.Q8_0);
  }

  @Override
  void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    float d = half(data, at);
    for (int e = 0; e < 32; e++) {
      out[o + e] = d * signed(data, at + 2 + e);
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
        long at = from + b * 34L;
        float d = half(data, at);
        for (int i = 0; i < 32; i += Quants.LENGTH) {
          Quants.scaled(Quants.load(data, at + 2 + i), d, out, o + 32 * b + i);
        }
      }
    }
  }
}

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
    for (int b = 0; b < blocks; b++) {
      long at = from + b * 34L;
      float d = half(data, at);
      Quants.unpack(data, at + 2, 0, 255, 0, d, 0, out, o + 32 * b);
      Quants.unpack(data, at + 18, 0, 255, 0, d, 0, out, o + 32 * b + 16);
    }
  }
}

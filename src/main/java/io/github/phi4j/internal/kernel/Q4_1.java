package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/** 32 numbers of 4 bits: scale · n + minimum. */
final class Q4_1 extends BlockFormat {
  Q4_1() {
    super(GgmlType.Q4_1);
  }

  @Override
  void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    float d = half(data, at);
    float m = half(data, at + 2);
    for (int e = 0; e < 32; e++) {
      out[o + e] = d * nibble(data, at + 4, e) + m;
    }
  }

  @Override
  void dequantizeOnVectors(MemorySegment data, long from, int blocks, float[] out, int o) {
    for (int b = 0; b < blocks; b++) {
      long at = from + b * 20L;
      float d = half(data, at);
      float m = half(data, at + 2);
      Quants.unpack(data, at + 4, 0, 15, 0, d, -m, out, o + 32 * b);
      Quants.unpack(data, at + 4, 4, 15, 0, d, -m, out, o + 32 * b + 16);
    }
  }
}

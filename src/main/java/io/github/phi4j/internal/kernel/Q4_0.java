package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/** 32 numbers of 4 bits: scale · (n − 8). */
final class Q4_0 extends BlockFormat {
  Q4_0() {
    super(GgmlType.Q4_0);
  }

  @Override
  void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    float d = half(data, at);
    for (int e = 0; e < 32; e++) {
      out[o + e] = d * (nibble(data, at + 2, e) - 8);
    }
  }

  @Override
  void dequantizeOnVectors(MemorySegment data, long from, int blocks, float[] out, int o) {
    for (int b = 0; b < blocks; b++) {
      long at = from + b * 18L;
      float d = half(data, at);
      Quants.unpack(data, at + 2, 0, 15, 8, d, 0, out, o + 32 * b);
      Quants.unpack(data, at + 2, 4, 15, 8, d, 0, out, o + 32 * b + 16);
    }
  }
}

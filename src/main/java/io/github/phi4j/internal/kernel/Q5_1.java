package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/** 32 numbers of 4 + 1 bits: scale · n + minimum. */
final class Q5_1 extends BlockFormat {
  Q5_1() {
    super(GgmlType.Q5_1);
  }

  @Override
  void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    float d = half(data, at);
    float m = half(data, at + 2);
    int high = integer(data, at + 4);
    for (int e = 0; e < 32; e++) {
      int n = nibble(data, at + 8, e) | (((high >>> e) & 1) << 4);
      out[o + e] = d * n + m;
    }
  }

  @Override
  void dequantizeOnVectors(MemorySegment data, long from, int blocks, float[] out, int o) {
    for (int b = 0; b < blocks; b++) {
      dequantizeBlock(data, from + b * 24L, out, o + 32 * b); // rare, and slow to unpack otherwise
    }
  }
}

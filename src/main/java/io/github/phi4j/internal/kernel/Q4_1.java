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
}

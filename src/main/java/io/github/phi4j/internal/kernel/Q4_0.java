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
}

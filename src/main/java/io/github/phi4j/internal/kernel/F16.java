package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/** IEEE half precision floats. */
final class F16 extends BlockFormat {
  F16() {
    super(GgmlType.F16);
  }

  @Override
  void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    out[o] = half(data, at);
  }

  @Override
  void dequantizeOnVectors(MemorySegment data, long from, int blocks, float[] out, int o) {
    for (int i = 0; i < blocks; i++) { // the compiler makes vectors of it by itself
      out[o + i] = half(data, from + 2L * i);
    }
  }
}

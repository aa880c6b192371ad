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
}

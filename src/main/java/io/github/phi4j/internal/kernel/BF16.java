package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/** The upper halves of 32-bit floats. */
final class BF16 extends BlockFormat {
  BF16() {
    super(GgmlType.BF16);
  }

  @Override
  void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    out[o] = Float.intBitsToFloat(unsignedShort(data, at) << 16);
  }
}

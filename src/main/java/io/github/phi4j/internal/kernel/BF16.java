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

  @Override
  void dequantizeOnVectors(MemorySegment data, long from, int blocks, float[] out, int o) {
    for (int i = 0; i < blocks; i++) { // the compiler makes vectors of it by itself
      out[o + i] = Float.intBitsToFloat(unsignedShort(data, from + 2L * i) << 16);
    }
  }
}

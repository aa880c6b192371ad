package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/** 32 numbers of 4 bits that index a table: scale · table[n]. */
final class IQ4_NL extends BlockFormat {
  static final byte[] TABLE = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  IQ4_NL() {
    super(GgmlType.IQ4_NL);
  }

  @Override
  void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    float d = half(data, at);
    for (int e = 0; e < 32; e++) {
      out[o + e] = d * TABLE[nibble(data, at + 2, e)];
    }
  }

  @Override
  void dequantizeOnVectors(MemorySegment data, long from, int blocks, float[] out, int o) {
    for (int b = 0; b < blocks; b++) {
      long at = from + b * 18L;
      float d = half(data, at);
      Quants.lookUp(data, at + 2, 0, d, out, o + 32 * b);
      Quants.lookUp(data, at + 2, 4, d, out, o + 32 * b + 16);
    }
  }
}

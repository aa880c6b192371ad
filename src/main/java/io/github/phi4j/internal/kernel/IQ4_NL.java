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
    Vectors.dequantize(data, from, blocks, out, o);
  }

  /** Apart, so that the scalar code loads without the vector module. */
  private static final class Vectors {
    static void dequantize(MemorySegment data, long from, int blocks, float[] out, int o) {
      for (int b = 0; b < blocks; b++) {
        long at = from + b * 18L;
        Quants.looked(data, at + 2, half(data, at), out, o + 32 * b);
      }
    }
  }
}

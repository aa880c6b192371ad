package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;

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
    Vectors.dequantize(data, from, blocks, out, o);
  }

  /** Apart, so that the scalar code loads without the vector module. */
  private static final class Vectors {
    static void dequantize(MemorySegment data, long from, int blocks, float[] out, int o) {
      for (int b = 0; b < blocks; b++) {
        long at = from + b * 18L;
        float d = half(data, at);
        for (int i = 0; i < 16; i += Quants.LENGTH) {
          ByteVector q = Quants.load(data, at + 2 + i);
          Quants.scaled(Quants.low(q).sub((byte) 8), d, out, o + 32 * b + i);
          Quants.scaled(Quants.high(q).sub((byte) 8), d, out, o + 32 * b + 16 + i);
        }
      }
    }
  }
}

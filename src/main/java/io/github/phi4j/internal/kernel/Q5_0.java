package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;

/** 32 numbers of 4 + 1 bits: scale · (n − 16). */
final class Q5_0 extends BlockFormat {
  Q5_0() {
    super(GgmlType.Q5_0);
  }

  @Override
  void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    float d = half(data, at);
    int high = integer(data, at + 2);
    for (int e = 0; e < 32; e++) {
      int n = nibble(data, at + 6, e) | (((high >>> e) & 1) << 4);
      out[o + e] = d * (n - 16);
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
        long at = from + b * 22L;
        float d = half(data, at);
        long high = Integer.toUnsignedLong(integer(data, at + 2));
        for (int i = 0; i < 16; i += Quants.LENGTH) {
          ByteVector q = Quants.load(data, at + 6 + i);
          Quants.scaled(
              Quants.low(q).or(Quants.bits(high >>> i)).sub((byte) 16), d, out, o + 32 * b + i);
          Quants.scaled(
              Quants.high(q).or(Quants.bits(high >>> (16 + i))).sub((byte) 16),
              d,
              out,
              o + 32 * b + 16 + i);
        }
      }
    }
  }
}

package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;

/** 256 numbers of 4 + 2 bits, from −32 to 31; each 16 have an 8-bit scale. */
final class Q6_K extends BlockFormat {
  Q6_K() {
    super(GgmlType.Q6_K);
  }

  @Override
  void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    float d = half(data, at + 208);
    for (int e = 0; e < 256; e++) {
      int group = e / 128;
      int k = e % 128 / 32;
      int l = e % 32;
      int low = (unsigned(data, at + 64L * group + 32L * (k % 2) + l) >> (4 * (k / 2))) & 15;
      int high = (unsigned(data, at + 128 + 32L * group + l) >> (2 * k)) & 3;
      out[o + e] = d * signed(data, at + 192 + e / 16) * ((low | (high << 4)) - 32);
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
        long at = from + b * 210L;
        float d = half(data, at + 208);
        for (int half = 0; half < 2; half++) {
          for (int i = 0; i < 32; i += Quants.LENGTH) {
            ByteVector high = Quants.load(data, at + 128 + 32L * half + i);
            long scales = at + 192 + 8L * half + i / 16;
            int to = o + 256 * b + 128 * half + i;
            for (int k = 0; k < 2; k++) { // a loop, since C2 stops inlining in longer code
              ByteVector q = Quants.load(data, at + 64L * half + 32L * k + i);
              ByteVector bits0 = Quants.up(Quants.shift(high, 2 * k).and((byte) 3), 4);
              ByteVector bits2 = Quants.shift(high, 2 * k).and((byte) 48);
              ByteVector n0 = Quants.low(q).or(bits0).sub((byte) 32);
              ByteVector n2 = Quants.high(q).or(bits2).sub((byte) 32);
              Quants.scaled(n0, d * signed(data, scales + 2 * k), out, to + 32 * k);
              Quants.scaled(n2, d * signed(data, scales + 2 * k + 4), out, to + 64 + 32 * k);
            }
          }
        }
      }
    }
  }
}

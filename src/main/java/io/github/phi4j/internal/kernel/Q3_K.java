package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;

/** 256 numbers of 2 + 1 bits, from −4 to 3; each 16 have a 6-bit scale. */
final class Q3_K extends BlockFormat {
  Q3_K() {
    super(GgmlType.Q3_K);
  }

  @Override
  void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    float d = half(data, at + 108);
    for (int e = 0; e < 256; e++) {
      int group = e / 128;
      int k = e % 128 / 32;
      int low = (unsigned(data, at + 32 + 32L * group + e % 32) >> (2 * k)) & 3;
      int high = (unsigned(data, at + e % 32) >> (4 * group + k)) & 1;
      out[o + e] = d * (scale(data, at + 96, e / 16) - 32) * (low - (high == 0 ? 4 : 0));
    }
  }

  /** Scale i of 16: four bits in the first eight bytes, two in the last four. */
  private static int scale(MemorySegment data, long at, int i) {
    int low = i < 8 ? unsigned(data, at + i) & 15 : unsigned(data, at + i - 8) >> 4;
    int high = (unsigned(data, at + 8 + i % 4) >> (2 * (i / 4))) & 3;
    return low | (high << 4);
  }

  @Override
  void dequantizeOnVectors(MemorySegment data, long from, int blocks, float[] out, int o) {
    Vectors.dequantize(data, from, blocks, out, o);
  }

  /** Apart, so that the scalar code loads without the vector module. */
  private static final class Vectors {
    static void dequantize(MemorySegment data, long from, int blocks, float[] out, int o) {
      for (int b = 0; b < blocks; b++) {
        long at = from + b * 110L;
        float d = half(data, at + 108);
        for (int sixteen = 0; sixteen < 16; sixteen++) {
          float scale = d * (scale(data, at + 96, sixteen) - 32);
          long q = at + 32 + sixteen / 8 * 32L + sixteen % 2 * 16L;
          long high = at + sixteen % 2 * 16L;
          int shift = sixteen % 8 / 2 * 2;
          for (int i = 0; i < 16; i += Quants.LENGTH) {
            ByteVector low = Quants.shift(Quants.load(data, q + i), shift).and((byte) 3);
            ByteVector bit = Quants.shift(Quants.load(data, high + i), sixteen / 2).and((byte) 1);
            ByteVector n = low.or(Quants.up(bit, 2)).sub((byte) 4);
            Quants.scaled(n, scale, out, o + 256 * b + 16 * sixteen + i);
          }
        }
      }
    }
  }
}

package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

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
    for (int b = 0; b < blocks; b++) {
      dequantizeBlock(
          data, from + b * 110L, out, o + 256 * b); // rare, and slow to unpack otherwise
    }
  }
}

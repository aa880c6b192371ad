package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

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
}

package io.github.phi4j.internal.kernel;

import static io.github.phi4j.internal.kernel.VectorWidth.LANES;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/** Plain 32-bit floats. */
final class F32 extends BlockFormat {
  F32() {
    super(GgmlType.F32);
  }

  @Override
  void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    out[o] = Float.intBitsToFloat(integer(data, at));
  }

  @Override
  void unpack(Tile tile, int blocks, float[] out, int o) {
    int[] words = tile.words;
    for (int i = 0; i < blocks * LANES; i++) { // auto-vectorized
      out[o + i] = Float.intBitsToFloat(words[i]);
    }
  }
}

package io.github.phi4j.internal.kernel;

import static io.github.phi4j.internal.kernel.VectorWidth.LANES;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/** IEEE half precision floats. */
final class F16 extends BlockFormat {
  F16() {
    super(GgmlType.F16);
  }

  @Override
  void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    out[o] = half(data, at);
  }

  @Override
  void unpack(Tile tile, int blocks, float[] out, int o) {
    int pairs = Math.ceilDiv(blocks, 2); // two in a word
    Tile.toFloats(tile.words, 0, 1, 0, pairs, out, o, 2);
    Tile.toFloats(tile.words, 0, 1, 16, pairs, out, o + LANES, 2);
  }
}

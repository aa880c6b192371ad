package io.github.phi4j.internal.kernel;

import static io.github.phi4j.internal.kernel.VectorWidth.LANES;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/**
 * 32 elements of 8 bits: d · n.
 *
 * <p>The bytes of a block:
 *
 * <ul>
 *   <li>0, 1: d, a half
 *   <li>2 to 33: the elements, signed
 * </ul>
 */
final class Q8_0 extends BlockFormat {
  Q8_0() {
    super(GgmlType.Q8_0);
  }

  @Override
  void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    float d = half(data, at);
    for (int e = 0; e < 32; e++) {
      out[o + e] = d * signed(data, at + 2 + e);
    }
  }

  @Override
  int halfOffset() {
    return 0;
  }

  @Override
  void unpack(Tile tile, int blocks, float[] out, int o) {
    System.arraycopy(tile.words, 0, tile.quants, 0, 8 * blocks * LANES);
    Tile.toFloats(tile.halves, 0, 1, 0, blocks, tile.scales, 0);
    tile.toFloats(32 * blocks, 32, false, out, o);
  }
}

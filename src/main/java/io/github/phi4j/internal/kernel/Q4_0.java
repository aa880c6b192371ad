package io.github.phi4j.internal.kernel;

import static io.github.phi4j.internal.kernel.VectorKernels.INTS;
import static io.github.phi4j.internal.kernel.VectorKernels.LANES;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;

/** 32 elements of 4 bits: scale · (n − 8). */
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
  int halfOffset() {
    return 0;
  }

  @Override
  void unpack(Tile tile, int blocks, float[] out, int o) {
    Vectors.unpack(tile, blocks, out, o);
  }

  /** A class of its own, so that the scalar code loads without the vector module. */
  private static final class Vectors {

    private Vectors() {}

    static void unpack(Tile tile, int blocks, float[] out, int o) {
      int[] words = tile.words;
      int[] quants = tile.quants;
      for (int b = 0; b < blocks; b++) {
        for (int i = 0; i < 4; i++) {
          IntVector q = IntVector.fromArray(INTS, words, (4 * b + 0 + i) * LANES);
          q.and(0x0f0f0f0f)
              .reinterpretAsBytes()
              .sub((byte) 8)
              .reinterpretAsInts()
              .intoArray(quants, (8 * b + i) * LANES);
          q.lanewise(LSHR, 4)
              .and(0x0f0f0f0f)
              .reinterpretAsBytes()
              .sub((byte) 8)
              .reinterpretAsInts()
              .intoArray(quants, (8 * b + 4 + i) * LANES);
        }
      }
      Tile.toFloats(tile.halves, 0, 1, 0, blocks, tile.scales, 0);
      tile.toFloats(32 * blocks, 32, false, out, o);
    }
  }
}

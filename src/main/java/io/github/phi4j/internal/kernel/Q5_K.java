package io.github.phi4j.internal.kernel;

import static io.github.phi4j.internal.kernel.VectorKernels.INTS;
import static io.github.phi4j.internal.kernel.VectorKernels.LANES;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;

/** 256 elements of 4 + 1 bits; scales and minimums as in {@link Q4_K}. */
final class Q5_K extends BlockFormat {
  Q5_K() {
    super(GgmlType.Q5_K);
  }

  @Override
  void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    float d = half(data, at);
    float dMin = half(data, at + 2);
    for (int j = 0; j < 8; j++) {
      float scale = d * Q4_K.scale(data, at + 4, j);
      float min = dMin * Q4_K.min(data, at + 4, j);
      for (int l = 0; l < 32; l++) {
        int low = (unsigned(data, at + 48 + 32L * (j / 2) + l) >> (4 * (j % 2))) & 15;
        int high = (unsigned(data, at + 16 + l) >> j) & 1;
        out[o + 32 * j + l] = scale * (low | (high << 4)) - min;
      }
    }
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
        for (int i = 0; i < 32; i++) {
          IntVector q = IntVector.fromArray(INTS, words, (44 * b + 12 + i) * LANES);
          IntVector high =
              IntVector.fromArray(INTS, words, (44 * b + 4 + i % 8) * LANES)
                  .lanewise(LSHR, i / 8 * 2);
          int to = (64 * b + i / 8 * 16 + i % 8) * LANES;
          q.and(0x0f0f0f0f).or(high.lanewise(LSHL, 4).and(0x10101010)).intoArray(quants, to);
          q.lanewise(LSHR, 4)
              .and(0x0f0f0f0f)
              .or(high.lanewise(LSHL, 3).and(0x10101010))
              .intoArray(quants, to + 8 * LANES);
        }
      }
      Q4_K.Vectors.unpackScales(tile, 44, blocks);
      tile.toFloats(256 * blocks, 32, true, out, o);
    }
  }
}

package io.github.phi4j.internal.kernel;

import static io.github.phi4j.internal.kernel.VectorKernels.INTS;
import static io.github.phi4j.internal.kernel.VectorKernels.LANES;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;

/** 256 elements of 2 bits; each 16 share a 4-bit scale and a 4-bit minimum. */
final class Q2_K extends BlockFormat {
  Q2_K() {
    super(GgmlType.Q2_K);
  }

  @Override
  void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    float d = half(data, at + 80);
    float dMin = half(data, at + 82);
    for (int e = 0; e < 256; e++) {
      int group = e / 128;
      int shift = 2 * (e % 128 / 32);
      int n = (unsigned(data, at + 16 + 32L * group + e % 32) >> shift) & 3;
      int scale = unsigned(data, at + e / 16);
      out[o + e] = d * (scale & 15) * n - dMin * (scale >> 4);
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
      int[] bytes = tile.bytes;
      for (int b = 0; b < blocks; b++) {
        for (int i = 0; i < 64; i++) {
          IntVector q = IntVector.fromArray(INTS, words, (21 * b + 4 + i / 32 * 8 + i % 8) * LANES);
          q.lanewise(LSHR, i / 8 % 4 * 2).and(0x03030303).intoArray(quants, (64 * b + i) * LANES);
        }
      }
      for (int i = 0; i < 4 * blocks; i++) {
        IntVector.fromArray(INTS, words, (i / 4 * 21 + i % 4) * LANES)
            .and(0x0f0f0f0f)
            .intoArray(bytes, i * LANES);
      }
      Tile.toFloats(words, 20, 21, 0, blocks, tile.factors, 0);
      tile.scaleBytes(blocks, 4, tile.scales);
      for (int i = 0; i < 4 * blocks; i++) {
        IntVector.fromArray(INTS, words, (i / 4 * 21 + i % 4) * LANES)
            .lanewise(LSHR, 4)
            .and(0x0f0f0f0f)
            .intoArray(bytes, i * LANES);
      }
      Tile.toFloats(words, 20, 21, 16, blocks, tile.factors, 0);
      tile.scaleBytes(blocks, 4, tile.mins);
      tile.toFloats(256 * blocks, 16, true, out, o);
    }
  }
}

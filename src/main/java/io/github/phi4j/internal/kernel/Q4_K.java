package io.github.phi4j.internal.kernel;

import static io.github.phi4j.internal.kernel.VectorKernels.INTS;
import static io.github.phi4j.internal.kernel.VectorKernels.LANES;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;

/** 256 elements of 4 bits; each 32 share a 6-bit scale and a 6-bit minimum. */
final class Q4_K extends BlockFormat {
  Q4_K() {
    super(GgmlType.Q4_K);
  }

  @Override
  void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    float d = half(data, at);
    float dMin = half(data, at + 2);
    for (int j = 0; j < 8; j++) {
      float scale = d * scale(data, at + 4, j);
      float min = dMin * min(data, at + 4, j);
      for (int l = 0; l < 32; l++) {
        int n = (unsigned(data, at + 16 + 32L * (j / 2) + l) >> (4 * (j % 2))) & 15;
        out[o + 32 * j + l] = scale * n - min;
      }
    }
  }

  /** Scale j of 8. */
  static int scale(MemorySegment data, long at, int j) {
    return j < 4
        ? unsigned(data, at + j) & 63
        : (unsigned(data, at + j + 4) & 15) | (unsigned(data, at + j - 4) >> 6 << 4);
  }

  /** Minimum j of 8. */
  static int min(MemorySegment data, long at, int j) {
    return j < 4
        ? unsigned(data, at + j + 4) & 63
        : (unsigned(data, at + j + 4) >> 4) | (unsigned(data, at + j) >> 6 << 4);
  }

  @Override
  void unpack(Tile tile, int blocks, float[] out, int o) {
    Vectors.unpack(tile, blocks, out, o);
  }

  /** A class of its own, so that the scalar code loads without the vector module. */
  static final class Vectors {

    private Vectors() {}

    static void unpack(Tile tile, int blocks, float[] out, int o) {
      int[] words = tile.words;
      int[] quants = tile.quants;
      for (int b = 0; b < blocks; b++) {
        for (int i = 0; i < 32; i++) {
          IntVector q = IntVector.fromArray(INTS, words, (36 * b + 4 + i) * LANES);
          int to = (64 * b + i / 8 * 16 + i % 8) * LANES;
          q.and(0x0f0f0f0f).intoArray(quants, to);
          q.lanewise(LSHR, 4).and(0x0f0f0f0f).intoArray(quants, to + 8 * LANES);
        }
      }
      unpackScales(tile, 36, blocks);
      tile.toFloats(256 * blocks, 32, true, out, o);
    }

    /** Scales and minimums of blocks of the given size in words. */
    static void unpackScales(Tile tile, int step, int blocks) {
      int[] words = tile.words;
      int[] bytes = tile.bytes;
      for (int b = 0; b < blocks; b++) {
        IntVector first = IntVector.fromArray(INTS, words, (step * b + 1) * LANES);
        IntVector last = IntVector.fromArray(INTS, words, (step * b + 3) * LANES);
        first.and(0x3f3f3f3f).intoArray(bytes, 2 * b * LANES);
        last.and(0x0f0f0f0f)
            .or(first.lanewise(LSHR, 2).and(0x30303030))
            .intoArray(bytes, (2 * b + 1) * LANES);
      }
      Tile.toFloats(words, 0, step, 0, blocks, tile.factors, 0);
      tile.scaleBytes(blocks, 2, tile.scales);
      for (int b = 0; b < blocks; b++) {
        IntVector first = IntVector.fromArray(INTS, words, (step * b + 2) * LANES);
        IntVector last = IntVector.fromArray(INTS, words, (step * b + 3) * LANES);
        first.and(0x3f3f3f3f).intoArray(bytes, 2 * b * LANES);
        last.lanewise(LSHR, 4)
            .and(0x0f0f0f0f)
            .or(first.lanewise(LSHR, 2).and(0x30303030))
            .intoArray(bytes, (2 * b + 1) * LANES);
      }
      Tile.toFloats(words, 0, step, 16, blocks, tile.factors, 0);
      tile.scaleBytes(blocks, 2, tile.mins);
    }
  }
}

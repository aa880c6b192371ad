package io.github.phi4j.internal.kernel;

import static io.github.phi4j.internal.kernel.VectorKernels.INTS;
import static io.github.phi4j.internal.kernel.VectorKernels.LANES;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;

/** 256 elements of 2 + 1 bits, from −4 to 3; each 16 share a 6-bit scale. */
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
  static int scale(MemorySegment data, long at, int i) {
    int low = i < 8 ? unsigned(data, at + i) & 15 : unsigned(data, at + i - 8) >> 4;
    int high = (unsigned(data, at + 8 + i % 4) >> (2 * (i / 4))) & 3;
    return low | (high << 4);
  }

  @Override
  int halfOffset() {
    return 108;
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
        for (int i = 0; i < 64; i++) {
          IntVector q = IntVector.fromArray(INTS, words, (27 * b + 8 + i / 32 * 8 + i % 8) * LANES);
          IntVector high =
              IntVector.fromArray(INTS, words, (27 * b + i % 8) * LANES).lanewise(LSHR, i / 8);
          q.lanewise(LSHR, i / 8 % 4 * 2)
              .and(0x03030303)
              .or(high.lanewise(LSHL, 2).and(0x04040404))
              .reinterpretAsBytes()
              .sub((byte) 4)
              .reinterpretAsInts()
              .intoArray(quants, (64 * b + i) * LANES);
        }
        for (int i = 0; i < 4; i++) {
          IntVector low = IntVector.fromArray(INTS, words, (27 * b + 24 + i % 2) * LANES);
          IntVector high = IntVector.fromArray(INTS, words, (27 * b + 26) * LANES);
          low.lanewise(LSHR, i / 2 * 4)
              .and(0x0f0f0f0f)
              .or(high.lanewise(LSHR, 2 * i).and(0x03030303).lanewise(LSHL, 4))
              .reinterpretAsBytes()
              .sub((byte) 32)
              .reinterpretAsInts()
              .intoArray(tile.bytes, (4 * b + i) * LANES);
        }
      }
      Tile.toFloats(tile.halves, 0, 1, 0, blocks, tile.factors, 0);
      tile.scaleBytes(blocks, 4, tile.scales);
      tile.toFloats(256 * blocks, 16, false, out, o);
    }
  }
}

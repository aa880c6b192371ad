package io.github.phi4j.internal.kernel;

import static io.github.phi4j.internal.kernel.VectorKernels.INTS;
import static io.github.phi4j.internal.kernel.VectorKernels.LANES;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;

/** 256 elements of 4 + 2 bits, from −32 to 31; each 16 share an 8-bit scale. */
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

  @Override
  int halfOffset() {
    return 208;
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
        for (int i = 0; i < 16; i++) { // the high bits of eight words, 32 columns, share a shift
          int group = i / 8;
          IntVector high = IntVector.fromArray(INTS, words, (52 * b + 32 + i) * LANES);
          IntVector q = IntVector.fromArray(INTS, words, (52 * b + 8 * group + i) * LANES);
          IntVector next = IntVector.fromArray(INTS, words, (52 * b + 8 * group + i + 8) * LANES);
          int to = (64 * b + 24 * group + i) * LANES;
          q.and(0x0f0f0f0f)
              .or(high.lanewise(LSHL, 4).and(0x30303030))
              .reinterpretAsBytes()
              .sub((byte) 32)
              .reinterpretAsInts()
              .intoArray(quants, to);
          next.and(0x0f0f0f0f)
              .or(high.lanewise(LSHL, 2).and(0x30303030))
              .reinterpretAsBytes()
              .sub((byte) 32)
              .reinterpretAsInts()
              .intoArray(quants, to + 8 * LANES);
          q.lanewise(LSHR, 4)
              .and(0x0f0f0f0f)
              .or(high.and(0x30303030))
              .reinterpretAsBytes()
              .sub((byte) 32)
              .reinterpretAsInts()
              .intoArray(quants, to + 16 * LANES);
          next.lanewise(LSHR, 4)
              .and(0x0f0f0f0f)
              .or(high.lanewise(LSHR, 2).and(0x30303030))
              .reinterpretAsBytes()
              .sub((byte) 32)
              .reinterpretAsInts()
              .intoArray(quants, to + 24 * LANES);
        }
        System.arraycopy(words, (52 * b + 48) * LANES, tile.bytes, 4 * b * LANES, 4 * LANES);
      }
      Tile.toFloats(tile.halves, 0, 1, 0, blocks, tile.factors, 0);
      tile.scaleBytes(blocks, 4, tile.scales);
      tile.toFloats(256 * blocks, 16, false, out, o);
    }
  }
}

package io.github.phi4j.internal.kernel;

import static io.github.phi4j.internal.kernel.VectorWidth.INTS;
import static io.github.phi4j.internal.kernel.VectorWidth.LANES;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;

/** 256 indices of 4 bits into the table of {@link IQ4_NL}; each 32 share a 6-bit scale. */
final class IQ4_XS extends BlockFormat {
  IQ4_XS() {
    super(GgmlType.IQ4_XS);
  }

  @Override
  void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    float d = half(data, at);
    int highs = unsignedShort(data, at + 2);
    for (int j = 0; j < 8; j++) {
      int low = (unsigned(data, at + 4 + j / 2) >> (4 * (j % 2))) & 15;
      int scale = low | (((highs >> (2 * j)) & 3) << 4);
      for (int e = 0; e < 32; e++) {
        out[o + 32 * j + e] = d * (scale - 32) * IQ4_NL.TABLE[nibble(data, at + 8 + 16L * j, e)];
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
      ByteVector table = IQ4_NL.Vectors.NUMBERS;
      for (int b = 0; b < blocks; b++) {
        for (int i = 0; i < 32; i++) {
          IntVector q = IntVector.fromArray(INTS, words, (34 * b + 2 + i) * LANES);
          int to = (64 * b + i / 4 * 8 + i % 4) * LANES;
          q.and(0x0f0f0f0f)
              .reinterpretAsBytes()
              .selectFrom(table)
              .reinterpretAsInts()
              .intoArray(quants, to);
          q.lanewise(LSHR, 4)
              .and(0x0f0f0f0f)
              .reinterpretAsBytes()
              .selectFrom(table)
              .reinterpretAsInts()
              .intoArray(quants, to + 4 * LANES);
        }
        for (int i = 0; i < 2; i++) {
          IntVector two =
              IntVector.fromArray(INTS, words, (34 * b + 1) * LANES)
                  .lanewise(LSHR, 16 * i); // bytes of two scales each
          IntVector four =
              two.and(15)
                  .or(two.and(0xf0).lanewise(LSHL, 4))
                  .or(two.and(0xf00).lanewise(LSHL, 8))
                  .or(two.and(0xf000).lanewise(LSHL, 12));
          IntVector highs =
              IntVector.fromArray(INTS, words, (34 * b) * LANES).lanewise(LSHR, 16 + 8 * i);
          IntVector high =
              highs
                  .and(3)
                  .or(highs.and(12).lanewise(LSHL, 6))
                  .or(highs.and(48).lanewise(LSHL, 12))
                  .or(highs.and(192).lanewise(LSHL, 18));
          four.or(high.lanewise(LSHL, 4))
              .reinterpretAsBytes()
              .sub((byte) 32)
              .reinterpretAsInts()
              .intoArray(tile.bytes, (2 * b + i) * LANES);
        }
      }
      Tile.toFloats(words, 0, 34, 0, blocks, tile.factors, 0);
      tile.scaleBytes(blocks, 2, tile.scales);
      tile.toFloats(256 * blocks, 32, false, out, o);
    }
  }
}

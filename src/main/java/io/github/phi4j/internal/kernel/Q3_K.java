package io.github.phi4j.internal.kernel;

import static io.github.phi4j.internal.kernel.VectorWidth.INTS;
import static io.github.phi4j.internal.kernel.VectorWidth.LANES;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;

/**
 * 256 elements of 2 + 1 bits; each 16 share a scale: d · scale · (n − 4).
 *
 * <p>The bytes of a block:
 *
 * <ul>
 *   <li>0 to 31: high bits: bit j of byte i is that of element 32 · j + i
 *   <li>32 to 95: low bits: 32 bytes for each 128 elements; bits 2k and 2k + 1 of byte i are those
 *       of element 32 · k + i
 *   <li>96 to 107: scales less their bias of 32, 6 bits each: bytes 0 to 7 have the low four bits
 *       of scales 0 to 7 and, above, of 8 to 15; bits 2k and 2k + 1 of byte 8 + i are the high bits
 *       of scale 4 · k + i
 *   <li>108, 109: d, a half
 * </ul>
 */
final class Q3_K extends QuantFormat {
  Q3_K() {
    super(GgmlType.Q3_K, 3, 16, 4, 108, NONE);
  }

  @Override
  void quants(MemorySegment data, long at, float[] out, int o) {
    for (int j = 0; j < 8; j++) { // 32 elements
      long lows = at + 32 + j / 4 * 32L;
      int shift = j % 4 * 2;
      for (int l = 0; l < 32; l++) {
        int low = unsigned(data, lows + l) >> shift & 3;
        int high = unsigned(data, at + l) >> j & 1;
        out[o + 32 * j + l] = low | high << 2;
      }
    }
  }

  @Override
  int scale(MemorySegment data, long at, int j) {
    int low = j < 8 ? unsigned(data, at + 96 + j) & 15 : unsigned(data, at + 88 + j) >> 4;
    int high = unsigned(data, at + 104 + j % 4) >> (2 * (j / 4)) & 3;
    return (low | high << 4) - 32;
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

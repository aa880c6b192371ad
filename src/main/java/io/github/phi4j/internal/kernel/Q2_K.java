package io.github.phi4j.internal.kernel;

import static io.github.phi4j.internal.kernel.VectorWidth.INTS;
import static io.github.phi4j.internal.kernel.VectorWidth.LANES;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;

/**
 * 256 elements of 2 bits; each 16 share a scale and a minimum: d · scale · n − dMin · min.
 *
 * <p>The bytes of a block:
 *
 * <ul>
 *   <li>0 to 15: scales in the low nibbles, minimums in the high ones
 *   <li>16 to 79: 32 bytes for each 128 elements; bits 2k and 2k + 1 of byte i are element 32 · k +
 *       i
 *   <li>80, 81: d, a half
 *   <li>82, 83: dMin, a half
 * </ul>
 */
final class Q2_K extends QuantFormat {
  Q2_K() {
    super(GgmlType.Q2_K, 2, 16, 0, 80, 82);
  }

  @Override
  void quants(MemorySegment data, long at, float[] out, int o) {
    for (int j = 0; j < 8; j++) { // 32 elements
      long from = at + 16 + j / 4 * 32L;
      int shift = j % 4 * 2;
      for (int l = 0; l < 32; l++) {
        out[o + 32 * j + l] = unsigned(data, from + l) >> shift & 3;
      }
    }
  }

  @Override
  int scale(MemorySegment data, long at, int j) {
    return unsigned(data, at + j) & 15;
  }

  @Override
  int min(MemorySegment data, long at, int j) {
    return unsigned(data, at + j) >> 4;
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

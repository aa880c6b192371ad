package io.github.phi4j.internal.kernel;

import static io.github.phi4j.internal.kernel.VectorWidth.INTS;
import static io.github.phi4j.internal.kernel.VectorWidth.LANES;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;

/**
 * 256 elements of 4 + 1 bits; each 32 share a scale and a minimum: d · scale · n − dMin · min.
 *
 * <p>The bytes of a block:
 *
 * <ul>
 *   <li>0, 1: d, a half
 *   <li>2, 3: dMin, a half
 *   <li>4 to 15: scales and minimums as in {@link Q4_K}
 *   <li>16 to 47: high bits: bit j of byte i is that of element 32 · j + i
 *   <li>48 to 175: low bits: 32 bytes for each 64 elements, the first 32 in the low nibbles, the
 *       others in the high ones
 * </ul>
 */
final class Q5_K extends QuantFormat {
  Q5_K() {
    super(GgmlType.Q5_K, 5, 32, 0, 0, 2);
  }

  @Override
  void quants(MemorySegment data, long at, float[] out, int o) {
    for (int j = 0; j < 8; j++) { // 32 elements
      long from = at + 48 + j / 2 * 32L;
      int shift = j % 2 * 4;
      for (int l = 0; l < 32; l++) {
        int low = unsigned(data, from + l) >> shift & 15;
        int high = unsigned(data, at + 16 + l) >> j & 1;
        out[o + 32 * j + l] = low | high << 4;
      }
    }
  }

  @Override
  int scale(MemorySegment data, long at, int j) {
    return Q4_K.sixBitScale(data, at + 4, j);
  }

  @Override
  int min(MemorySegment data, long at, int j) {
    return Q4_K.sixBitMin(data, at + 4, j);
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

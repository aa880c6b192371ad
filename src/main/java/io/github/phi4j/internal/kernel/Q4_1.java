package io.github.phi4j.internal.kernel;

import static io.github.phi4j.internal.kernel.VectorWidth.INTS;
import static io.github.phi4j.internal.kernel.VectorWidth.LANES;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;

/**
 * 32 elements of 4 bits: d · n + m.
 *
 * <p>The bytes of a block:
 *
 * <ul>
 *   <li>0, 1: d, a half
 *   <li>2, 3: m, a half
 *   <li>4 to 19: elements 0 to 15 in the low nibbles, 16 to 31 in the high ones
 * </ul>
 */
final class Q4_1 extends QuantFormat {
  Q4_1() {
    super(GgmlType.Q4_1, 4, 32, 0, 0, 2);
  }

  @Override
  void quants(MemorySegment data, long at, float[] out, int o) {
    for (int e = 0; e < 16; e++) {
      int two = unsigned(data, at + 4 + e);
      out[o + e] = two & 15;
      out[o + e + 16] = two >> 4;
    }
  }

  @Override
  int scale(MemorySegment data, long at, int j) {
    return 1;
  }

  @Override
  int min(MemorySegment data, long at, int j) {
    return -1; // added, not subtracted, in this type
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
          IntVector q = IntVector.fromArray(INTS, words, (5 * b + 1 + i) * LANES);
          q.and(0x0f0f0f0f).intoArray(quants, (8 * b + i) * LANES);
          q.lanewise(LSHR, 4).and(0x0f0f0f0f).intoArray(quants, (8 * b + 4 + i) * LANES);
        }
      }
      Tile.toFloats(words, 0, 5, 0, blocks, tile.scales, 0);
      Tile.toFloats(words, 0, 5, 16, blocks, tile.mins, 0);
      for (int i = 0; i < blocks * LANES; i++) {
        tile.mins[i] = -tile.mins[i]; // added, not subtracted, in this type
      }
      tile.toFloats(32 * blocks, 32, true, out, o);
    }
  }
}

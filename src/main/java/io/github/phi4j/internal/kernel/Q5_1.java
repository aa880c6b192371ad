package io.github.phi4j.internal.kernel;

import static io.github.phi4j.internal.kernel.VectorWidth.INTS;
import static io.github.phi4j.internal.kernel.VectorWidth.LANES;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;

/**
 * 32 elements of 4 + 1 bits: d · n + m.
 *
 * <p>The bytes of a block:
 *
 * <ul>
 *   <li>0, 1: d, a half
 *   <li>2, 3: m, a half
 *   <li>4 to 7: the high bit of each element
 *   <li>8 to 23: low bits: elements 0 to 15 in the low nibbles, 16 to 31 in the high ones
 * </ul>
 */
final class Q5_1 extends QuantFormat {
  Q5_1() {
    super(GgmlType.Q5_1, 5, 32, 0, 0, 2);
  }

  @Override
  void quants(MemorySegment data, long at, float[] out, int o) {
    int high = integer(data, at + 4);
    for (int e = 0; e < 16; e++) {
      int two = unsigned(data, at + 8 + e);
      out[o + e] = (two & 15) | (high >>> e & 1) << 4;
      out[o + e + 16] = two >> 4 | (high >>> (e + 16) & 1) << 4;
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
        IntVector high = IntVector.fromArray(INTS, words, (6 * b + 1) * LANES);
        for (int i = 0; i < 4; i++) {
          IntVector q = IntVector.fromArray(INTS, words, (6 * b + 2 + i) * LANES);
          // The product spreads four bits over four bytes.
          IntVector first =
              high.lanewise(LSHR, 4 * i).and(15).mul(0x204081).and(0x01010101).lanewise(LSHL, 4);
          IntVector second =
              high.lanewise(LSHR, 16 + 4 * i)
                  .and(15)
                  .mul(0x204081)
                  .and(0x01010101)
                  .lanewise(LSHL, 4);
          q.and(0x0f0f0f0f).or(first).intoArray(quants, (8 * b + i) * LANES);
          q.lanewise(LSHR, 4).and(0x0f0f0f0f).or(second).intoArray(quants, (8 * b + 4 + i) * LANES);
        }
      }
      Tile.toFloats(words, 0, 6, 0, blocks, tile.scales, 0);
      Tile.toFloats(words, 0, 6, 16, blocks, tile.mins, 0);
      for (int i = 0; i < blocks * LANES; i++) {
        tile.mins[i] = -tile.mins[i]; // added, not subtracted, in this type
      }
      tile.toFloats(32 * blocks, 32, true, out, o);
    }
  }
}

package io.github.phi4j.internal.kernel;

import static io.github.phi4j.internal.kernel.VectorWidth.INTS;
import static io.github.phi4j.internal.kernel.VectorWidth.LANES;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;

/**
 * 32 elements of 4 + 1 bits: d · (n − 16).
 *
 * <p>The bytes of a block:
 *
 * <ul>
 *   <li>0, 1: d, a half
 *   <li>2 to 5: the high bit of each element
 *   <li>6 to 21: low bits: elements 0 to 15 in the low nibbles, 16 to 31 in the high ones
 * </ul>
 */
final class Q5_0 extends QuantFormat {
  Q5_0() {
    super(GgmlType.Q5_0, 5, 32, 16, 0, NONE);
  }

  @Override
  void quants(MemorySegment data, long at, float[] out, int o) {
    int high = integer(data, at + 2);
    for (int e = 0; e < 16; e++) {
      int two = unsigned(data, at + 6 + e);
      out[o + e] = (two & 15) | (high >>> e & 1) << 4;
      out[o + e + 16] = two >> 4 | (high >>> (e + 16) & 1) << 4;
    }
  }

  @Override
  int scale(MemorySegment data, long at, int j) {
    return 1;
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
        IntVector high = IntVector.fromArray(INTS, words, (5 * b + 0) * LANES);
        for (int i = 0; i < 4; i++) {
          IntVector q = IntVector.fromArray(INTS, words, (5 * b + 1 + i) * LANES);
          // The product spreads four bits over four bytes.
          IntVector first =
              high.lanewise(LSHR, 4 * i).and(15).mul(0x204081).and(0x01010101).lanewise(LSHL, 4);
          IntVector second =
              high.lanewise(LSHR, 16 + 4 * i)
                  .and(15)
                  .mul(0x204081)
                  .and(0x01010101)
                  .lanewise(LSHL, 4);
          q.and(0x0f0f0f0f)
              .or(first)
              .reinterpretAsBytes()
              .sub((byte) 16)
              .reinterpretAsInts()
              .intoArray(quants, (8 * b + i) * LANES);
          q.lanewise(LSHR, 4)
              .and(0x0f0f0f0f)
              .or(second)
              .reinterpretAsBytes()
              .sub((byte) 16)
              .reinterpretAsInts()
              .intoArray(quants, (8 * b + 4 + i) * LANES);
        }
      }
      Tile.toFloats(tile.halves, 0, 1, 0, blocks, tile.scales, 0);
      tile.toFloats(32 * blocks, 32, false, out, o);
    }
  }
}

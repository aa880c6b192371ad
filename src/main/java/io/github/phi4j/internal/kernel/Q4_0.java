package io.github.phi4j.internal.kernel;

import static io.github.phi4j.internal.kernel.VectorWidth.INTS;
import static io.github.phi4j.internal.kernel.VectorWidth.LANES;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;

/**
 * 32 elements of 4 bits: d · (n − 8).
 *
 * <p>The bytes of a block:
 *
 * <ul>
 *   <li>0, 1: d, a half
 *   <li>2 to 17: elements 0 to 15 in the low nibbles, 16 to 31 in the high ones
 * </ul>
 */
final class Q4_0 extends QuantFormat {
  Q4_0() {
    super(GgmlType.Q4_0, 4, 32, 8, 0, NONE);
  }

  @Override
  void quants(MemorySegment data, long at, float[] out, int o) {
    for (int e = 0; e < 16; e++) {
      int two = unsigned(data, at + 2 + e);
      out[o + e] = two & 15;
      out[o + e + 16] = two >> 4;
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
        for (int i = 0; i < 4; i++) {
          IntVector q = IntVector.fromArray(INTS, words, (4 * b + 0 + i) * LANES);
          q.and(0x0f0f0f0f)
              .reinterpretAsBytes()
              .sub((byte) 8)
              .reinterpretAsInts()
              .intoArray(quants, (8 * b + i) * LANES);
          q.lanewise(LSHR, 4)
              .and(0x0f0f0f0f)
              .reinterpretAsBytes()
              .sub((byte) 8)
              .reinterpretAsInts()
              .intoArray(quants, (8 * b + 4 + i) * LANES);
        }
      }
      Tile.toFloats(tile.halves, 0, 1, 0, blocks, tile.scales, 0);
      tile.toFloats(32 * blocks, 32, false, out, o);
    }
  }
}

package io.github.phi4j.internal.kernel;

import static io.github.phi4j.internal.kernel.VectorWidth.INTS;
import static io.github.phi4j.internal.kernel.VectorWidth.LANES;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;

/** 32 elements of 4 bits, indices into a table: scale · table[n]. */
final class IQ4_NL extends BlockFormat {
  static final byte[] TABLE = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  IQ4_NL() {
    super(GgmlType.IQ4_NL);
  }

  @Override
  void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    float d = half(data, at);
    for (int e = 0; e < 32; e++) {
      out[o + e] = d * TABLE[nibble(data, at + 2, e)];
    }
  }

  @Override
  int halfOffset() {
    return 0;
  }

  @Override
  void unpack(Tile tile, int blocks, float[] out, int o) {
    Vectors.unpack(tile, blocks, out, o);
  }

  /** A class of its own, so that the scalar code loads without the vector module. */
  static final class Vectors {

    /** The table, repeated in each sixteen bytes. */
    static final ByteVector NUMBERS = numbers();

    private Vectors() {}

    private static ByteVector numbers() {
      byte[] repeated = new byte[4 * LANES];
      for (int i = 0; i < repeated.length; i++) {
        repeated[i] = TABLE[i % TABLE.length];
      }
      return (ByteVector) INTS.withLanes(byte.class).fromArray(repeated, 0);
    }

    static void unpack(Tile tile, int blocks, float[] out, int o) {
      int[] words = tile.words;
      int[] quants = tile.quants;
      ByteVector table = NUMBERS;
      for (int b = 0; b < blocks; b++) {
        for (int i = 0; i < 4; i++) {
          IntVector q = IntVector.fromArray(INTS, words, (4 * b + i) * LANES);
          q.and(0x0f0f0f0f)
              .reinterpretAsBytes()
              .selectFrom(table)
              .reinterpretAsInts()
              .intoArray(quants, (8 * b + i) * LANES);
          q.lanewise(LSHR, 4)
              .and(0x0f0f0f0f)
              .reinterpretAsBytes()
              .selectFrom(table)
              .reinterpretAsInts()
              .intoArray(quants, (8 * b + 4 + i) * LANES);
        }
      }
      Tile.toFloats(tile.halves, 0, 1, 0, blocks, tile.scales, 0);
      tile.toFloats(32 * blocks, 32, false, out, o);
    }
  }
}

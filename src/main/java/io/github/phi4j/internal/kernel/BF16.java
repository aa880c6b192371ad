package io.github.phi4j.internal.kernel;

import static io.github.phi4j.internal.kernel.VectorWidth.INTS;
import static io.github.phi4j.internal.kernel.VectorWidth.LANES;
import static jdk.incubator.vector.VectorOperators.LSHL;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;

/** The upper halves of 32-bit floats. */
final class BF16 extends BlockFormat {
  BF16() {
    super(GgmlType.BF16);
  }

  @Override
  void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    out[o] = Float.intBitsToFloat(unsignedShort(data, at) << 16);
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
      for (int i = 0; i < Math.ceilDiv(blocks, 2); i++) { // two in a word
        IntVector two = IntVector.fromArray(INTS, words, i * LANES);
        two.lanewise(LSHL, 16).reinterpretAsFloats().intoArray(out, o + 2 * i * LANES);
        two.and(0xffff0000).reinterpretAsFloats().intoArray(out, o + (2 * i + 1) * LANES);
      }
    }
  }
}

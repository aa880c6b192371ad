package io.github.phi4j.internal.kernel;

import static io.github.phi4j.internal.kernel.VectorWidth.INTS;
import static io.github.phi4j.internal.kernel.VectorWidth.LANES;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;

/**
 * 256 elements of 4 + 2 bits; each 16 share a scale: d · scale · (n − 32).
 *
 * <p>The bytes of a block:
 *
 * <ul>
 *   <li>0 to 127: low bits: 64 bytes for each 128 elements, of which the first 64 are in the low
 *       nibbles, the others in the high ones
 *   <li>128 to 191: high bits: 32 bytes for each 128 elements; bits 2k and 2k + 1 of byte i are
 *       those of element 32 · k + i
 *   <li>192 to 207: scales, signed bytes
 *   <li>208, 209: d, a half
 * </ul>
 */
final class Q6_K extends QuantFormat {
  Q6_K() {
    super(GgmlType.Q6_K, 6, 16, 32, 208, NONE);
  }

  @Override
  void quants(MemorySegment data, long at, float[] out, int o) {
    for (int j = 0; j < 8; j++) { // 32 elements
      int k = j % 4;
      long lows = at + j / 4 * 64L + k % 2 * 32L;
      long highs = at + 128 + j / 4 * 32L;
      int shift = k / 2 * 4;
      for (int l = 0; l < 32; l++) {
        int low = unsigned(data, lows + l) >> shift & 15;
        int high = unsigned(data, highs + l) >> (2 * k) & 3;
        out[o + 32 * j + l] = low | high << 4;
      }
    }
  }

  @Override
  int scale(MemorySegment data, long at, int j) {
    return signed(data, at + 192 + j);
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
        for (int i = 0; i < 16; i++) { // the high bits of eight words, 32 columns, share a shift
          int group = i / 8;
          IntVector high = IntVector.fromArray(INTS, words, (52 * b + 32 + i) * LANES);
          IntVector q = IntVector.fromArray(INTS, words, (52 * b + 8 * group + i) * LANES);
          IntVector next = IntVector.fromArray(INTS, words, (52 * b + 8 * group + i + 8) * LANES);
          int to = (64 * b + 24 * group + i) * LANES;
          q.and(0x0f0f0f0f)
              .or(high.lanewise(LSHL, 4).and(0x30303030))
              .reinterpretAsBytes()
              .sub((byte) 32)
              .reinterpretAsInts()
              .intoArray(quants, to);
          next.and(0x0f0f0f0f)
              .or(high.lanewise(LSHL, 2).and(0x30303030))
              .reinterpretAsBytes()
              .sub((byte) 32)
              .reinterpretAsInts()
              .intoArray(quants, to + 8 * LANES);
          q.lanewise(LSHR, 4)
              .and(0x0f0f0f0f)
              .or(high.and(0x30303030))
              .reinterpretAsBytes()
              .sub((byte) 32)
              .reinterpretAsInts()
              .intoArray(quants, to + 16 * LANES);
          next.lanewise(LSHR, 4)
              .and(0x0f0f0f0f)
              .or(high.lanewise(LSHR, 2).and(0x30303030))
              .reinterpretAsBytes()
              .sub((byte) 32)
              .reinterpretAsInts()
              .intoArray(quants, to + 24 * LANES);
        }
        System.arraycopy(words, (52 * b + 48) * LANES, tile.bytes, 4 * b * LANES, 4 * LANES);
      }
      Tile.toFloats(tile.halves, 0, 1, 0, blocks, tile.factors, 0);
      tile.scaleBytes(blocks, 4, tile.scales);
      tile.toFloats(256 * blocks, 16, false, out, o);
    }
  }
}

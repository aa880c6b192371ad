package io.github.phi4j.internal.kernel;

import static io.github.phi4j.internal.kernel.VectorWidth.INTS;
import static io.github.phi4j.internal.kernel.VectorWidth.LANES;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;

/**
 * 256 elements of 4 bits; each 32 share a scale and a minimum: d · scale · n − dMin · min.
 *
 * <p>The bytes of a block:
 *
 * <ul>
 *   <li>0, 1: d, a half
 *   <li>2, 3: dMin, a half
 *   <li>4 to 15: scales and minimums of eight groups, 6 bits each: bytes 0 to 3 have scales 0 to 3
 *       and bytes 4 to 7 minimums 0 to 3 in their low six bits; bytes 8 to 11 have the low four
 *       bits of scales and minimums 4 to 7, whose high two bits are the high bits of bytes 0 to 7
 *   <li>16 to 143: 32 bytes for each 64 elements: the first 32 in the low nibbles, the others in
 *       the high ones
 * </ul>
 */
final class Q4_K extends QuantFormat {
  Q4_K() {
    super(GgmlType.Q4_K, 4, 32, 0, 0, 2);
  }

  @Override
  void quants(MemorySegment data, long at, float[] out, int o) {
    for (int j = 0; j < 8; j++) { // 32 elements
      long from = at + 16 + j / 2 * 32L;
      int shift = j % 2 * 4;
      for (int l = 0; l < 32; l++) {
        out[o + 32 * j + l] = unsigned(data, from + l) >> shift & 15;
      }
    }
  }

  @Override
  int scale(MemorySegment data, long at, int j) {
    return sixBitScale(data, at + 4, j);
  }

  @Override
  int min(MemorySegment data, long at, int j) {
    return sixBitMin(data, at + 4, j);
  }

  /** Scale j of 8. */
  static int sixBitScale(MemorySegment data, long scales, int j) {
    return j < 4
        ? unsigned(data, scales + j) & 63
        : (unsigned(data, scales + j + 4) & 15) | (unsigned(data, scales + j - 4) >> 6 << 4);
  }

  /** Minimum j of 8. */
  static int sixBitMin(MemorySegment data, long scales, int j) {
    return j < 4
        ? unsigned(data, scales + j + 4) & 63
        : (unsigned(data, scales + j + 4) >> 4) | (unsigned(data, scales + j) >> 6 << 4);
  }

  @Override
  void unpack(Tile tile, int blocks, float[] out, int o) {
    Vectors.unpack(tile, blocks, out, o);
  }

  /** A class of its own, so that the scalar code loads without the vector module. */
  static final class Vectors {

    private Vectors() {}

    static void unpack(Tile tile, int blocks, float[] out, int o) {
      int[] words = tile.words;
      int[] quants = tile.quants;
      for (int b = 0; b < blocks; b++) {
        for (int i = 0; i < 32; i++) {
          IntVector q = IntVector.fromArray(INTS, words, (36 * b + 4 + i) * LANES);
          int to = (64 * b + i / 8 * 16 + i % 8) * LANES;
          q.and(0x0f0f0f0f).intoArray(quants, to);
          q.lanewise(LSHR, 4).and(0x0f0f0f0f).intoArray(quants, to + 8 * LANES);
        }
      }
      unpackScales(tile, 36, blocks);
      tile.toFloats(256 * blocks, 32, true, out, o);
    }

    /** Scales and minimums of blocks of the given size in words. */
    static void unpackScales(Tile tile, int step, int blocks) {
      int[] words = tile.words;
      int[] bytes = tile.bytes;
      for (int b = 0; b < blocks; b++) {
        IntVector first = IntVector.fromArray(INTS, words, (step * b + 1) * LANES);
        IntVector last = IntVector.fromArray(INTS, words, (step * b + 3) * LANES);
        first.and(0x3f3f3f3f).intoArray(bytes, 2 * b * LANES);
        last.and(0x0f0f0f0f)
            .or(first.lanewise(LSHR, 2).and(0x30303030))
            .intoArray(bytes, (2 * b + 1) * LANES);
      }
      Tile.toFloats(words, 0, step, 0, blocks, tile.factors, 0);
      tile.scaleBytes(blocks, 2, tile.scales);
      for (int b = 0; b < blocks; b++) {
        IntVector first = IntVector.fromArray(INTS, words, (step * b + 2) * LANES);
        IntVector last = IntVector.fromArray(INTS, words, (step * b + 3) * LANES);
        first.and(0x3f3f3f3f).intoArray(bytes, 2 * b * LANES);
        last.lanewise(LSHR, 4)
            .and(0x0f0f0f0f)
            .or(first.lanewise(LSHR, 2).and(0x30303030))
            .intoArray(bytes, (2 * b + 1) * LANES);
      }
      Tile.toFloats(words, 0, step, 16, blocks, tile.factors, 0);
      tile.scaleBytes(blocks, 2, tile.mins);
    }
  }
}

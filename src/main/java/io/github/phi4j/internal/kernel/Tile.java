package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rows of a matrix being dequantized, one per lane: {@link #stage} interleaves the words of the
 * rows, a {@link BlockFormat} extracts signed bytes and scales in all lanes at once, and {@link
 * #toFloats} multiplies. An element is {@code n * scale - min} with two roundings, as in the scalar
 * code. Vectors are passed in arrays only: as parameters or results they would be boxed wherever
 * the compiler does not inline.
 */
final class Tile {

  /** The maximum columns of a tile: whole blocks of every type. */
  static final int COLUMNS = 1024;

  private static final VectorSpecies<Float> FLOATS = VectorWidth.FLOATS;
  private static final VectorSpecies<Integer> INTS = VectorWidth.INTS;
  private static final int LANES = FLOATS.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);

  /** Rows as in the file. */
  private final MemorySegment copy =
      MemorySegment.ofArray(new byte[(COLUMNS * Float.BYTES + 64) * LANES]);

  /** The words of the file, (word, lanes), without half words. */
  final int[] words = new int[COLUMNS * LANES];

  /** The half words of blocks, (block, lanes). */
  final int[] halves = new int[COLUMNS / 32 * LANES];

  /** Four signed bytes per word: (columns / 4, lanes). */
  final int[] quants = new int[COLUMNS / 4 * LANES];

  /** Scales or minimums as bytes: (four, lanes). */
  final int[] bytes = new int[COLUMNS / 64 * LANES];

  /** The factor of a block's scales: (block, lanes). */
  final float[] factors = new float[COLUMNS / 32 * LANES];

  /** (columns / 16 or 32, lanes). */
  final float[] scales = new float[COLUMNS / 16 * LANES];

  /** (columns / 16 or 32, lanes). */
  final float[] mins = new float[COLUMNS / 16 * LANES];

  /** Interleaves blocks of {@code rows} rows, at most one per lane. */
  void stage(BlockFormat format, MemorySegment data, long at, long rowBytes, int rows, int blocks) {
    int size = format.type().blockBytes();
    int bytes = size * blocks;
    int stride = bytes + 64;
    // Copied first: a bulk copy keeps more cache lines in flight than word loads do.
    for (int lane = 0; lane < rows; lane++) {
      MemorySegment.copy(data, at + lane * rowBytes, copy, (long) lane * stride, bytes);
    }
    boolean whole = size <= 2 || size % 4 == 0; // blocks, or rows of plain floats
    for (int lane = 0; lane < rows; lane++) {
      long row = (long) lane * stride;
      if (whole) {
        stageWords(row, bytes / 4, lane);
        if (bytes % 4 != 0) {
          words[bytes / 4 * LANES + lane] = copy.get(SHORT, row + bytes - 2L);
        }
      } else {
        int half = format.halfOffset();
        stageHalves(row + half, size, blocks, lane);
        if (size < 64) {
          stageShortBlocks(half == 0 ? row + 2 : row, size, blocks, lane);
        } else {
          for (int b = 0; b < blocks; b++) {
            stageWords(half == 0 ? row + 2 : row, size / 4, b * (size / 4) * LANES + lane);
            row += size;
          }
        }
      }
    }
  }

  private void stageWords(long at, int count, int to) {
    int[] out = words;
    for (int i = 0; i < count; i++) {
      out[to + i * LANES] = copy.get(INT, at + 4L * i);
    }
  }

  private void stageHalves(long at, int size, int blocks, int lane) {
    int[] out = halves;
    for (int b = 0; b < blocks; b++) {
      out[b * LANES + lane] = copy.get(SHORT, at + (long) b * size);
    }
  }

  /** Four words per step, repeating the last ones if needed: a tail loop would cost more. */
  private void stageShortBlocks(long first, int size, int blocks, int lane) {
    int[] out = words;
    int count = size / 4;
    for (int b = 0; b < blocks; b++) {
      long at = first + (long) b * size;
      int to = b * count * LANES + lane;
      long two = copy.get(LONG, at);
      out[to] = (int) two;
      out[to + LANES] = (int) (two >>> 32);
      two = copy.get(LONG, at + 8);
      out[to + 2 * LANES] = (int) two;
      out[to + 3 * LANES] = (int) (two >>> 32);
      if (count > 4) {
        at += 4L * (count - 4);
        to += (count - 4) * LANES;
        two = copy.get(LONG, at);
        out[to] = (int) two;
        out[to + LANES] = (int) (two >>> 32);
        two = copy.get(LONG, at + 8);
        out[to + 2 * LANES] = (int) two;
        out[to + 3 * LANES] = (int) (two >>> 32);
      }
    }
  }

  /** Widens half-precision floats exactly, NaN and infinities included. */
  static void toFloats(int[] from, int first, int step, int shift, int count, float[] out, int o) {
    toFloats(from, first, step, shift, count, out, o, 1);
  }

  /** The same, with a stride of {@code outStep} vectors between results. */
  static void toFloats(
      int[] from, int first, int step, int shift, int count, float[] out, int o, int outStep) {
    for (int i = 0; i < count; i++) {
      IntVector half =
          IntVector.fromArray(INTS, from, (first + i * step) * LANES).lanewise(LSHR, shift);
      IntVector size = half.and(0x7fff);
      // All bits or none: of a choice by masks, C2 boxed the masks now and then.
      IntVector infinite = size.add(-0x7c00).lanewise(ASHR, 31).not();
      IntVector subnormal = size.add(-0x400).lanewise(ASHR, 31);
      IntVector normal = size.lanewise(LSHL, 13).add(112 << 23).or(infinite.and(0x7f800000));
      IntVector small = ((FloatVector) size.convert(I2F, 0)).mul(0x1p-24f).reinterpretAsInts();
      normal
          .lanewise(XOR, normal.lanewise(XOR, small).and(subnormal))
          .or(half.and(0x8000).lanewise(LSHL, 16))
          .reinterpretAsFloats()
          .intoArray(out, o + i * outStep * LANES);
    }
  }

  /** Multiplies {@link #bytes}, {@code perBlock} words per block, by the block's factor. */
  void scaleBytes(int blocks, int perBlock, float[] out) {
    for (int b = 0; b < blocks; b++) {
      FloatVector factor = FloatVector.fromArray(FLOATS, factors, b * LANES);
      for (int i = b * perBlock; i < (b + 1) * perBlock; i++) {
        IntVector four = IntVector.fromArray(INTS, bytes, i * LANES);
        int to = 4 * i * LANES;
        factor
            .mul((FloatVector) four.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0))
            .intoArray(out, to);
        factor
            .mul((FloatVector) four.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0))
            .intoArray(out, to + LANES);
        factor
            .mul((FloatVector) four.lanewise(LSHL, 8).lanewise(ASHR, 24).convert(I2F, 0))
            .intoArray(out, to + 2 * LANES);
        factor
            .mul((FloatVector) four.lanewise(ASHR, 24).convert(I2F, 0))
            .intoArray(out, to + 3 * LANES);
      }
    }
  }

  /**
   * {@link #quants} times {@link #scales}, minus {@link #mins} where present.
   *
   * @param count columns
   * @param perScale columns that share a scale: 16 or 32
   * @param out (columns, lanes)
   */
  void toFloats(int count, int perScale, boolean withMins, float[] out, int o) {
    int shift = perScale == 16 ? 2 : 3;
    if (withMins) {
      lessMins(count, shift, out, o);
      return;
    }
    for (int i = 0; i < count / 4; i++) {
      FloatVector scale = FloatVector.fromArray(FLOATS, scales, (i >> shift) * LANES);
      IntVector four = IntVector.fromArray(INTS, quants, i * LANES);
      int to = o + 4 * i * LANES;
      ((FloatVector) four.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0))
          .mul(scale)
          .intoArray(out, to);
      ((FloatVector) four.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0))
          .mul(scale)
          .intoArray(out, to + LANES);
      ((FloatVector) four.lanewise(LSHL, 8).lanewise(ASHR, 24).convert(I2F, 0))
          .mul(scale)
          .intoArray(out, to + 2 * LANES);
      ((FloatVector) four.lanewise(ASHR, 24).convert(I2F, 0))
          .mul(scale)
          .intoArray(out, to + 3 * LANES);
    }
  }

  private void lessMins(int count, int shift, float[] out, int o) {
    for (int i = 0; i < count / 4; i++) {
      FloatVector scale = FloatVector.fromArray(FLOATS, scales, (i >> shift) * LANES);
      FloatVector min = FloatVector.fromArray(FLOATS, mins, (i >> shift) * LANES);
      IntVector four = IntVector.fromArray(INTS, quants, i * LANES);
      int to = o + 4 * i * LANES;
      ((FloatVector) four.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0))
          .mul(scale)
          .sub(min)
          .intoArray(out, to);
      ((FloatVector) four.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0))
          .mul(scale)
          .sub(min)
          .intoArray(out, to + LANES);
      ((FloatVector) four.lanewise(LSHL, 8).lanewise(ASHR, 24).convert(I2F, 0))
          .mul(scale)
          .sub(min)
          .intoArray(out, to + 2 * LANES);
      ((FloatVector) four.lanewise(ASHR, 24).convert(I2F, 0))
          .mul(scale)
          .sub(min)
          .intoArray(out, to + 3 * LANES);
    }
  }
}

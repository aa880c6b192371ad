package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** Products of packed rows of {@link IQ4_NL} and {@link IQ4_XS} with one token. */
final class PackedTableProducts {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Integer> INTS = VectorWidth.INTS;
  private static final VectorSpecies<Float> FLOATS = VectorWidth.FLOATS;
  private static final int LANES = VectorWidth.LANES;
  private static final int ROWS = PackedTile.ROWS;

  /** Scale words before the nibbles of an {@link IQ4_XS} block. */
  private static final int XS_SCALES = 2;

  private PackedTableProducts() {}

  /** The size of a product's scratch space in floats. */
  static int scratchLength(int maxColumns) {
    return maxColumns / 32 * ROWS;
  }

  /**
   * Multiplies two vectors of rows with a token.
   *
   * @param a the byte offset of the scales of one vector of rows
   * @param b that of the other
   * @param x activations, from {@code from} on
   * @param scratch space for the scales, (columns / 32, {@link PackedTile#ROWS})
   * @param sums (2, rows of a vector), written from {@code to} on
   */
  static void multiply(
      PackedMatrix w, long a, long b, float[] x, int from, float[] scratch, float[] sums, int to) {
    PackedLayout layout = w.layout();
    int columns = w.columns();
    if (layout.scaleWords() > 0) {
      int words = columns / PackedLayout.BLOCK * layout.scaleWords();
      HalfScales.Vectors.scales(w.data(), a, words, scratch, 0);
      HalfScales.Vectors.scales(w.data(), b, words, scratch, LANES);
      long scales = layout.scaleBytes(columns);
      products(w.data(), a + scales, b + scales, columns, 0, scratch, x, from, sums, to);
    } else {
      scales(w.data(), a, columns, scratch, 0);
      scales(w.data(), b, columns, scratch, LANES);
      products(w.data(), a, b, columns, XS_SCALES, scratch, x, from, sums, to);
    }
  }

  /** A half-precision scale and eight signed 6-bit scales, in the first words of a block. */
  private static void scales(MemorySegment w, long at, int columns, float[] scales, int to) {
    long stride = PackedLayout.ROWS * (XS_SCALES * 4L + PackedLayout.BLOCK / 2);
    for (int b = 0; b < columns / PackedLayout.BLOCK; b++) {
      MappedReads.touch(w, at);
      IntVector high = IntVector.fromMemorySegment(INTS, w, at + b * stride, ORDER);
      IntVector low = IntVector.fromMemorySegment(INTS, w, at + b * stride + 64, ORDER);
      FloatVector d =
          high.lanewise(LSHL, 16)
              .lanewise(ASHR, 3)
              .and(Widening.HALF)
              .reinterpretAsFloats()
              .mul(Widening.UP)
              .mul(Widening.UP)
              .mul(Widening.DOWN);
      high = high.lanewise(LSHR, 16);
      for (int j = 0; j < 8; j++) {
        IntVector scale = low.and(15).or(high.and(3).lanewise(LSHL, 4)).sub(32);
        d.mul((FloatVector) scale.convert(I2F, 0)).intoArray(scales, to + (8 * b + j) * ROWS);
        low = low.lanewise(LSHR, 4);
        high = high.lanewise(LSHR, 2);
      }
    }
  }

  /**
   * The same chain over the columns as in {@link VectorKernels#multiply}.
   *
   * @param skipped the words before the nibbles of each block
   */
  private static void products(
      MemorySegment w,
      long a,
      long b,
      int columns,
      int skipped,
      float[] scales,
      float[] x,
      int from,
      float[] sums,
      int to) {
    ByteVector table = IQ4_NL.Vectors.NUMBERS;
    IntVector mask = IntVector.broadcast(INTS, 0x0f0f0f0f);
    FloatVector ta = FloatVector.zero(FLOATS);
    FloatVector tb = ta;
    for (int i = 0; i < columns / 32; i++) {
      MappedReads.touch(w, a);
      FloatVector da = FloatVector.fromArray(FLOATS, scales, i * ROWS);
      FloatVector db = FloatVector.fromArray(FLOATS, scales, i * ROWS + LANES);
      long first = i * 256L + (i / 8 + 1) * (skipped * 64L);
      for (int j = 0; j < 8; j++) { // the low nibbles of four words, then the high ones
        long at = first + j % 4 * 64L;
        int shift = j / 4 * 4;
        IntVector va =
            IntVector.fromMemorySegment(INTS, w, a + at, ORDER)
                .lanewise(LSHR, shift)
                .and(mask)
                .reinterpretAsBytes()
                .selectFrom(table)
                .reinterpretAsInts();
        IntVector vb =
            IntVector.fromMemorySegment(INTS, w, b + at, ORDER)
                .lanewise(LSHR, shift)
                .and(mask)
                .reinterpretAsBytes()
                .selectFrom(table)
                .reinterpretAsInts();
        int c = from + 32 * i + 4 * j;
        FloatVector y = FloatVector.broadcast(FLOATS, x[c]);
        FloatVector na = (FloatVector) va.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0);
        FloatVector nb = (FloatVector) vb.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0);
        ta = na.mul(da).fma(y, ta);
        tb = nb.mul(db).fma(y, tb);
        y = FloatVector.broadcast(FLOATS, x[c + 1]);
        na = (FloatVector) va.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0);
        nb = (FloatVector) vb.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0);
        ta = na.mul(da).fma(y, ta);
        tb = nb.mul(db).fma(y, tb);
        y = FloatVector.broadcast(FLOATS, x[c + 2]);
        na = (FloatVector) va.lanewise(LSHL, 8).lanewise(ASHR, 24).convert(I2F, 0);
        nb = (FloatVector) vb.lanewise(LSHL, 8).lanewise(ASHR, 24).convert(I2F, 0);
        ta = na.mul(da).fma(y, ta);
        tb = nb.mul(db).fma(y, tb);
        y = FloatVector.broadcast(FLOATS, x[c + 3]);
        na = (FloatVector) va.lanewise(ASHR, 24).convert(I2F, 0);
        nb = (FloatVector) vb.lanewise(ASHR, 24).convert(I2F, 0);
        ta = na.mul(da).fma(y, ta);
        tb = nb.mul(db).fma(y, tb);
      }
    }
    ta.intoArray(sums, to);
    tb.intoArray(sums, to + LANES);
  }
}

package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vector products of {@link PackedNumbers}: each row's sum is one chain over the columns in order,
 * as in {@link VectorKernels#multiply}. Four vectors of rows at a time hide the latency of the
 * chains.
 */
final class PackedNumberProducts {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Integer> INTS = VectorWidth.INTS;
  private static final VectorSpecies<Float> FLOATS = VectorWidth.FLOATS;
  private static final int LANES = VectorWidth.LANES;
  private static final int SLAB_ROWS = TileProducts.SLAB_ROWS;

  /** The largest batch that is multiplied token by token, unpacking the rows for each. */
  private static final int MAX_ALONE = 2;

  /** Columns of {@link Q8_0} whose scales are widened at a time, a multiple of 64. */
  private static final int SCALED_COLUMNS = 1024;

  // Constants come from arrays: C2 keeps a loaded vector in a register but rebuilds a broadcast.
  private static final int[] HIGHS = filled(0xffff0000);
  private static final int[] HALVES = filled(Widening.HALF);
  private static final int[] BYTES = filled(Widening.BYTE);
  private static final float[] UPS = filled(Widening.UP);
  private static final float[] DOWNS = filled(Widening.DOWN);

  private static final float SCALE = 0x1p-24f;

  private PackedNumberProducts() {}

  private static int[] filled(int number) {
    int[] numbers = new int[LANES];
    Arrays.fill(numbers, number);
    return numbers;
  }

  private static float[] filled(float number) {
    float[] numbers = new float[LANES];
    Arrays.fill(numbers, number);
    return numbers;
  }

  /** As {@link Kernels#multiplyPacked}. */
  static void multiply(
      PackedMatrix w,
      PackedNumbers layout,
      int firstRow,
      int rows,
      Activations x,
      float[] y,
      int yOffset,
      int yStride,
      Scratch scratch) {
    int tokens = x.tokens();
    if (tokens > MAX_ALONE) {
      multiplySlabs(w, layout, firstRow, rows, x.numbers(), tokens, y, yOffset, yStride, scratch);
      return;
    }
    for (int r = 0; r < rows; r += 4 * LANES) {
      // Missing vectors repeat the last one: rare, and cheaper than another kernel.
      long a = w.scalesAt(firstRow + r, 0);
      long b = w.scalesAt(firstRow + Math.min(r + LANES, rows - LANES), 0);
      long c = w.scalesAt(firstRow + Math.min(r + 2 * LANES, rows - LANES), 0);
      long d = w.scalesAt(firstRow + Math.min(r + 3 * LANES, rows - LANES), 0);
      int present = Math.min(4 * LANES, rows - r);
      for (int t = 0; t < tokens; t++) {
        four(w, layout.format(), a, b, c, d, x.numbers(), t * w.columns(), scratch);
        System.arraycopy(scratch.sums, 0, y, t * yStride + yOffset + r, present);
      }
    }
  }

  private static void four(
      PackedMatrix w,
      BlockFormat format,
      long a,
      long b,
      long c,
      long d,
      float[] x,
      int from,
      Scratch scratch) {
    float[] sums = scratch.sums;
    switch (format) {
      case F32 _ -> f32(w.data(), a, b, c, d, w.columns(), x, from, sums);
      case F16 _ -> f16(w.data(), a, b, c, d, w.columns(), x, from, sums);
      case BF16 _ -> bf16(w.data(), a, b, c, d, w.columns(), x, from, sums);
      case Q8_0 _ -> q8(w.data(), a, b, c, d, w.columns(), x, from, scratch.numbers, sums);
      case IQ4_NL _, IQ4_XS _ -> {
        PackedTableProducts.multiply(w, a, b, x, from, scratch.numbers, sums, 0);
        PackedTableProducts.multiply(w, c, d, x, from, scratch.numbers, sums, 2 * LANES);
      }
      default -> throw new IllegalArgumentException(format.type() + " has another packed layout");
    }
  }

  /** As {@link VectorKernels#multiply}, for rows that are side by side already. */
  private static void multiplySlabs(
      PackedMatrix w,
      PackedNumbers layout,
      int firstRow,
      int rows,
      float[] x,
      int tokens,
      float[] y,
      int yOffset,
      int yStride,
      Scratch scratch) {
    int block = layout.type().blockLength();
    int step = tokens < 8 ? Tile.COLUMNS : Tile.COLUMNS / 2;
    for (int r = 0; r < rows; r += SLAB_ROWS) {
      int slabRows = Math.min(SLAB_ROWS, rows - r);
      Arrays.fill(scratch.sums, 0, tokens * SLAB_ROWS, 0);
      for (int from = 0; from < w.columns(); from += step) {
        int count = Math.min(step, w.columns() - from);
        for (int i = 0; i < slabRows; i += LANES) {
          long at = w.scalesAt(firstRow + r + i, 0);
          layout.stage(w.data(), at, w.columns(), from, count, scratch.tile);
          int to = i / LANES * TileProducts.TILE_LENGTH;
          layout.format().unpack(scratch.tile, count / block, scratch.numbers, to);
        }
        TileProducts.add(
            scratch.numbers, slabRows / LANES, count, x, from, w.columns(), tokens, scratch.sums);
      }
      for (int t = 0; t < tokens; t++) {
        System.arraycopy(scratch.sums, t * SLAB_ROWS, y, t * yStride + yOffset + r, slabRows);
      }
    }
  }

  /** Rows of {@link F32}. */
  private static void f32(
      MemorySegment w,
      long a,
      long b,
      long c,
      long d,
      int columns,
      float[] x,
      int from,
      float[] sums) {
    FloatVector ta = FloatVector.zero(FLOATS);
    FloatVector tb = ta;
    FloatVector tc = ta;
    FloatVector td = ta;
    for (int i = 0; i < columns; i++) {
      MappedReads.touch(w, a);
      FloatVector y = FloatVector.broadcast(FLOATS, x[from + i]);
      ta = FloatVector.fromMemorySegment(FLOATS, w, a + i * 64L, ORDER).fma(y, ta);
      tb = FloatVector.fromMemorySegment(FLOATS, w, b + i * 64L, ORDER).fma(y, tb);
      tc = FloatVector.fromMemorySegment(FLOATS, w, c + i * 64L, ORDER).fma(y, tc);
      td = FloatVector.fromMemorySegment(FLOATS, w, d + i * 64L, ORDER).fma(y, td);
    }
    ta.intoArray(sums, 0);
    tb.intoArray(sums, LANES);
    tc.intoArray(sums, 2 * LANES);
    td.intoArray(sums, 3 * LANES);
  }

  /** Rows of {@link BF16}, two columns in a word. */
  private static void bf16(
      MemorySegment w,
      long a,
      long b,
      long c,
      long d,
      int columns,
      float[] x,
      int from,
      float[] sums) {
    IntVector high = IntVector.fromArray(INTS, HIGHS, 0);
    FloatVector ta = FloatVector.zero(FLOATS);
    FloatVector tb = ta;
    FloatVector tc = ta;
    FloatVector td = ta;
    for (int i = 0; i < columns / 2; i++) {
      MappedReads.touch(w, a);
      IntVector va = IntVector.fromMemorySegment(INTS, w, a + i * 64L, ORDER);
      IntVector vb = IntVector.fromMemorySegment(INTS, w, b + i * 64L, ORDER);
      IntVector vc = IntVector.fromMemorySegment(INTS, w, c + i * 64L, ORDER);
      IntVector vd = IntVector.fromMemorySegment(INTS, w, d + i * 64L, ORDER);
      FloatVector y = FloatVector.broadcast(FLOATS, x[from + 2 * i]);
      ta = va.lanewise(LSHL, 16).reinterpretAsFloats().fma(y, ta);
      tb = vb.lanewise(LSHL, 16).reinterpretAsFloats().fma(y, tb);
      tc = vc.lanewise(LSHL, 16).reinterpretAsFloats().fma(y, tc);
      td = vd.lanewise(LSHL, 16).reinterpretAsFloats().fma(y, td);
      y = FloatVector.broadcast(FLOATS, x[from + 2 * i + 1]);
      ta = va.and(high).reinterpretAsFloats().fma(y, ta);
      tb = vb.and(high).reinterpretAsFloats().fma(y, tb);
      tc = vc.and(high).reinterpretAsFloats().fma(y, tc);
      td = vd.and(high).reinterpretAsFloats().fma(y, td);
    }
    ta.intoArray(sums, 0);
    tb.intoArray(sums, LANES);
    tc.intoArray(sums, 2 * LANES);
    td.intoArray(sums, 3 * LANES);
  }

  /** Rows of {@link F16}, two columns in a word. */
  private static void f16(
      MemorySegment w,
      long a,
      long b,
      long c,
      long d,
      int columns,
      float[] x,
      int from,
      float[] sums) {
    IntVector half = IntVector.fromArray(INTS, HALVES, 0);
    FloatVector up = FloatVector.fromArray(FLOATS, UPS, 0);
    FloatVector down = FloatVector.fromArray(FLOATS, DOWNS, 0);
    FloatVector ta = FloatVector.zero(FLOATS);
    FloatVector tb = ta;
    FloatVector tc = ta;
    FloatVector td = ta;
    for (int i = 0; i < columns / 2; i++) {
      MappedReads.touch(w, a);
      IntVector va = IntVector.fromMemorySegment(INTS, w, a + i * 64L, ORDER);
      IntVector vb = IntVector.fromMemorySegment(INTS, w, b + i * 64L, ORDER);
      IntVector vc = IntVector.fromMemorySegment(INTS, w, c + i * 64L, ORDER);
      IntVector vd = IntVector.fromMemorySegment(INTS, w, d + i * 64L, ORDER);
      FloatVector y = FloatVector.broadcast(FLOATS, x[from + 2 * i]);
      ta =
          va.lanewise(LSHL, 16)
              .lanewise(ASHR, 3)
              .and(half)
              .reinterpretAsFloats()
              .mul(up)
              .mul(up)
              .mul(down)
              .fma(y, ta);
      tb =
          vb.lanewise(LSHL, 16)
              .lanewise(ASHR, 3)
              .and(half)
              .reinterpretAsFloats()
              .mul(up)
              .mul(up)
              .mul(down)
              .fma(y, tb);
      tc =
          vc.lanewise(LSHL, 16)
              .lanewise(ASHR, 3)
              .and(half)
              .reinterpretAsFloats()
              .mul(up)
              .mul(up)
              .mul(down)
              .fma(y, tc);
      td =
          vd.lanewise(LSHL, 16)
              .lanewise(ASHR, 3)
              .and(half)
              .reinterpretAsFloats()
              .mul(up)
              .mul(up)
              .mul(down)
              .fma(y, td);
      y = FloatVector.broadcast(FLOATS, x[from + 2 * i + 1]);
      ta =
          va.lanewise(ASHR, 3).and(half).reinterpretAsFloats().mul(up).mul(up).mul(down).fma(y, ta);
      tb =
          vb.lanewise(ASHR, 3).and(half).reinterpretAsFloats().mul(up).mul(up).mul(down).fma(y, tb);
      tc =
          vc.lanewise(ASHR, 3).and(half).reinterpretAsFloats().mul(up).mul(up).mul(down).fma(y, tc);
      td =
          vd.lanewise(ASHR, 3).and(half).reinterpretAsFloats().mul(up).mul(up).mul(down).fma(y, td);
    }
    ta.intoArray(sums, 0);
    tb.intoArray(sums, LANES);
    tc.intoArray(sums, 2 * LANES);
    td.intoArray(sums, 3 * LANES);
  }

  /** Rows of {@link Q8_0}, four columns in a word, the scales of 64 in another. */
  private static void q8(
      MemorySegment w,
      long a,
      long b,
      long c,
      long d,
      int columns,
      float[] x,
      int from,
      float[] scales,
      float[] sums) {
    Arrays.fill(sums, 0, 4 * LANES, 0);
    for (int i = 0; i < columns; i += SCALED_COLUMNS) {
      int count = Math.min(SCALED_COLUMNS, columns - i);
      widen(w, a + i, count / 64, scales, 0);
      widen(w, b + i, count / 64, scales, LANES);
      widen(w, c + i, count / 64, scales, 2 * LANES);
      widen(w, d + i, count / 64, scales, 3 * LANES);
      int first = columns / 64 * 64 + i / 4 * 64;
      bytes(w, a + first, b + first, c + first, d + first, count, scales, x, from + i, sums);
    }
  }

  /** Widens pairs of halves; pairs of numbers go to {@code to}, with a stride of four vectors. */
  private static void widen(MemorySegment w, long at, int count, float[] numbers, int to) {
    for (int i = 0; i < count; i++) {
      MappedReads.touch(w, at);
      IntVector v = IntVector.fromMemorySegment(INTS, w, at + i * 64L, ORDER);
      v.lanewise(LSHL, 16)
          .lanewise(ASHR, 3)
          .and(Widening.HALF)
          .reinterpretAsFloats()
          .mul(Widening.UP)
          .mul(Widening.UP)
          .mul(Widening.DOWN)
          .mul(SCALE)
          .intoArray(numbers, to + 8 * i * LANES);
      v.lanewise(ASHR, 3)
          .and(Widening.HALF)
          .reinterpretAsFloats()
          .mul(Widening.UP)
          .mul(Widening.UP)
          .mul(Widening.DOWN)
          .mul(SCALE)
          .intoArray(numbers, to + (8 * i + 4) * LANES);
    }
  }

  /**
   * Columns of {@link Q8_0}.
   *
   * @param scales (columns / 32, 4, lanes)
   * @param sums (4, lanes), added to
   */
  private static void bytes(
      MemorySegment w,
      long a,
      long b,
      long c,
      long d,
      int columns,
      float[] scales,
      float[] x,
      int from,
      float[] sums) {
    IntVector byteMask = IntVector.fromArray(INTS, BYTES, 0);
    FloatVector ta = FloatVector.fromArray(FLOATS, sums, 0);
    FloatVector tb = FloatVector.fromArray(FLOATS, sums, LANES);
    FloatVector tc = FloatVector.fromArray(FLOATS, sums, 2 * LANES);
    FloatVector td = FloatVector.fromArray(FLOATS, sums, 3 * LANES);
    for (int i = 0; i < columns / 2; i++) { // half a word; with a whole one, the loop is too long
      MappedReads.touch(w, a);
      long at = i / 2 * 64L;
      int shift = i % 2 == 0 ? 16 : 0;
      IntVector va = IntVector.fromMemorySegment(INTS, w, a + at, ORDER).lanewise(LSHL, shift);
      IntVector vb = IntVector.fromMemorySegment(INTS, w, b + at, ORDER).lanewise(LSHL, shift);
      IntVector vc = IntVector.fromMemorySegment(INTS, w, c + at, ORDER).lanewise(LSHL, shift);
      IntVector vd = IntVector.fromMemorySegment(INTS, w, d + at, ORDER).lanewise(LSHL, shift);
      int scale = i / 16 * 4 * LANES;
      FloatVector da = FloatVector.fromArray(FLOATS, scales, scale);
      FloatVector db = FloatVector.fromArray(FLOATS, scales, scale + LANES);
      FloatVector dc = FloatVector.fromArray(FLOATS, scales, scale + 2 * LANES);
      FloatVector dd = FloatVector.fromArray(FLOATS, scales, scale + 3 * LANES);
      FloatVector y = FloatVector.broadcast(FLOATS, x[from + 2 * i]);
      ta = ((FloatVector) va.lanewise(LSHL, 8).and(byteMask).convert(I2F, 0)).mul(da).fma(y, ta);
      tb = ((FloatVector) vb.lanewise(LSHL, 8).and(byteMask).convert(I2F, 0)).mul(db).fma(y, tb);
      tc = ((FloatVector) vc.lanewise(LSHL, 8).and(byteMask).convert(I2F, 0)).mul(dc).fma(y, tc);
      td = ((FloatVector) vd.lanewise(LSHL, 8).and(byteMask).convert(I2F, 0)).mul(dd).fma(y, td);
      y = FloatVector.broadcast(FLOATS, x[from + 2 * i + 1]);
      ta = ((FloatVector) va.and(byteMask).convert(I2F, 0)).mul(da).fma(y, ta);
      tb = ((FloatVector) vb.and(byteMask).convert(I2F, 0)).mul(db).fma(y, tb);
      tc = ((FloatVector) vc.and(byteMask).convert(I2F, 0)).mul(dc).fma(y, tc);
      td = ((FloatVector) vd.and(byteMask).convert(I2F, 0)).mul(dd).fma(y, td);
    }
    ta.intoArray(sums, 0);
    tb.intoArray(sums, LANES);
    tc.intoArray(sums, 2 * LANES);
    td.intoArray(sums, 3 * LANES);
  }
}

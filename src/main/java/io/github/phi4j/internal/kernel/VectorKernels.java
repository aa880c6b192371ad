package io.github.phi4j.internal.kernel;

import io.github.phi4j.api.KvCacheType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vector kernels. Each method is one straight loop, or a few, since vectors that cross a method
 * boundary without inlining are boxed.
 */
final class VectorKernels implements Kernels {

  private static final VectorSpecies<Float> FLOATS = VectorWidth.FLOATS;
  private static final int LANES = VectorWidth.LANES;

  /** The most queries of attention per step: more would not fit the registers. */
  private static final int QUERIES = VectorWidth.REGISTERS == 32 ? QUERY_BLOCK : 4;

  private static final int SLAB_ROWS = TileProducts.SLAB_ROWS;
  private static final int TILE_LENGTH = TileProducts.TILE_LENGTH;

  @Override
  public String name() {
    return "vector-" + FLOATS.vectorBitSize();
  }

  @Override
  public boolean allocateNothing() {
    return true;
  }

  @Override
  public Scratch newScratch(int maxColumns, int maxTokens) {
    float[] numbers =
        new float
            [Math.max(
                SLAB_ROWS / LANES * TILE_LENGTH, PackedTableProducts.scratchLength(maxColumns))];
    return new Scratch(
        new Tile(), new PackedTile(maxColumns), numbers, new float[maxTokens * SLAB_ROWS]);
  }

  /**
   * Unpacks a slab of rows to floats that stay in the cache, multiplies it with all tokens, and
   * moves to the next columns. Rows are lanes: each sum is one chain over the columns in order, so
   * that a row's result depends neither on other rows nor on the batch or the vector width.
   */
  @Override
  public void multiply(
      Matrix w,
      int firstRow,
      int rows,
      float[] x,
      int tokens,
      float[] y,
      int yOffset,
      int yStride,
      Scratch scratch) {
    for (int from = 0; from < rows; from += SLAB_ROWS) {
      int slabRows = Math.min(SLAB_ROWS, rows - from);
      multiplySlab(w, firstRow + from, slabRows, x, tokens, scratch);
      for (int t = 0; t < tokens; t++) {
        System.arraycopy(scratch.sums, t * SLAB_ROWS, y, t * yStride + yOffset + from, slabRows);
      }
    }
  }

  private static void multiplySlab(
      Matrix w, int firstRow, int rows, float[] x, int tokens, Scratch scratch) {
    BlockFormat format = w.format();
    int block = format.type().blockLength();
    Tile tile = scratch.tile;
    float[] numbers = scratch.numbers;
    float[] sums = scratch.sums; // (tokens, SLAB_ROWS)
    Arrays.fill(sums, 0, tokens * SLAB_ROWS, 0);
    int step = tokens < 8 ? Tile.COLUMNS : Tile.COLUMNS / 2; // the tokens must fit the cache, too
    for (int from = 0; from < w.columns(); from += step) {
      int count = Math.min(step, w.columns() - from);
      int tiles = 0;
      for (int r = 0; r < rows; r += LANES) {
        long at = (firstRow + r) * w.rowBytes() + format.type().rowBytes(from);
        int tileRows = Math.min(LANES, rows - r);
        tile.stage(format, w.data(), at, w.rowBytes(), tileRows, count / block);
        format.unpack(tile, count / block, numbers, tiles * TILE_LENGTH);
        tiles++;
      }
      TileProducts.add(numbers, tiles, count, x, from, w.columns(), tokens, sums);
    }
  }

  /**
   * The sum of the lanes in a fixed order. The order of {@code reduceLanes} changes with
   * compilation, and with it the logits of the same text.
   */
  private static float sum(float[] numbers, int from, int length) {
    float sum0 = 0;
    float sum1 = 0;
    float sum2 = 0;
    float sum3 = 0;
    int bound = from + length / 4 * 4;
    for (int i = from; i < bound; i += 4) {
      sum0 += numbers[i];
      sum1 += numbers[i + 1];
      sum2 += numbers[i + 2];
      sum3 += numbers[i + 3];
    }
    for (int i = bound; i < from + length; i++) {
      sum0 += numbers[i];
    }
    return (sum0 + sum1) + (sum2 + sum3);
  }

  @Override
  public void quantize(Activations x, int token, int from, int to) {
    VectorQuantizer.quantize(x, token, from, to);
    for (int i = 0; i < x.layouts().size(); i++) {
      x.writeFactors(x.layouts().get(i), token, from, to);
    }
  }

  @Override
  public void multiplyPacked(
      PackedMatrix w,
      int firstRow,
      int rows,
      Activations x,
      float[] y,
      int yOffset,
      int yStride,
      Scratch scratch) {
    switch (w.layout()) {
      case PackedNumbers layout ->
          PackedNumberProducts.multiply(w, layout, firstRow, rows, x, y, yOffset, yStride, scratch);
      case QuantLayout layout ->
          PackedProduct.multiply(w, layout, firstRow, rows, x, y, yOffset, yStride, scratch);
    }
  }

  /** The sum of squares in a range that none leaves. */
  private static double squares(float[] x, int from, int count) {
    double sum = 0;
    for (int i = from; i < from + count; i++) {
      sum += (double) x[i] * x[i];
    }
    return sum;
  }

  @Override
  public void rmsNorm(
      float[] x, int xOffset, float[] weight, float epsilon, float[] out, int outOffset) {
    int length = weight.length;
    int bound = FLOATS.loopBound(length);
    FloatVector squares = FloatVector.zero(FLOATS);
    for (int i = 0; i < bound; i += LANES) {
      FloatVector v = FloatVector.fromArray(FLOATS, x, xOffset + i);
      squares = v.fma(v, squares);
    }
    double sum = 0;
    if (bound > 0) { // spill the lanes where the result goes
      squares.intoArray(out, outOffset);
      sum = sum(out, outOffset, LANES);
    }
    for (int i = bound; i < length; i++) {
      sum += x[xOffset + i] * x[xOffset + i];
    }
    if (!(sum < Float.POSITIVE_INFINITY)) { // overflowed squares, or NaN
      sum = squares(x, xOffset, length);
    }
    float scale = (float) (1 / Math.sqrt(sum / length + epsilon));
    for (int i = 0; i < bound; i += LANES) {
      FloatVector.fromArray(FLOATS, x, xOffset + i)
          .mul(scale)
          .mul(FloatVector.fromArray(FLOATS, weight, i))
          .intoArray(out, outOffset + i);
    }
    for (int i = bound; i < length; i++) {
      out[outOffset + i] = x[xOffset + i] * scale * weight[i];
    }
  }

  @Override
  public void add(float[] x, int xOffset, float[] y, int yOffset, int length) {
    for (int i = 0; i < length; i++) { // auto-vectorized
      x[xOffset + i] += y[yOffset + i];
    }
  }

  @Override
  public void swiGlu(float[] gateUp, int gate, int up, int length, float[] out, int outOffset) {
    Exponential.of(gateUp, gate, length, -1, 0, out, outOffset);
    for (int i = 0; i < length; i++) { // auto-vectorized
      out[outOffset + i] = gateUp[gate + i] / (1 + out[outOffset + i]) * gateUp[up + i];
    }
  }

  @Override
  public float max(float[] x, int offset, int length) {
    int step = 4 * LANES;
    int bound = length / step * step;
    int end = FLOATS.loopBound(length);
    float max = Float.NEGATIVE_INFINITY;
    if (end > 0) {
      FloatVector max0 = FloatVector.fromArray(FLOATS, x, offset);
      FloatVector max1 = max0;
      FloatVector max2 = max0;
      FloatVector max3 = max0;
      // FloatVector.max has little else to be profiled by, and without a profile would box.
      for (int i = offset; i < offset + bound; i += step) {
        max0 = max0.lanewise(VectorOperators.MAX, FloatVector.fromArray(FLOATS, x, i));
        max1 = max1.lanewise(VectorOperators.MAX, FloatVector.fromArray(FLOATS, x, i + LANES));
        max2 = max2.lanewise(VectorOperators.MAX, FloatVector.fromArray(FLOATS, x, i + 2 * LANES));
        max3 = max3.lanewise(VectorOperators.MAX, FloatVector.fromArray(FLOATS, x, i + 3 * LANES));
      }
      for (int i = offset + bound; i < offset + end; i += LANES) {
        max0 = max0.lanewise(VectorOperators.MAX, FloatVector.fromArray(FLOATS, x, i));
      }
      max =
          max0.lanewise(VectorOperators.MAX, max1)
              .lanewise(VectorOperators.MAX, max2)
              .lanewise(VectorOperators.MAX, max3)
              .reduceLanes(VectorOperators.MAX);
    }
    for (int i = offset + end; i < offset + length; i++) {
      max = Math.max(max, x[i]);
    }
    return max;
  }

  @Override
  public float exponentials(float[] x, int offset, int length, float shift) {
    Exponential.of(x, offset, length, 1, shift, x, offset);
    int step = 4 * LANES;
    int bound = length / step * step;
    if (bound == 0) {
      return sum(x, offset, length);
    }
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = FloatVector.zero(FLOATS);
    FloatVector sum2 = FloatVector.zero(FLOATS);
    FloatVector sum3 = FloatVector.zero(FLOATS);
    for (int i = offset; i < offset + bound; i += step) {
      sum0 = sum0.lanewise(VectorOperators.ADD, FloatVector.fromArray(FLOATS, x, i));
      sum1 = sum1.lanewise(VectorOperators.ADD, FloatVector.fromArray(FLOATS, x, i + LANES));
      sum2 = sum2.lanewise(VectorOperators.ADD, FloatVector.fromArray(FLOATS, x, i + 2 * LANES));
      sum3 = sum3.lanewise(VectorOperators.ADD, FloatVector.fromArray(FLOATS, x, i + 3 * LANES));
    }
    FloatVector first = FloatVector.fromArray(FLOATS, x, offset); // makes room for the lanes
    sum0.lanewise(VectorOperators.ADD, sum1)
        .lanewise(VectorOperators.ADD, sum2.lanewise(VectorOperators.ADD, sum3))
        .intoArray(x, offset);
    float sum = sum(x, offset, LANES);
    first.intoArray(x, offset);
    return sum + sum(x, offset + bound, length - bound);
  }

  @Override
  public void arrange(KvLayout layout, float[] q, int offset, float[] queries, int index) {
    int length = layout.headLength();
    float step = layout.type() == KvCacheType.F16 ? KeyScores8.HALF_STEP : 1;
    int to = queryAt(index, length);
    for (int d = 0; d < length; d++) {
      queries[to + d * QUERY_BLOCK] = q[offset + d] * step;
    }
  }

  /** Where a query's first number is in (blocks, headLength, {@link #QUERY_BLOCK}). */
  private static int queryAt(int index, int headLength) {
    return index / QUERY_BLOCK * QUERY_BLOCK * headLength + index % QUERY_BLOCK;
  }

  @Override
  public void scores(
      KvLayout layout,
      MemorySegment page,
      long at,
      int count,
      float[] queries,
      int queryCount,
      float scale,
      float[] scores,
      int offset) {
    int length = layout.headLength();
    long scales = at + layout.scalesOffset();
    for (int from = 0; from < queryCount; from += QUERIES) {
      boolean eight = Math.min(QUERIES, queryCount - from) > 4;
      int of = queryAt(from, length);
      int to = offset + from * CHUNK;
      switch (layout.type()) {
        case F32 -> {
          if (eight) {
            KeyScores8.ofFloats(page, at, count, length, queries, of, scale, scores, to);
          } else {
            KeyScores4.ofFloats(page, at, count, length, queries, of, scale, scores, to);
          }
        }
        case F16 -> {
          if (eight) {
            KeyScores8.ofHalves(page, at, count, length, queries, of, scale, scores, to);
          } else {
            KeyScores4.ofHalves(page, at, count, length, queries, of, scale, scores, to);
          }
        }
        case Q8_0 -> {
          if (eight) {
            KeyScores8.ofBytes(page, at, scales, count, length, queries, of, scale, scores, to);
          } else {
            KeyScores4.ofBytes(page, at, scales, count, length, queries, of, scale, scores, to);
          }
        }
      }
    }
  }

  @Override
  public void accumulate(
      KvLayout layout,
      MemorySegment page,
      long at,
      int count,
      float[] probabilities,
      int offset,
      int queryCount,
      float[] out,
      int outOffset) {
    int row = layout.rowLength();
    long scales = at + layout.scalesOffset();
    for (int from = 0; from < queryCount; from += QUERIES) {
      int many = Math.min(QUERIES, queryCount - from);
      boolean eight = many > 4;
      int of = offset + from * CHUNK;
      int to = outOffset + from * row;
      switch (layout.type()) {
        case F32 -> {
          if (eight) {
            ValueSums8.ofFloats(page, at, count, probabilities, of, many, row, out, to);
          } else {
            ValueSums4.ofFloats(page, at, count, probabilities, of, many, row, out, to);
          }
        }
        case F16 -> {
          for (int i = 0; i < many; i++) {
            scale(probabilities, of + i * CHUNK, count, Widening.UP);
          }
          if (eight) {
            ValueSums8.ofHalves(page, at, count, probabilities, of, many, row, out, to);
          } else {
            ValueSums4.ofHalves(page, at, count, probabilities, of, many, row, out, to);
          }
        }
        case Q8_0 -> {
          if (count % 2 == 1) { // the last position's pair
            for (int i = 0; i < many; i++) {
              probabilities[of + i * CHUNK + count] = 0;
            }
          }
          if (eight) {
            ValueSums8.ofBytes(page, at, scales, count, probabilities, of, many, row, out, to);
          } else {
            ValueSums4.ofBytes(page, at, scales, count, probabilities, of, many, row, out, to);
          }
        }
      }
    }
  }

  /** Multiplies a page's probabilities, in whole vectors; those beyond the last are not used. */
  private static void scale(float[] x, int offset, int length, float factor) {
    for (int i = offset; i < offset + length; i += LANES) {
      FloatVector.fromArray(FLOATS, x, i).mul(factor).intoArray(x, i);
    }
  }
}

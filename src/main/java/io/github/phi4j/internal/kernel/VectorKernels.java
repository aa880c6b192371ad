package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels on the processor's vectors. Each method is one straight loop, or a few, since vectors
 * that cross a method boundary which the compiler does not inline are boxed.
 */
final class VectorKernels implements Kernels {

  static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, VectorWidth.shape());
  static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, VectorWidth.shape());
  static final int LANES = FLOATS.length();

  private static final int TILE_ROWS = 16;
  private static final int TILE_COLUMNS = 1024;
  private static final VectorShuffle<Float> FOLD_8 = fold(8);
  private static final VectorShuffle<Float> FOLD_4 = fold(4);
  private static final VectorShuffle<Float> FOLD_2 = fold(2);
  private static final VectorShuffle<Float> FOLD_1 = fold(1);

  /** Sign, exponent and mantissa of a half that was shifted right by three, signed. */
  private static final int HALF_MASK = 0x8fffe000;

  /** What the numbers that {@link #HALF_MASK} leaves must be multiplied by, in two steps. */
  private static final float HALF_STEP = 0x1p56f;

  private static final float HALF_SCALE = 0x1p112f;

  private static VectorShuffle<Float> fold(int distance) {
    return VectorShuffle.fromOp(FLOATS, lane -> (lane ^ distance) & (LANES - 1));
  }

  @Override
  public String name() {
    return "vector-" + FLOATS.vectorBitSize();
  }

  @Override
  public int scratchLength(int maxColumns, int maxTokens) {
    return Math.max(
        TILE_ROWS * (TILE_COLUMNS + maxTokens * LANES), PackedProduct.scratchLength(maxColumns));
  }

  /**
   * Unpacks a tile of rows to floats that stay in the cache, uses it for all tokens, and goes on to
   * the next columns. Each sum runs over the columns in order, {@link #LANES} sums side by side
   * that are added at the end: a row's result does not depend on its neighbours or on the batch.
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
      float[] scratch) {
    int most = tokens < 4 ? 4 : TILE_ROWS;
    for (int from = 0; from < rows; from += most) {
      int some = Math.min(most, rows - from);
      multiplyTile(w, firstRow + from, some, x, tokens, y, yOffset + from, yStride, scratch);
    }
  }

  private static void multiplyTile(
      Matrix w,
      int firstRow,
      int rows,
      float[] x,
      int tokens,
      float[] y,
      int yOffset,
      int yStride,
      float[] scratch) {
    int columns = w.columns();
    BlockFormat format = w.format();
    int sums = TILE_ROWS * TILE_COLUMNS; // (rows, tokens, lanes), after the tile
    Arrays.fill(scratch, sums, sums + rows * tokens * LANES, 0);
    int block = format.type().blockLength();
    for (int from = 0; from < columns; from += TILE_COLUMNS) {
      int some = Math.min(TILE_COLUMNS, columns - from);
      int padded = Math.ceilDiv(some, LANES) * LANES;
      for (int r = 0; r < rows; r++) {
        long at = (firstRow + r) * w.rowBytes() + format.type().rowBytes(from);
        format.dequantizeOnVectors(w.data(), at, some / block, scratch, r * TILE_COLUMNS);
      }
      if (padded == some) {
        addProducts(scratch, rows, some, x, columns, from, tokens, sums);
      } else { // rows of this length exist in F32, F16 and BF16 only, and in no model of the family
        addOddProducts(scratch, rows, some, x, columns, from, tokens, sums);
      }
    }
    for (int r = 0; r < rows; r++) {
      for (int t = 0; t < tokens; t++) {
        y[t * yStride + yOffset + r] = sum(scratch, sums + (r * tokens + t) * LANES);
      }
    }
  }

  private static void addProducts(
      float[] scratch, int rows, int some, float[] x, int columns, int from, int tokens, int sums) {
    int r = 0;
    for (; r + 4 <= rows; r += 4) {
      int t = 0;
      int sum = sums + r * tokens * LANES;
      for (; t + 4 <= tokens; t += 4) {
        addFourByFour(
            scratch,
            r * TILE_COLUMNS,
            some,
            x,
            t * columns + from,
            columns,
            sum + t * LANES,
            tokens * LANES);
      }
      for (; t < tokens; t++) {
        addFourByOne(
            scratch,
            r * TILE_COLUMNS,
            some,
            x,
            t * columns + from,
            sum + t * LANES,
            tokens * LANES);
      }
    }
    for (; r < rows; r++) {
      for (int t = 0; t < tokens; t++) {
        addOneByOne(
            scratch,
            r * TILE_COLUMNS,
            some,
            x,
            t * columns + from,
            sums + (r * tokens + t) * LANES);
      }
    }
  }

  private static void addOneByOne(float[] scratch, int w, int some, float[] x, int at, int sum) {
    FloatVector s = FloatVector.fromArray(FLOATS, scratch, sum);
    for (int i = 0; i < some; i += LANES) {
      s =
          FloatVector.fromArray(FLOATS, scratch, w + i)
              .fma(FloatVector.fromArray(FLOATS, x, at + i), s);
    }
    s.intoArray(scratch, sum);
  }

  private static void addOddProducts(
      float[] scratch, int rows, int some, float[] x, int columns, int from, int tokens, int sums) {
    for (int r = 0; r < rows; r++) {
      for (int t = 0; t < tokens; t++) {
        int sum = sums + (r * tokens + t) * LANES;
        for (int i = 0; i < some; i++) {
          int lane = sum + i % LANES;
          float a = scratch[r * TILE_COLUMNS + i];
          scratch[lane] = Math.fma(a, x[t * columns + from + i], scratch[lane]);
        }
      }
    }
  }

  /** Four rows with one token. */
  private static void addFourByOne(
      float[] scratch, int w, int some, float[] x, int at, int sum, int rowSums) {
    FloatVector s0 = FloatVector.fromArray(FLOATS, scratch, sum);
    FloatVector s1 = FloatVector.fromArray(FLOATS, scratch, sum + rowSums);
    FloatVector s2 = FloatVector.fromArray(FLOATS, scratch, sum + 2 * rowSums);
    FloatVector s3 = FloatVector.fromArray(FLOATS, scratch, sum + 3 * rowSums);
    for (int i = 0; i < some; i += LANES) {
      FloatVector v = FloatVector.fromArray(FLOATS, x, at + i);
      s0 = FloatVector.fromArray(FLOATS, scratch, w + i).fma(v, s0);
      s1 = FloatVector.fromArray(FLOATS, scratch, w + TILE_COLUMNS + i).fma(v, s1);
      s2 = FloatVector.fromArray(FLOATS, scratch, w + 2 * TILE_COLUMNS + i).fma(v, s2);
      s3 = FloatVector.fromArray(FLOATS, scratch, w + 3 * TILE_COLUMNS + i).fma(v, s3);
    }
    s0.intoArray(scratch, sum);
    s1.intoArray(scratch, sum + rowSums);
    s2.intoArray(scratch, sum + 2 * rowSums);
    s3.intoArray(scratch, sum + 3 * rowSums);
  }

  /** Four rows with four tokens: sixteen sums that stay in registers. */
  private static void addFourByFour(
      float[] scratch, int w, int some, float[] x, int at, int columns, int sum, int rowSums) {
    FloatVector s00 = FloatVector.fromArray(FLOATS, scratch, sum);
    FloatVector s01 = FloatVector.fromArray(FLOATS, scratch, sum + LANES);
    FloatVector s02 = FloatVector.fromArray(FLOATS, scratch, sum + 2 * LANES);
    FloatVector s03 = FloatVector.fromArray(FLOATS, scratch, sum + 3 * LANES);
    FloatVector s10 = FloatVector.fromArray(FLOATS, scratch, sum + rowSums);
    FloatVector s11 = FloatVector.fromArray(FLOATS, scratch, sum + rowSums + LANES);
    FloatVector s12 = FloatVector.fromArray(FLOATS, scratch, sum + rowSums + 2 * LANES);
    FloatVector s13 = FloatVector.fromArray(FLOATS, scratch, sum + rowSums + 3 * LANES);
    FloatVector s20 = FloatVector.fromArray(FLOATS, scratch, sum + 2 * rowSums);
    FloatVector s21 = FloatVector.fromArray(FLOATS, scratch, sum + 2 * rowSums + LANES);
    FloatVector s22 = FloatVector.fromArray(FLOATS, scratch, sum + 2 * rowSums + 2 * LANES);
    FloatVector s23 = FloatVector.fromArray(FLOATS, scratch, sum + 2 * rowSums + 3 * LANES);
    FloatVector s30 = FloatVector.fromArray(FLOATS, scratch, sum + 3 * rowSums);
    FloatVector s31 = FloatVector.fromArray(FLOATS, scratch, sum + 3 * rowSums + LANES);
    FloatVector s32 = FloatVector.fromArray(FLOATS, scratch, sum + 3 * rowSums + 2 * LANES);
    FloatVector s33 = FloatVector.fromArray(FLOATS, scratch, sum + 3 * rowSums + 3 * LANES);
    for (int i = 0; i < some; i += LANES) {
      FloatVector w0 = FloatVector.fromArray(FLOATS, scratch, w + i);
      FloatVector w1 = FloatVector.fromArray(FLOATS, scratch, w + TILE_COLUMNS + i);
      FloatVector w2 = FloatVector.fromArray(FLOATS, scratch, w + 2 * TILE_COLUMNS + i);
      FloatVector w3 = FloatVector.fromArray(FLOATS, scratch, w + 3 * TILE_COLUMNS + i);
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, at + i);
      s00 = w0.fma(x0, s00);
      s10 = w1.fma(x0, s10);
      s20 = w2.fma(x0, s20);
      s30 = w3.fma(x0, s30);
      FloatVector x1 = FloatVector.fromArray(FLOATS, x, at + columns + i);
      s01 = w0.fma(x1, s01);
      s11 = w1.fma(x1, s11);
      s21 = w2.fma(x1, s21);
      s31 = w3.fma(x1, s31);
      FloatVector x2 = FloatVector.fromArray(FLOATS, x, at + 2 * columns + i);
      s02 = w0.fma(x2, s02);
      s12 = w1.fma(x2, s12);
      s22 = w2.fma(x2, s22);
      s32 = w3.fma(x2, s32);
      FloatVector x3 = FloatVector.fromArray(FLOATS, x, at + 3 * columns + i);
      s03 = w0.fma(x3, s03);
      s13 = w1.fma(x3, s13);
      s23 = w2.fma(x3, s23);
      s33 = w3.fma(x3, s33);
    }
    s00.intoArray(scratch, sum);
    s01.intoArray(scratch, sum + LANES);
    s02.intoArray(scratch, sum + 2 * LANES);
    s03.intoArray(scratch, sum + 3 * LANES);
    s10.intoArray(scratch, sum + rowSums);
    s11.intoArray(scratch, sum + rowSums + LANES);
    s12.intoArray(scratch, sum + rowSums + 2 * LANES);
    s13.intoArray(scratch, sum + rowSums + 3 * LANES);
    s20.intoArray(scratch, sum + 2 * rowSums);
    s21.intoArray(scratch, sum + 2 * rowSums + LANES);
    s22.intoArray(scratch, sum + 2 * rowSums + 2 * LANES);
    s23.intoArray(scratch, sum + 2 * rowSums + 3 * LANES);
    s30.intoArray(scratch, sum + 3 * rowSums);
    s31.intoArray(scratch, sum + 3 * rowSums + LANES);
    s32.intoArray(scratch, sum + 3 * rowSums + 2 * LANES);
    s33.intoArray(scratch, sum + 3 * rowSums + 3 * LANES);
  }

  /**
   * The sum of the lanes at an index; apart, so that no vector is boxed where it is not inlined.
   */
  private static float sum(float[] lanes, int at) {
    return sum(FloatVector.fromArray(FLOATS, lanes, at));
  }

  /**
   * The sum of the lanes, always in the same order. That of {@code reduceLanes} changes when the
   * code is compiled, so that the same text would give other logits a little later.
   */
  private static float sum(FloatVector lanes) {
    FloatVector sums = lanes;
    if (LANES >= 16) {
      sums = sums.add(sums.rearrange(FOLD_8));
    }
    if (LANES >= 8) {
      sums = sums.add(sums.rearrange(FOLD_4));
    }
    if (LANES >= 4) {
      sums = sums.add(sums.rearrange(FOLD_2));
    }
    return sums.add(sums.rearrange(FOLD_1)).lane(0);
  }

  @Override
  public void quantize(float[] x, int from, QuantizedVector out) {
    VectorQuantizer.quantize(x, from, out);
  }

  @Override
  public void multiplyPacked(
      PackedMatrix w,
      int firstRow,
      int rows,
      QuantizedVector x,
      float[] y,
      int yOffset,
      float[] scratch) {
    PackedProduct.multiply(w, firstRow, rows, x, y, yOffset, scratch);
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
    double sum = sum(squares);
    for (int i = bound; i < length; i++) {
      sum += x[xOffset + i] * x[xOffset + i];
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
    for (int i = 0; i < length; i++) { // the compiler makes vectors of it by itself
      x[xOffset + i] += y[yOffset + i];
    }
  }

  @Override
  public void swiGlu(float[] gateUp, int offset, int length, float[] out, int outOffset) {
    int bound = FLOATS.loopBound(length);
    for (int i = 0; i < bound; i += LANES) {
      FloatVector gate = FloatVector.fromArray(FLOATS, gateUp, offset + i);
      FloatVector up = FloatVector.fromArray(FLOATS, gateUp, offset + length + i);
      FloatVector e = Exponential.of(gate.neg());
      gate.div(e.add(1)).mul(up).intoArray(out, outOffset + i);
    }
    for (int i = bound; i < length; i++) {
      float gate = gateUp[offset + i];
      out[outOffset + i] = (float) (gate / (1 + Math.exp(-gate)) * gateUp[offset + length + i]);
    }
  }

  @Override
  public void softmax(float[] scores, int offset, int length) {
    int bound = FLOATS.loopBound(length);
    FloatVector largest = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < bound; i += LANES) {
      largest = largest.max(FloatVector.fromArray(FLOATS, scores, offset + i));
    }
    float max = largest.reduceLanes(VectorOperators.MAX);
    for (int i = bound; i < length; i++) {
      max = Math.max(max, scores[offset + i]);
    }
    FloatVector sums = FloatVector.zero(FLOATS);
    for (int i = 0; i < bound; i += LANES) {
      FloatVector e = Exponential.of(FloatVector.fromArray(FLOATS, scores, offset + i).sub(max));
      e.intoArray(scores, offset + i);
      sums = sums.add(e);
    }
    float sum = sum(sums);
    for (int i = bound; i < length; i++) {
      float e = (float) Math.exp(scores[offset + i] - max);
      scores[offset + i] = e;
      sum += e;
    }
    float scale = 1 / sum;
    for (int i = offset; i < offset + length; i++) {
      scores[i] *= scale;
    }
  }

  @Override
  public void scores(
      KvLayout layout,
      MemorySegment page,
      long at,
      int count,
      float[] q,
      int qOffset,
      int heads,
      float scale,
      float[] scores,
      int scoresOffset,
      int stride) {
    int headLength = layout.headLength();
    int four = layout.half() ? heads / 4 * 4 : 0;
    for (int h = 0; h < heads; h += h < four ? 4 : 1) {
      int query = qOffset + h * headLength;
      int out = scoresOffset + h * stride;
      if (!layout.half()) {
        scoresOfFloats(page, at, count, q, query, headLength, scale, scores, out);
      } else if (h < four) {
        scoresOfFour(page, at, count, q, query, headLength, scale, scores, out, stride);
      } else {
        scoresOfHalves(page, at, count, q, query, headLength, scale, scores, out);
      }
    }
  }

  private static void scoresOfFloats(
      MemorySegment page,
      long at,
      int count,
      float[] q,
      int query,
      int headLength,
      float scale,
      float[] scores,
      int out) {
    for (int position = 0; position < count; position += LANES) {
      long base = at + (long) position * Float.BYTES;
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int d = 0; d < headLength; d++) {
        FloatVector keys =
            FloatVector.fromMemorySegment(
                FLOATS,
                page,
                base + d * (long) (KvLayout.PAGE_LENGTH * Float.BYTES),
                ByteOrder.LITTLE_ENDIAN);
        sum = FloatVector.broadcast(FLOATS, q[query + d]).fma(keys, sum);
      }
      sum.mul(scale).intoArray(scores, out + position);
    }
  }

  private static void scoresOfHalves(
      MemorySegment page,
      long at,
      int count,
      float[] q,
      int query,
      int headLength,
      float scale,
      float[] scores,
      int out) {
    for (int position = 0; position < count; position += 32) {
      for (int i = 0; i < 16; i += LANES) {
        long base = at + (position + 2L * i) * Short.BYTES;
        FloatVector low = FloatVector.zero(FLOATS);
        FloatVector high = FloatVector.zero(FLOATS);
        for (int d = 0; d < headLength; d++) {
          IntVector pairs =
              IntVector.fromMemorySegment(
                  INTS,
                  page,
                  base + d * (long) (KvLayout.PAGE_LENGTH * Short.BYTES),
                  ByteOrder.LITTLE_ENDIAN);
          FloatVector factor = FloatVector.broadcast(FLOATS, q[query + d] * HALF_STEP);
          low = factor.fma(lowHalves(pairs), low);
          high = factor.fma(highHalves(pairs), high);
        }
        low.mul(scale * HALF_STEP).intoArray(scores, out + position + i);
        high.mul(scale * HALF_STEP).intoArray(scores, out + position + i + 16);
      }
    }
  }

  /** As {@link #scoresOfHalves}, for four heads that share the keys. */
  private static void scoresOfFour(
      MemorySegment page,
      long at,
      int count,
      float[] q,
      int query,
      int headLength,
      float scale,
      float[] scores,
      int out,
      int stride) {
    for (int position = 0; position < count; position += 32) {
      for (int i = 0; i < 16; i += LANES) {
        long base = at + (position + 2L * i) * Short.BYTES;
        FloatVector low0 = FloatVector.zero(FLOATS);
        FloatVector low1 = FloatVector.zero(FLOATS);
        FloatVector low2 = FloatVector.zero(FLOATS);
        FloatVector low3 = FloatVector.zero(FLOATS);
        FloatVector high0 = FloatVector.zero(FLOATS);
        FloatVector high1 = FloatVector.zero(FLOATS);
        FloatVector high2 = FloatVector.zero(FLOATS);
        FloatVector high3 = FloatVector.zero(FLOATS);
        for (int d = 0; d < headLength; d++) {
          IntVector pairs =
              IntVector.fromMemorySegment(
                  INTS,
                  page,
                  base + d * (long) (KvLayout.PAGE_LENGTH * Short.BYTES),
                  ByteOrder.LITTLE_ENDIAN);
          FloatVector low = lowHalves(pairs);
          FloatVector high = highHalves(pairs);
          FloatVector q0 = FloatVector.broadcast(FLOATS, q[query + d] * HALF_STEP);
          FloatVector q1 = FloatVector.broadcast(FLOATS, q[query + headLength + d] * HALF_STEP);
          FloatVector q2 = FloatVector.broadcast(FLOATS, q[query + 2 * headLength + d] * HALF_STEP);
          FloatVector q3 = FloatVector.broadcast(FLOATS, q[query + 3 * headLength + d] * HALF_STEP);
          low0 = q0.fma(low, low0);
          high0 = q0.fma(high, high0);
          low1 = q1.fma(low, low1);
          high1 = q1.fma(high, high1);
          low2 = q2.fma(low, low2);
          high2 = q2.fma(high, high2);
          low3 = q3.fma(low, low3);
          high3 = q3.fma(high, high3);
        }
        float rescale = scale * HALF_STEP;
        int to = out + position + i;
        low0.mul(rescale).intoArray(scores, to);
        high0.mul(rescale).intoArray(scores, to + 16);
        low1.mul(rescale).intoArray(scores, to + stride);
        high1.mul(rescale).intoArray(scores, to + stride + 16);
        low2.mul(rescale).intoArray(scores, to + 2 * stride);
        high2.mul(rescale).intoArray(scores, to + 2 * stride + 16);
        low3.mul(rescale).intoArray(scores, to + 3 * stride);
        high3.mul(rescale).intoArray(scores, to + 3 * stride + 16);
      }
    }
  }

  /** The lower of each pair of halves, as floats that are too small by {@link #HALF_SCALE}. */
  private static FloatVector lowHalves(IntVector pairs) {
    return pairs
        .lanewise(VectorOperators.LSHL, 16)
        .lanewise(VectorOperators.ASHR, 3)
        .and(HALF_MASK)
        .reinterpretAsFloats();
  }

  /** The upper of each pair of halves, as floats that are too small by {@link #HALF_SCALE}. */
  private static FloatVector highHalves(IntVector pairs) {
    return pairs.lanewise(VectorOperators.ASHR, 3).and(HALF_MASK).reinterpretAsFloats();
  }

  @Override
  public void accumulate(
      KvLayout layout,
      MemorySegment page,
      long at,
      int count,
      float[] probabilities,
      int offset,
      int stride,
      int heads,
      float[] out,
      int outOffset) {
    int headLength = layout.headLength();
    for (int h = 0; h < heads; h++) {
      int from = offset + h * stride;
      int to = outOffset + h * headLength;
      int vectors = headLength / 32 * 32;
      if (layout.half()) {
        accumulateHalves(page, at, count, probabilities, from, layout.rowBytes(), vectors, out, to);
      } else {
        accumulateFloats(page, at, count, probabilities, from, layout.rowBytes(), vectors, out, to);
      }
      for (int d = vectors; d < headLength; d++) { // no model of the family has such a tail
        float sum = out[to + d];
        for (int i = 0; i < count; i++) {
          sum += probabilities[from + i] * layout.value(page, at, i, d);
        }
        out[to + d] = sum;
      }
    }
  }

  private static void accumulateFloats(
      MemorySegment page,
      long at,
      int count,
      float[] probabilities,
      int from,
      long rowBytes,
      int dimensions,
      float[] out,
      int to) {
    for (int d = 0; d < dimensions; d += LANES) {
      long base = at + (long) d * Float.BYTES;
      FloatVector sum = FloatVector.fromArray(FLOATS, out, to + d);
      for (int i = 0; i < count; i++) {
        FloatVector values =
            FloatVector.fromMemorySegment(
                FLOATS, page, base + i * rowBytes, ByteOrder.LITTLE_ENDIAN);
        sum = FloatVector.broadcast(FLOATS, probabilities[from + i]).fma(values, sum);
      }
      sum.intoArray(out, to + d);
    }
  }

  private static void accumulateHalves(
      MemorySegment page,
      long at,
      int count,
      float[] probabilities,
      int from,
      long rowBytes,
      int dimensions,
      float[] out,
      int to) {
    for (int group = 0; group < dimensions; group += 32) {
      for (int d = 0; d < 16; d += LANES) {
        long base = at + (group + 2L * d) * Short.BYTES;
        FloatVector low = FloatVector.fromArray(FLOATS, out, to + group + d);
        FloatVector high = FloatVector.fromArray(FLOATS, out, to + group + d + 16);
        for (int i = 0; i < count; i++) {
          IntVector pairs =
              IntVector.fromMemorySegment(INTS, page, base + i * rowBytes, ByteOrder.LITTLE_ENDIAN);
          FloatVector p = FloatVector.broadcast(FLOATS, probabilities[from + i] * HALF_SCALE);
          low = p.fma(lowHalves(pairs), low);
          high = p.fma(highHalves(pairs), high);
        }
        low.intoArray(out, to + group + d);
        high.intoArray(out, to + group + d + 16);
      }
    }
  }
}

package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels on the processor's vectors. Each method is one straight loop, or a few, since vectors
 * that cross a method boundary which the compiler does not inline are boxed.
 */
final class VectorKernels implements Kernels {

  static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, VectorWidth.shape());
  static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, VectorWidth.shape());
  static final int LANES = FLOATS.length();

  private static final int SLAB_ROWS = TileProducts.SLAB_ROWS;
  private static final int TILE_LENGTH = TileProducts.TILE_LENGTH;

  /** Sign, exponent and mantissa of a half that was shifted right by three, signed. */
  private static final int HALF_MASK = 0x8fffe000;

  /** What the numbers that {@link #HALF_MASK} leaves must be multiplied by, in two steps. */
  private static final float HALF_STEP = 0x1p56f;

  private static final float HALF_SCALE = 0x1p112f;

  @Override
  public String name() {
    return "vector-" + FLOATS.vectorBitSize();
  }

  @Override
  public Scratch newScratch(int maxColumns, int maxTokens) {
    float[] numbers = new float[SLAB_ROWS / LANES * TILE_LENGTH];
    return new Scratch(new Tile(), new PackedTile(), numbers, new float[maxTokens * SLAB_ROWS]);
  }

  /**
   * Unpacks a slab of rows to floats that stay in the cache, uses it for all tokens, and goes on to
   * the next columns. Rows are lanes: each sum is one chain over the columns in order, so that a
   * row's result depends neither on its neighbours nor on the batch, nor on the vectors' width.
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
      int some = Math.min(SLAB_ROWS, rows - from);
      multiplySlab(w, firstRow + from, some, x, tokens, scratch);
      for (int t = 0; t < tokens; t++) {
        System.arraycopy(scratch.sums, t * SLAB_ROWS, y, t * yStride + yOffset + from, some);
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
        int some = Math.min(LANES, rows - r);
        tile.stage(format, w.data(), at, w.rowBytes(), some, count / block);
        format.unpack(tile, count / block, numbers, tiles * TILE_LENGTH);
        tiles++;
      }
      TileProducts.add(numbers, tiles, count, x, from, w.columns(), tokens, sums);
    }
  }

  /**
   * The sum of numbers, always in the same order. That of {@code reduceLanes} changes when the code
   * is compiled, so that the same text would give other logits a little later.
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
  public void quantize(Activations x, int token) {
    VectorQuantizer.quantize(x, token);
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
    PackedProduct.multiply(w, firstRow, rows, x, y, yOffset, yStride, scratch);
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
    if (bound > 0) { // the lanes go where the result will be
      squares.intoArray(out, outOffset);
      sum = sum(out, outOffset, LANES);
    }
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
    Exponential.of(gateUp, offset, length, -1, 0, out, outOffset);
    for (int i = 0; i < length; i++) { // the compiler makes vectors of it by itself
      out[outOffset + i] =
          gateUp[offset + i] / (1 + out[outOffset + i]) * gateUp[offset + length + i];
    }
  }

  @Override
  public void softmax(float[] scores, int offset, int length) {
    Exponential.of(scores, offset, length, 1, max(scores, offset, length), scores, offset);
    float scale = 1 / sum(scores, offset, length);
    for (int i = offset; i < offset + length; i++) {
      scores[i] *= scale;
    }
  }

  private static float max(float[] numbers, int from, int length) {
    float max0 = Float.NEGATIVE_INFINITY;
    float max1 = Float.NEGATIVE_INFINITY;
    int bound = from + length / 2 * 2;
    for (int i = from; i < bound; i += 2) {
      max0 = Math.max(max0, numbers[i]);
      max1 = Math.max(max1, numbers[i + 1]);
    }
    if (bound < from + length) {
      max0 = Math.max(max0, numbers[bound]);
    }
    return Math.max(max0, max1);
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
          low =
              factor.fma(
                  pairs
                      .lanewise(VectorOperators.LSHL, 16)
                      .lanewise(VectorOperators.ASHR, 3)
                      .and(HALF_MASK)
                      .reinterpretAsFloats(),
                  low);
          high =
              factor.fma(
                  pairs.lanewise(VectorOperators.ASHR, 3).and(HALF_MASK).reinterpretAsFloats(),
                  high);
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
          FloatVector low =
              pairs
                  .lanewise(VectorOperators.LSHL, 16)
                  .lanewise(VectorOperators.ASHR, 3)
                  .and(HALF_MASK)
                  .reinterpretAsFloats();
          FloatVector high =
              pairs.lanewise(VectorOperators.ASHR, 3).and(HALF_MASK).reinterpretAsFloats();
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
          low =
              p.fma(
                  pairs
                      .lanewise(VectorOperators.LSHL, 16)
                      .lanewise(VectorOperators.ASHR, 3)
                      .and(HALF_MASK)
                      .reinterpretAsFloats(),
                  low);
          high =
              p.fma(
                  pairs.lanewise(VectorOperators.ASHR, 3).and(HALF_MASK).reinterpretAsFloats(),
                  high);
        }
        low.intoArray(out, to + group + d);
        high.intoArray(out, to + group + d + 16);
      }
    }
  }
}

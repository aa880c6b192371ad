package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Dot products of queries with the keys of a page, one method per cache type. Positions are lanes.
 * Each method serves up to four heads that share the keys; with fewer, the last head is computed
 * repeatedly, which costs less than unpacking the keys per head.
 */
final class KeyScores {

  private static final VectorSpecies<Float> FLOATS = VectorWidth.FLOATS;
  private static final VectorSpecies<Integer> INTS = VectorWidth.INTS;
  private static final int LANES = VectorWidth.LANES;

  /** The root of {@link Widening#UP}: half of the way by the query, half by the score. */
  private static final float HALF_STEP = 0x1p56f;

  /** Widens half-precision scales of bytes that are 2²⁴ times as large: 2¹¹² · 2⁻²⁴. */
  private static final float SCALE_STEP = 0x1p88f;

  private KeyScores() {}

  static void ofFloats(
      MemorySegment page,
      long at,
      int count,
      float[] q,
      int query,
      int headLength,
      int heads,
      float scale,
      float[] scores,
      int out,
      int stride) {
    int h1 = Math.min(1, heads - 1);
    int h2 = Math.min(2, heads - 1);
    int h3 = Math.min(3, heads - 1);
    for (int position = 0; position < count; position += 2 * LANES) {
      MappedReads.touch(page, at);
      long base = at + (long) position * Float.BYTES;
      FloatVector low0 = FloatVector.zero(FLOATS);
      FloatVector low1 = FloatVector.zero(FLOATS);
      FloatVector low2 = FloatVector.zero(FLOATS);
      FloatVector low3 = FloatVector.zero(FLOATS);
      FloatVector high0 = FloatVector.zero(FLOATS);
      FloatVector high1 = FloatVector.zero(FLOATS);
      FloatVector high2 = FloatVector.zero(FLOATS);
      FloatVector high3 = FloatVector.zero(FLOATS);
      for (int d = 0; d < headLength; d++) {
        long row = base + d * (long) (KvLayout.PAGE_LENGTH * Float.BYTES);
        FloatVector low = FloatVector.fromMemorySegment(FLOATS, page, row, ByteOrder.LITTLE_ENDIAN);
        FloatVector high =
            FloatVector.fromMemorySegment(
                FLOATS, page, row + (long) LANES * Float.BYTES, ByteOrder.LITTLE_ENDIAN);
        FloatVector q0 = FloatVector.broadcast(FLOATS, q[query + d]);
        FloatVector q1 = FloatVector.broadcast(FLOATS, q[query + h1 * headLength + d]);
        FloatVector q2 = FloatVector.broadcast(FLOATS, q[query + h2 * headLength + d]);
        FloatVector q3 = FloatVector.broadcast(FLOATS, q[query + h3 * headLength + d]);
        low0 = q0.fma(low, low0);
        high0 = q0.fma(high, high0);
        low1 = q1.fma(low, low1);
        high1 = q1.fma(high, high1);
        low2 = q2.fma(low, low2);
        high2 = q2.fma(high, high2);
        low3 = q3.fma(low, low3);
        high3 = q3.fma(high, high3);
      }
      int to = out + position;
      low0.mul(scale).intoArray(scores, to);
      high0.mul(scale).intoArray(scores, to + LANES);
      low1.mul(scale).intoArray(scores, to + h1 * stride);
      high1.mul(scale).intoArray(scores, to + h1 * stride + LANES);
      low2.mul(scale).intoArray(scores, to + h2 * stride);
      high2.mul(scale).intoArray(scores, to + h2 * stride + LANES);
      low3.mul(scale).intoArray(scores, to + h3 * stride);
      high3.mul(scale).intoArray(scores, to + h3 * stride + LANES);
    }
  }

  static void ofHalves(
      MemorySegment page,
      long at,
      int count,
      float[] q,
      int query,
      int headLength,
      int heads,
      float scale,
      float[] scores,
      int out,
      int stride) {
    int h1 = Math.min(1, heads - 1);
    int h2 = Math.min(2, heads - 1);
    int h3 = Math.min(3, heads - 1);
    for (int position = 0; position < count; position += 32) {
      MappedReads.touch(page, at);
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
                  .and(Widening.HALF)
                  .reinterpretAsFloats();
          FloatVector high =
              pairs.lanewise(VectorOperators.ASHR, 3).and(Widening.HALF).reinterpretAsFloats();
          FloatVector q0 = FloatVector.broadcast(FLOATS, q[query + d] * HALF_STEP);
          FloatVector q1 =
              FloatVector.broadcast(FLOATS, q[query + h1 * headLength + d] * HALF_STEP);
          FloatVector q2 =
              FloatVector.broadcast(FLOATS, q[query + h2 * headLength + d] * HALF_STEP);
          FloatVector q3 =
              FloatVector.broadcast(FLOATS, q[query + h3 * headLength + d] * HALF_STEP);
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
        low1.mul(rescale).intoArray(scores, to + h1 * stride);
        high1.mul(rescale).intoArray(scores, to + h1 * stride + 16);
        low2.mul(rescale).intoArray(scores, to + h2 * stride);
        high2.mul(rescale).intoArray(scores, to + h2 * stride + 16);
        low3.mul(rescale).intoArray(scores, to + h3 * stride);
        high3.mul(rescale).intoArray(scores, to + h3 * stride + 16);
      }
    }
  }

  /** Byte times scale is exact in single precision, so keys equal their dequantized values. */
  static void ofBytes(
      MemorySegment page,
      long at,
      long scales,
      int count,
      float[] q,
      int query,
      int headLength,
      int heads,
      float scale,
      float[] scores,
      int out,
      int stride) {
    int h1 = Math.min(1, heads - 1);
    int h2 = Math.min(2, heads - 1);
    int h3 = Math.min(3, heads - 1);
    for (int position = 0; position < count; position += 32) {
      MappedReads.touch(page, at);
      int shift = 24 - position / 2; // two of the four bytes
      for (int i = 0; i < 16; i += LANES) {
        long base = at + 4L * i;
        FloatVector low0 = FloatVector.zero(FLOATS);
        FloatVector low1 = FloatVector.zero(FLOATS);
        FloatVector low2 = FloatVector.zero(FLOATS);
        FloatVector low3 = FloatVector.zero(FLOATS);
        FloatVector high0 = FloatVector.zero(FLOATS);
        FloatVector high1 = FloatVector.zero(FLOATS);
        FloatVector high2 = FloatVector.zero(FLOATS);
        FloatVector high3 = FloatVector.zero(FLOATS);
        for (int block = 0; block < headLength; block += KvLayout.BLOCK) {
          int end = Math.min(headLength, block + KvLayout.BLOCK);
          IntVector pairs =
              IntVector.fromMemorySegment(
                  INTS,
                  page,
                  scales
                      + Short.BYTES
                          * ((long) block / KvLayout.BLOCK * KvLayout.PAGE_LENGTH
                              + position
                              + 2L * i),
                  ByteOrder.LITTLE_ENDIAN);
          FloatVector lowScale =
              pairs
                  .lanewise(VectorOperators.LSHL, 16)
                  .lanewise(VectorOperators.ASHR, 3)
                  .and(Widening.HALF)
                  .reinterpretAsFloats()
                  .mul(SCALE_STEP);
          FloatVector highScale =
              pairs
                  .lanewise(VectorOperators.ASHR, 3)
                  .and(Widening.HALF)
                  .reinterpretAsFloats()
                  .mul(SCALE_STEP);
          for (int d = block; d < end; d++) {
            IntVector bytes =
                IntVector.fromMemorySegment(
                    INTS, page, base + d * (long) KvLayout.PAGE_LENGTH, ByteOrder.LITTLE_ENDIAN);
            FloatVector low =
                ((FloatVector)
                        bytes
                            .lanewise(VectorOperators.LSHL, shift)
                            .and(Widening.BYTE)
                            .convert(VectorOperators.I2F, 0))
                    .mul(lowScale);
            FloatVector high =
                ((FloatVector)
                        bytes
                            .lanewise(VectorOperators.LSHL, shift - 8)
                            .and(Widening.BYTE)
                            .convert(VectorOperators.I2F, 0))
                    .mul(highScale);
            FloatVector q0 = FloatVector.broadcast(FLOATS, q[query + d]);
            FloatVector q1 = FloatVector.broadcast(FLOATS, q[query + h1 * headLength + d]);
            FloatVector q2 = FloatVector.broadcast(FLOATS, q[query + h2 * headLength + d]);
            FloatVector q3 = FloatVector.broadcast(FLOATS, q[query + h3 * headLength + d]);
            low0 = q0.fma(low, low0);
            high0 = q0.fma(high, high0);
            low1 = q1.fma(low, low1);
            high1 = q1.fma(high, high1);
            low2 = q2.fma(low, low2);
            high2 = q2.fma(high, high2);
            low3 = q3.fma(low, low3);
            high3 = q3.fma(high, high3);
          }
        }
        int to = out + position + i;
        low0.mul(scale).intoArray(scores, to);
        high0.mul(scale).intoArray(scores, to + 16);
        low1.mul(scale).intoArray(scores, to + h1 * stride);
        high1.mul(scale).intoArray(scores, to + h1 * stride + 16);
        low2.mul(scale).intoArray(scores, to + h2 * stride);
        high2.mul(scale).intoArray(scores, to + h2 * stride + 16);
        low3.mul(scale).intoArray(scores, to + h3 * stride);
        high3.mul(scale).intoArray(scores, to + h3 * stride + 16);
      }
    }
  }
}

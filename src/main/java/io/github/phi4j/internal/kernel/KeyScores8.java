package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Dot products of several queries at a time with the keys of a page, one method per cache type.
 * Positions are lanes. Queries are read from blocks of (dimension, {@link Kernels#QUERY_BLOCK}). If
 * there are fewer, the others are computed all the same: that costs less than another loop. The
 * build makes the class for four queries from that for eight ({@code src/build/Copies.java}).
 */
final class KeyScores8 {

  private static final int QUERIES = 8;

  private static final VectorSpecies<Float> FLOATS = VectorWidth.FLOATS;
  private static final VectorSpecies<Integer> INTS = VectorWidth.INTS;
  private static final int LANES = VectorWidth.LANES;
  private static final int CHUNK = Kernels.CHUNK;
  private static final int STRIDE = Kernels.QUERY_BLOCK;

  /** The root of {@link Widening#UP}: half of the way by the query, half by the score. */
  static final float HALF_STEP = 0x1p56f;

  /** Widens half-precision scales of bytes that are 2²⁴ times as large: 2¹¹² · 2⁻²⁴. */
  private static final float SCALE_STEP = 0x1p88f;

  private KeyScores8() {}

  static void ofFloats(
      MemorySegment page,
      long at,
      int count,
      int headLength,
      float[] queries,
      int query,
      float scale,
      float[] scores,
      int out) {
    for (int position = 0; position < count; position += 2 * LANES) {
      MappedReads.touch(page, at);
      long base = at + (long) position * Float.BYTES;
      FloatVector low0 = FloatVector.zero(FLOATS);
      FloatVector high0 = FloatVector.zero(FLOATS);
      FloatVector low1 = FloatVector.zero(FLOATS);
      FloatVector high1 = FloatVector.zero(FLOATS);
      FloatVector low2 = FloatVector.zero(FLOATS);
      FloatVector high2 = FloatVector.zero(FLOATS);
      FloatVector low3 = FloatVector.zero(FLOATS);
      FloatVector high3 = FloatVector.zero(FLOATS);
      FloatVector low4 = FloatVector.zero(FLOATS);
      FloatVector high4 = FloatVector.zero(FLOATS);
      FloatVector low5 = FloatVector.zero(FLOATS);
      FloatVector high5 = FloatVector.zero(FLOATS);
      FloatVector low6 = FloatVector.zero(FLOATS);
      FloatVector high6 = FloatVector.zero(FLOATS);
      FloatVector low7 = FloatVector.zero(FLOATS);
      FloatVector high7 = FloatVector.zero(FLOATS);
      for (int d = 0; d < headLength; d++) {
        long row = base + d * (long) (KvLayout.PAGE_LENGTH * Float.BYTES);
        FloatVector low = FloatVector.fromMemorySegment(FLOATS, page, row, ByteOrder.LITTLE_ENDIAN);
        FloatVector high =
            FloatVector.fromMemorySegment(
                FLOATS, page, row + (long) LANES * Float.BYTES, ByteOrder.LITTLE_ENDIAN);
        int q = query + d * STRIDE;
        FloatVector q0 = FloatVector.broadcast(FLOATS, queries[q]);
        low0 = q0.fma(low, low0);
        high0 = q0.fma(high, high0);
        FloatVector q1 = FloatVector.broadcast(FLOATS, queries[q + 1]);
        low1 = q1.fma(low, low1);
        high1 = q1.fma(high, high1);
        FloatVector q2 = FloatVector.broadcast(FLOATS, queries[q + 2]);
        low2 = q2.fma(low, low2);
        high2 = q2.fma(high, high2);
        FloatVector q3 = FloatVector.broadcast(FLOATS, queries[q + 3]);
        low3 = q3.fma(low, low3);
        high3 = q3.fma(high, high3);
        if (QUERIES > 4) {
          FloatVector q4 = FloatVector.broadcast(FLOATS, queries[q + 4]);
          low4 = q4.fma(low, low4);
          high4 = q4.fma(high, high4);
          FloatVector q5 = FloatVector.broadcast(FLOATS, queries[q + 5]);
          low5 = q5.fma(low, low5);
          high5 = q5.fma(high, high5);
          FloatVector q6 = FloatVector.broadcast(FLOATS, queries[q + 6]);
          low6 = q6.fma(low, low6);
          high6 = q6.fma(high, high6);
          FloatVector q7 = FloatVector.broadcast(FLOATS, queries[q + 7]);
          low7 = q7.fma(low, low7);
          high7 = q7.fma(high, high7);
        }
      }
      int to = out + position;
      low0.mul(scale).intoArray(scores, to);
      high0.mul(scale).intoArray(scores, to + LANES);
      low1.mul(scale).intoArray(scores, to + CHUNK);
      high1.mul(scale).intoArray(scores, to + CHUNK + LANES);
      low2.mul(scale).intoArray(scores, to + 2 * CHUNK);
      high2.mul(scale).intoArray(scores, to + 2 * CHUNK + LANES);
      low3.mul(scale).intoArray(scores, to + 3 * CHUNK);
      high3.mul(scale).intoArray(scores, to + 3 * CHUNK + LANES);
      if (QUERIES > 4) {
        low4.mul(scale).intoArray(scores, to + 4 * CHUNK);
        high4.mul(scale).intoArray(scores, to + 4 * CHUNK + LANES);
        low5.mul(scale).intoArray(scores, to + 5 * CHUNK);
        high5.mul(scale).intoArray(scores, to + 5 * CHUNK + LANES);
        low6.mul(scale).intoArray(scores, to + 6 * CHUNK);
        high6.mul(scale).intoArray(scores, to + 6 * CHUNK + LANES);
        low7.mul(scale).intoArray(scores, to + 7 * CHUNK);
        high7.mul(scale).intoArray(scores, to + 7 * CHUNK + LANES);
      }
    }
  }

  /** Of queries times {@link #HALF_STEP}. */
  static void ofHalves(
      MemorySegment page,
      long at,
      int count,
      int headLength,
      float[] queries,
      int query,
      float scale,
      float[] scores,
      int out) {
    for (int position = 0; position < count; position += 32) {
      MappedReads.touch(page, at);
      for (int i = 0; i < 16; i += LANES) {
        long base = at + (position + 2L * i) * Short.BYTES;
        FloatVector low0 = FloatVector.zero(FLOATS);
        FloatVector high0 = FloatVector.zero(FLOATS);
        FloatVector low1 = FloatVector.zero(FLOATS);
        FloatVector high1 = FloatVector.zero(FLOATS);
        FloatVector low2 = FloatVector.zero(FLOATS);
        FloatVector high2 = FloatVector.zero(FLOATS);
        FloatVector low3 = FloatVector.zero(FLOATS);
        FloatVector high3 = FloatVector.zero(FLOATS);
        FloatVector low4 = FloatVector.zero(FLOATS);
        FloatVector high4 = FloatVector.zero(FLOATS);
        FloatVector low5 = FloatVector.zero(FLOATS);
        FloatVector high5 = FloatVector.zero(FLOATS);
        FloatVector low6 = FloatVector.zero(FLOATS);
        FloatVector high6 = FloatVector.zero(FLOATS);
        FloatVector low7 = FloatVector.zero(FLOATS);
        FloatVector high7 = FloatVector.zero(FLOATS);
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
          int q = query + d * STRIDE;
          FloatVector q0 = FloatVector.broadcast(FLOATS, queries[q]);
          low0 = q0.fma(low, low0);
          high0 = q0.fma(high, high0);
          FloatVector q1 = FloatVector.broadcast(FLOATS, queries[q + 1]);
          low1 = q1.fma(low, low1);
          high1 = q1.fma(high, high1);
          FloatVector q2 = FloatVector.broadcast(FLOATS, queries[q + 2]);
          low2 = q2.fma(low, low2);
          high2 = q2.fma(high, high2);
          FloatVector q3 = FloatVector.broadcast(FLOATS, queries[q + 3]);
          low3 = q3.fma(low, low3);
          high3 = q3.fma(high, high3);
          if (QUERIES > 4) {
            FloatVector q4 = FloatVector.broadcast(FLOATS, queries[q + 4]);
            low4 = q4.fma(low, low4);
            high4 = q4.fma(high, high4);
            FloatVector q5 = FloatVector.broadcast(FLOATS, queries[q + 5]);
            low5 = q5.fma(low, low5);
            high5 = q5.fma(high, high5);
            FloatVector q6 = FloatVector.broadcast(FLOATS, queries[q + 6]);
            low6 = q6.fma(low, low6);
            high6 = q6.fma(high, high6);
            FloatVector q7 = FloatVector.broadcast(FLOATS, queries[q + 7]);
            low7 = q7.fma(low, low7);
            high7 = q7.fma(high, high7);
          }
        }
        float rescale = scale * HALF_STEP;
        int to = out + position + i;
        low0.mul(rescale).intoArray(scores, to);
        high0.mul(rescale).intoArray(scores, to + 16);
        low1.mul(rescale).intoArray(scores, to + CHUNK);
        high1.mul(rescale).intoArray(scores, to + CHUNK + 16);
        low2.mul(rescale).intoArray(scores, to + 2 * CHUNK);
        high2.mul(rescale).intoArray(scores, to + 2 * CHUNK + 16);
        low3.mul(rescale).intoArray(scores, to + 3 * CHUNK);
        high3.mul(rescale).intoArray(scores, to + 3 * CHUNK + 16);
        if (QUERIES > 4) {
          low4.mul(rescale).intoArray(scores, to + 4 * CHUNK);
          high4.mul(rescale).intoArray(scores, to + 4 * CHUNK + 16);
          low5.mul(rescale).intoArray(scores, to + 5 * CHUNK);
          high5.mul(rescale).intoArray(scores, to + 5 * CHUNK + 16);
          low6.mul(rescale).intoArray(scores, to + 6 * CHUNK);
          high6.mul(rescale).intoArray(scores, to + 6 * CHUNK + 16);
          low7.mul(rescale).intoArray(scores, to + 7 * CHUNK);
          high7.mul(rescale).intoArray(scores, to + 7 * CHUNK + 16);
        }
      }
    }
  }

  /** Byte times scale is exact in single precision, so keys equal their dequantized values. */
  static void ofBytes(
      MemorySegment page,
      long at,
      long scales,
      int count,
      int headLength,
      float[] queries,
      int query,
      float scale,
      float[] scores,
      int out) {
    for (int position = 0; position < count; position += 32) {
      MappedReads.touch(page, at);
      int shift = 24 - position / 2; // two of the four bytes
      for (int i = 0; i < 16; i += LANES) {
        long base = at + 4L * i;
        FloatVector low0 = FloatVector.zero(FLOATS);
        FloatVector high0 = FloatVector.zero(FLOATS);
        FloatVector low1 = FloatVector.zero(FLOATS);
        FloatVector high1 = FloatVector.zero(FLOATS);
        FloatVector low2 = FloatVector.zero(FLOATS);
        FloatVector high2 = FloatVector.zero(FLOATS);
        FloatVector low3 = FloatVector.zero(FLOATS);
        FloatVector high3 = FloatVector.zero(FLOATS);
        FloatVector low4 = FloatVector.zero(FLOATS);
        FloatVector high4 = FloatVector.zero(FLOATS);
        FloatVector low5 = FloatVector.zero(FLOATS);
        FloatVector high5 = FloatVector.zero(FLOATS);
        FloatVector low6 = FloatVector.zero(FLOATS);
        FloatVector high6 = FloatVector.zero(FLOATS);
        FloatVector low7 = FloatVector.zero(FLOATS);
        FloatVector high7 = FloatVector.zero(FLOATS);
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
            int q = query + d * STRIDE;
            FloatVector q0 = FloatVector.broadcast(FLOATS, queries[q]);
            low0 = q0.fma(low, low0);
            high0 = q0.fma(high, high0);
            FloatVector q1 = FloatVector.broadcast(FLOATS, queries[q + 1]);
            low1 = q1.fma(low, low1);
            high1 = q1.fma(high, high1);
            FloatVector q2 = FloatVector.broadcast(FLOATS, queries[q + 2]);
            low2 = q2.fma(low, low2);
            high2 = q2.fma(high, high2);
            FloatVector q3 = FloatVector.broadcast(FLOATS, queries[q + 3]);
            low3 = q3.fma(low, low3);
            high3 = q3.fma(high, high3);
            if (QUERIES > 4) {
              FloatVector q4 = FloatVector.broadcast(FLOATS, queries[q + 4]);
              low4 = q4.fma(low, low4);
              high4 = q4.fma(high, high4);
              FloatVector q5 = FloatVector.broadcast(FLOATS, queries[q + 5]);
              low5 = q5.fma(low, low5);
              high5 = q5.fma(high, high5);
              FloatVector q6 = FloatVector.broadcast(FLOATS, queries[q + 6]);
              low6 = q6.fma(low, low6);
              high6 = q6.fma(high, high6);
              FloatVector q7 = FloatVector.broadcast(FLOATS, queries[q + 7]);
              low7 = q7.fma(low, low7);
              high7 = q7.fma(high, high7);
            }
          }
        }
        int to = out + position + i;
        low0.mul(scale).intoArray(scores, to);
        high0.mul(scale).intoArray(scores, to + 16);
        low1.mul(scale).intoArray(scores, to + CHUNK);
        high1.mul(scale).intoArray(scores, to + CHUNK + 16);
        low2.mul(scale).intoArray(scores, to + 2 * CHUNK);
        high2.mul(scale).intoArray(scores, to + 2 * CHUNK + 16);
        low3.mul(scale).intoArray(scores, to + 3 * CHUNK);
        high3.mul(scale).intoArray(scores, to + 3 * CHUNK + 16);
        if (QUERIES > 4) {
          low4.mul(scale).intoArray(scores, to + 4 * CHUNK);
          high4.mul(scale).intoArray(scores, to + 4 * CHUNK + 16);
          low5.mul(scale).intoArray(scores, to + 5 * CHUNK);
          high5.mul(scale).intoArray(scores, to + 5 * CHUNK + 16);
          low6.mul(scale).intoArray(scores, to + 6 * CHUNK);
          high6.mul(scale).intoArray(scores, to + 6 * CHUNK + 16);
          low7.mul(scale).intoArray(scores, to + 7 * CHUNK);
          high7.mul(scale).intoArray(scores, to + 7 * CHUNK + 16);
        }
      }
    }
  }
}

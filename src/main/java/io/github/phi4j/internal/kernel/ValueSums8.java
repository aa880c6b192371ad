package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Probability-weighted sums of a page's values for several queries at a time, one method per cache
 * type. Dimensions are lanes. Outputs are padded to whole blocks per query. If there are fewer
 * queries, the surplus results go to the last one's row, which is stored after them: rows are
 * stored in descending order. The build makes the class for four queries from that for eight
 * ({@code src/build/Copies.java}).
 */
final class ValueSums8 {

  private static final int QUERIES = 8;

  private static final VectorSpecies<Float> FLOATS = VectorWidth.FLOATS;
  private static final VectorSpecies<Integer> INTS = VectorWidth.INTS;
  private static final int LANES = VectorWidth.LANES;
  private static final int CHUNK = Kernels.CHUNK;
  private static final float BYTE_SCALE = 0x1p-24f;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private ValueSums8() {}

  static void ofFloats(
      MemorySegment page,
      long at,
      int count,
      float[] probabilities,
      int from,
      int queries,
      int rowLength,
      float[] out,
      int to) {
    int last = queries - 1;
    int r0 = to;
    int r1 = to + Math.min(1, last) * rowLength;
    int r2 = to + Math.min(2, last) * rowLength;
    int r3 = to + Math.min(3, last) * rowLength;
    int r4 = to + Math.min(4, last) * rowLength;
    int r5 = to + Math.min(5, last) * rowLength;
    int r6 = to + Math.min(6, last) * rowLength;
    int r7 = to + Math.min(7, last) * rowLength;
    for (int d = 0; d < rowLength; d += 2 * LANES) {
      MappedReads.touch(page, at);
      long base = at + (long) d * Float.BYTES;
      FloatVector low0 = FloatVector.fromArray(FLOATS, out, r0 + d);
      FloatVector high0 = FloatVector.fromArray(FLOATS, out, r0 + d + LANES);
      FloatVector low1 = FloatVector.fromArray(FLOATS, out, r1 + d);
      FloatVector high1 = FloatVector.fromArray(FLOATS, out, r1 + d + LANES);
      FloatVector low2 = FloatVector.fromArray(FLOATS, out, r2 + d);
      FloatVector high2 = FloatVector.fromArray(FLOATS, out, r2 + d + LANES);
      FloatVector low3 = FloatVector.fromArray(FLOATS, out, r3 + d);
      FloatVector high3 = FloatVector.fromArray(FLOATS, out, r3 + d + LANES);
      FloatVector low4 = low3;
      FloatVector high4 = high3;
      FloatVector low5 = low3;
      FloatVector high5 = high3;
      FloatVector low6 = low3;
      FloatVector high6 = high3;
      FloatVector low7 = low3;
      FloatVector high7 = high3;
      if (QUERIES > 4) {
        low4 = FloatVector.fromArray(FLOATS, out, r4 + d);
        high4 = FloatVector.fromArray(FLOATS, out, r4 + d + LANES);
        low5 = FloatVector.fromArray(FLOATS, out, r5 + d);
        high5 = FloatVector.fromArray(FLOATS, out, r5 + d + LANES);
        low6 = FloatVector.fromArray(FLOATS, out, r6 + d);
        high6 = FloatVector.fromArray(FLOATS, out, r6 + d + LANES);
        low7 = FloatVector.fromArray(FLOATS, out, r7 + d);
        high7 = FloatVector.fromArray(FLOATS, out, r7 + d + LANES);
      }
      long rowBytes = (long) rowLength * Float.BYTES;
      for (int i = 0; i < count; i++) {
        long row = base + i * rowBytes;
        FloatVector low = FloatVector.fromMemorySegment(FLOATS, page, row, ByteOrder.LITTLE_ENDIAN);
        FloatVector high =
            FloatVector.fromMemorySegment(
                FLOATS, page, row + (long) LANES * Float.BYTES, ByteOrder.LITTLE_ENDIAN);
        FloatVector p0 = FloatVector.broadcast(FLOATS, probabilities[from + i]);
        low0 = p0.fma(low, low0);
        high0 = p0.fma(high, high0);
        FloatVector p1 = FloatVector.broadcast(FLOATS, probabilities[from + i + CHUNK]);
        low1 = p1.fma(low, low1);
        high1 = p1.fma(high, high1);
        FloatVector p2 = FloatVector.broadcast(FLOATS, probabilities[from + i + 2 * CHUNK]);
        low2 = p2.fma(low, low2);
        high2 = p2.fma(high, high2);
        FloatVector p3 = FloatVector.broadcast(FLOATS, probabilities[from + i + 3 * CHUNK]);
        low3 = p3.fma(low, low3);
        high3 = p3.fma(high, high3);
        if (QUERIES > 4) {
          FloatVector p4 = FloatVector.broadcast(FLOATS, probabilities[from + i + 4 * CHUNK]);
          low4 = p4.fma(low, low4);
          high4 = p4.fma(high, high4);
          FloatVector p5 = FloatVector.broadcast(FLOATS, probabilities[from + i + 5 * CHUNK]);
          low5 = p5.fma(low, low5);
          high5 = p5.fma(high, high5);
          FloatVector p6 = FloatVector.broadcast(FLOATS, probabilities[from + i + 6 * CHUNK]);
          low6 = p6.fma(low, low6);
          high6 = p6.fma(high, high6);
          FloatVector p7 = FloatVector.broadcast(FLOATS, probabilities[from + i + 7 * CHUNK]);
          low7 = p7.fma(low, low7);
          high7 = p7.fma(high, high7);
        }
      }
      if (QUERIES > 4) {
        low7.intoArray(out, r7 + d);
        high7.intoArray(out, r7 + d + LANES);
        low6.intoArray(out, r6 + d);
        high6.intoArray(out, r6 + d + LANES);
        low5.intoArray(out, r5 + d);
        high5.intoArray(out, r5 + d + LANES);
        low4.intoArray(out, r4 + d);
        high4.intoArray(out, r4 + d + LANES);
      }
      low3.intoArray(out, r3 + d);
      high3.intoArray(out, r3 + d + LANES);
      low2.intoArray(out, r2 + d);
      high2.intoArray(out, r2 + d + LANES);
      low1.intoArray(out, r1 + d);
      high1.intoArray(out, r1 + d + LANES);
      low0.intoArray(out, r0 + d);
      high0.intoArray(out, r0 + d + LANES);
    }
  }

  /** Of probabilities times {@link Widening#UP}. */
  static void ofHalves(
      MemorySegment page,
      long at,
      int count,
      float[] probabilities,
      int from,
      int queries,
      int rowLength,
      float[] out,
      int to) {
    int last = queries - 1;
    int r0 = to;
    int r1 = to + Math.min(1, last) * rowLength;
    int r2 = to + Math.min(2, last) * rowLength;
    int r3 = to + Math.min(3, last) * rowLength;
    int r4 = to + Math.min(4, last) * rowLength;
    int r5 = to + Math.min(5, last) * rowLength;
    int r6 = to + Math.min(6, last) * rowLength;
    int r7 = to + Math.min(7, last) * rowLength;
    for (int block = 0; block < rowLength; block += KvLayout.BLOCK) {
      MappedReads.touch(page, at);
      for (int d = block; d < block + 16; d += LANES) {
        long base = at + (2L * d - block) * Short.BYTES;
        FloatVector low0 = FloatVector.fromArray(FLOATS, out, r0 + d);
        FloatVector high0 = FloatVector.fromArray(FLOATS, out, r0 + d + 16);
        FloatVector low1 = FloatVector.fromArray(FLOATS, out, r1 + d);
        FloatVector high1 = FloatVector.fromArray(FLOATS, out, r1 + d + 16);
        FloatVector low2 = FloatVector.fromArray(FLOATS, out, r2 + d);
        FloatVector high2 = FloatVector.fromArray(FLOATS, out, r2 + d + 16);
        FloatVector low3 = FloatVector.fromArray(FLOATS, out, r3 + d);
        FloatVector high3 = FloatVector.fromArray(FLOATS, out, r3 + d + 16);
        FloatVector low4 = low3;
        FloatVector high4 = high3;
        FloatVector low5 = low3;
        FloatVector high5 = high3;
        FloatVector low6 = low3;
        FloatVector high6 = high3;
        FloatVector low7 = low3;
        FloatVector high7 = high3;
        if (QUERIES > 4) {
          low4 = FloatVector.fromArray(FLOATS, out, r4 + d);
          high4 = FloatVector.fromArray(FLOATS, out, r4 + d + 16);
          low5 = FloatVector.fromArray(FLOATS, out, r5 + d);
          high5 = FloatVector.fromArray(FLOATS, out, r5 + d + 16);
          low6 = FloatVector.fromArray(FLOATS, out, r6 + d);
          high6 = FloatVector.fromArray(FLOATS, out, r6 + d + 16);
          low7 = FloatVector.fromArray(FLOATS, out, r7 + d);
          high7 = FloatVector.fromArray(FLOATS, out, r7 + d + 16);
        }
        long rowBytes = (long) rowLength * Short.BYTES;
        for (int i = 0; i < count; i++) {
          IntVector pairs =
              IntVector.fromMemorySegment(INTS, page, base + i * rowBytes, ByteOrder.LITTLE_ENDIAN);
          FloatVector low =
              pairs
                  .lanewise(VectorOperators.LSHL, 16)
                  .lanewise(VectorOperators.ASHR, 3)
                  .and(Widening.HALF)
                  .reinterpretAsFloats();
          FloatVector high =
              pairs.lanewise(VectorOperators.ASHR, 3).and(Widening.HALF).reinterpretAsFloats();
          FloatVector p0 = FloatVector.broadcast(FLOATS, probabilities[from + i]);
          low0 = p0.fma(low, low0);
          high0 = p0.fma(high, high0);
          FloatVector p1 = FloatVector.broadcast(FLOATS, probabilities[from + i + CHUNK]);
          low1 = p1.fma(low, low1);
          high1 = p1.fma(high, high1);
          FloatVector p2 = FloatVector.broadcast(FLOATS, probabilities[from + i + 2 * CHUNK]);
          low2 = p2.fma(low, low2);
          high2 = p2.fma(high, high2);
          FloatVector p3 = FloatVector.broadcast(FLOATS, probabilities[from + i + 3 * CHUNK]);
          low3 = p3.fma(low, low3);
          high3 = p3.fma(high, high3);
          if (QUERIES > 4) {
            FloatVector p4 = FloatVector.broadcast(FLOATS, probabilities[from + i + 4 * CHUNK]);
            low4 = p4.fma(low, low4);
            high4 = p4.fma(high, high4);
            FloatVector p5 = FloatVector.broadcast(FLOATS, probabilities[from + i + 5 * CHUNK]);
            low5 = p5.fma(low, low5);
            high5 = p5.fma(high, high5);
            FloatVector p6 = FloatVector.broadcast(FLOATS, probabilities[from + i + 6 * CHUNK]);
            low6 = p6.fma(low, low6);
            high6 = p6.fma(high, high6);
            FloatVector p7 = FloatVector.broadcast(FLOATS, probabilities[from + i + 7 * CHUNK]);
            low7 = p7.fma(low, low7);
            high7 = p7.fma(high, high7);
          }
        }
        if (QUERIES > 4) {
          low7.intoArray(out, r7 + d);
          high7.intoArray(out, r7 + d + 16);
          low6.intoArray(out, r6 + d);
          high6.intoArray(out, r6 + d + 16);
          low5.intoArray(out, r5 + d);
          high5.intoArray(out, r5 + d + 16);
          low4.intoArray(out, r4 + d);
          high4.intoArray(out, r4 + d + 16);
        }
        low3.intoArray(out, r3 + d);
        high3.intoArray(out, r3 + d + 16);
        low2.intoArray(out, r2 + d);
        high2.intoArray(out, r2 + d + 16);
        low1.intoArray(out, r1 + d);
        high1.intoArray(out, r1 + d + 16);
        low0.intoArray(out, r0 + d);
        high0.intoArray(out, r0 + d + 16);
      }
    }
  }

  /** Reads the probabilities of whole pairs of positions. */
  static void ofBytes(
      MemorySegment page,
      long at,
      long scales,
      int count,
      float[] probabilities,
      int from,
      int queries,
      int rowLength,
      float[] out,
      int to) {
    int last = queries - 1;
    int r0 = to;
    int r1 = to + Math.min(1, last) * rowLength;
    int r2 = to + Math.min(2, last) * rowLength;
    int r3 = to + Math.min(3, last) * rowLength;
    int r4 = to + Math.min(4, last) * rowLength;
    int r5 = to + Math.min(5, last) * rowLength;
    int r6 = to + Math.min(6, last) * rowLength;
    int r7 = to + Math.min(7, last) * rowLength;
    for (int block = 0; block < rowLength; block += KvLayout.BLOCK) {
      MappedReads.touch(page, at);
      for (int d = block; d < block + 16; d += LANES) {
        long base = at + (long) block * KvLayout.PAGE_LENGTH + 4L * (d - block);
        long scaleBase =
            scales + (long) block / KvLayout.BLOCK * KvLayout.PAGE_LENGTH * Short.BYTES;
        FloatVector low0 = FloatVector.fromArray(FLOATS, out, r0 + d);
        FloatVector high0 = FloatVector.fromArray(FLOATS, out, r0 + d + 16);
        FloatVector low1 = FloatVector.fromArray(FLOATS, out, r1 + d);
        FloatVector high1 = FloatVector.fromArray(FLOATS, out, r1 + d + 16);
        FloatVector low2 = FloatVector.fromArray(FLOATS, out, r2 + d);
        FloatVector high2 = FloatVector.fromArray(FLOATS, out, r2 + d + 16);
        FloatVector low3 = FloatVector.fromArray(FLOATS, out, r3 + d);
        FloatVector high3 = FloatVector.fromArray(FLOATS, out, r3 + d + 16);
        FloatVector low4 = low3;
        FloatVector high4 = high3;
        FloatVector low5 = low3;
        FloatVector high5 = high3;
        FloatVector low6 = low3;
        FloatVector high6 = high3;
        FloatVector low7 = low3;
        FloatVector high7 = high3;
        if (QUERIES > 4) {
          low4 = FloatVector.fromArray(FLOATS, out, r4 + d);
          high4 = FloatVector.fromArray(FLOATS, out, r4 + d + 16);
          low5 = FloatVector.fromArray(FLOATS, out, r5 + d);
          high5 = FloatVector.fromArray(FLOATS, out, r5 + d + 16);
          low6 = FloatVector.fromArray(FLOATS, out, r6 + d);
          high6 = FloatVector.fromArray(FLOATS, out, r6 + d + 16);
          low7 = FloatVector.fromArray(FLOATS, out, r7 + d);
          high7 = FloatVector.fromArray(FLOATS, out, r7 + d + 16);
        }
        for (int i = 0; i < count; i += 2) {
          IntVector bytes =
              IntVector.fromMemorySegment(
                  INTS, page, base + i * (long) KvLayout.BLOCK, ByteOrder.LITTLE_ENDIAN);
          long scaleAt = scaleBase + (long) i * Short.BYTES;
          FloatVector even =
              FloatVector.broadcast(
                  FLOATS, Float.float16ToFloat(page.get(SHORT, scaleAt)) * BYTE_SCALE);
          FloatVector odd =
              FloatVector.broadcast(
                  FLOATS,
                  i + 1 == count
                      ? 0
                      : Float.float16ToFloat(page.get(SHORT, scaleAt + Short.BYTES)) * BYTE_SCALE);
          FloatVector evenLow =
              ((FloatVector)
                      bytes
                          .lanewise(VectorOperators.LSHL, 24)
                          .and(Widening.BYTE)
                          .convert(VectorOperators.I2F, 0))
                  .mul(even);
          FloatVector evenHigh =
              ((FloatVector)
                      bytes
                          .lanewise(VectorOperators.LSHL, 16)
                          .and(Widening.BYTE)
                          .convert(VectorOperators.I2F, 0))
                  .mul(even);
          FloatVector p0e = FloatVector.broadcast(FLOATS, probabilities[from + i]);
          low0 = p0e.fma(evenLow, low0);
          high0 = p0e.fma(evenHigh, high0);
          FloatVector p1e = FloatVector.broadcast(FLOATS, probabilities[from + i + CHUNK]);
          low1 = p1e.fma(evenLow, low1);
          high1 = p1e.fma(evenHigh, high1);
          FloatVector p2e = FloatVector.broadcast(FLOATS, probabilities[from + i + 2 * CHUNK]);
          low2 = p2e.fma(evenLow, low2);
          high2 = p2e.fma(evenHigh, high2);
          FloatVector p3e = FloatVector.broadcast(FLOATS, probabilities[from + i + 3 * CHUNK]);
          low3 = p3e.fma(evenLow, low3);
          high3 = p3e.fma(evenHigh, high3);
          if (QUERIES > 4) {
            FloatVector p4e = FloatVector.broadcast(FLOATS, probabilities[from + i + 4 * CHUNK]);
            low4 = p4e.fma(evenLow, low4);
            high4 = p4e.fma(evenHigh, high4);
            FloatVector p5e = FloatVector.broadcast(FLOATS, probabilities[from + i + 5 * CHUNK]);
            low5 = p5e.fma(evenLow, low5);
            high5 = p5e.fma(evenHigh, high5);
            FloatVector p6e = FloatVector.broadcast(FLOATS, probabilities[from + i + 6 * CHUNK]);
            low6 = p6e.fma(evenLow, low6);
            high6 = p6e.fma(evenHigh, high6);
            FloatVector p7e = FloatVector.broadcast(FLOATS, probabilities[from + i + 7 * CHUNK]);
            low7 = p7e.fma(evenLow, low7);
            high7 = p7e.fma(evenHigh, high7);
          }
          FloatVector oddLow =
              ((FloatVector)
                      bytes
                          .lanewise(VectorOperators.LSHL, 8)
                          .and(Widening.BYTE)
                          .convert(VectorOperators.I2F, 0))
                  .mul(odd);
          FloatVector oddHigh =
              ((FloatVector) bytes.and(Widening.BYTE).convert(VectorOperators.I2F, 0)).mul(odd);
          FloatVector p0o = FloatVector.broadcast(FLOATS, probabilities[from + i + 1]);
          low0 = p0o.fma(oddLow, low0);
          high0 = p0o.fma(oddHigh, high0);
          FloatVector p1o = FloatVector.broadcast(FLOATS, probabilities[from + i + 1 + CHUNK]);
          low1 = p1o.fma(oddLow, low1);
          high1 = p1o.fma(oddHigh, high1);
          FloatVector p2o = FloatVector.broadcast(FLOATS, probabilities[from + i + 1 + 2 * CHUNK]);
          low2 = p2o.fma(oddLow, low2);
          high2 = p2o.fma(oddHigh, high2);
          FloatVector p3o = FloatVector.broadcast(FLOATS, probabilities[from + i + 1 + 3 * CHUNK]);
          low3 = p3o.fma(oddLow, low3);
          high3 = p3o.fma(oddHigh, high3);
          if (QUERIES > 4) {
            FloatVector p4o =
                FloatVector.broadcast(FLOATS, probabilities[from + i + 1 + 4 * CHUNK]);
            low4 = p4o.fma(oddLow, low4);
            high4 = p4o.fma(oddHigh, high4);
            FloatVector p5o =
                FloatVector.broadcast(FLOATS, probabilities[from + i + 1 + 5 * CHUNK]);
            low5 = p5o.fma(oddLow, low5);
            high5 = p5o.fma(oddHigh, high5);
            FloatVector p6o =
                FloatVector.broadcast(FLOATS, probabilities[from + i + 1 + 6 * CHUNK]);
            low6 = p6o.fma(oddLow, low6);
            high6 = p6o.fma(oddHigh, high6);
            FloatVector p7o =
                FloatVector.broadcast(FLOATS, probabilities[from + i + 1 + 7 * CHUNK]);
            low7 = p7o.fma(oddLow, low7);
            high7 = p7o.fma(oddHigh, high7);
          }
        }
        if (QUERIES > 4) {
          low7.intoArray(out, r7 + d);
          high7.intoArray(out, r7 + d + 16);
          low6.intoArray(out, r6 + d);
          high6.intoArray(out, r6 + d + 16);
          low5.intoArray(out, r5 + d);
          high5.intoArray(out, r5 + d + 16);
          low4.intoArray(out, r4 + d);
          high4.intoArray(out, r4 + d + 16);
        }
        low3.intoArray(out, r3 + d);
        high3.intoArray(out, r3 + d + 16);
        low2.intoArray(out, r2 + d);
        high2.intoArray(out, r2 + d + 16);
        low1.intoArray(out, r1 + d);
        high1.intoArray(out, r1 + d + 16);
        low0.intoArray(out, r0 + d);
        high0.intoArray(out, r0 + d + 16);
      }
    }
  }
}

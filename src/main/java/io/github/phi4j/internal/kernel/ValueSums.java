package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Probability-weighted sums of a page's values, one method per cache type. Dimensions are lanes; up
 * to four heads share the values, as in {@link KeyScores}. Outputs are padded to whole blocks per
 * head.
 */
final class ValueSums {

  private static final VectorSpecies<Float> FLOATS = VectorWidth.FLOATS;
  private static final VectorSpecies<Integer> INTS = VectorWidth.INTS;
  private static final int LANES = VectorWidth.LANES;
  private static final float BYTE_SCALE = 0x1p-24f;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private ValueSums() {}

  static void ofFloats(
      MemorySegment page,
      long at,
      int count,
      float[] probabilities,
      int from,
      int stride,
      int heads,
      int rowLength,
      float[] out,
      int to) {
    int h1 = Math.min(1, heads - 1);
    int h2 = Math.min(2, heads - 1);
    int h3 = Math.min(3, heads - 1);
    for (int d = 0; d < rowLength; d += 2 * LANES) {
      MappedReads.touch(page, at);
      long base = at + (long) d * Float.BYTES;
      FloatVector low0 = FloatVector.fromArray(FLOATS, out, to + d);
      FloatVector low1 = FloatVector.fromArray(FLOATS, out, to + d + h1 * rowLength);
      FloatVector low2 = FloatVector.fromArray(FLOATS, out, to + d + h2 * rowLength);
      FloatVector low3 = FloatVector.fromArray(FLOATS, out, to + d + h3 * rowLength);
      FloatVector high0 = FloatVector.fromArray(FLOATS, out, to + d + LANES);
      FloatVector high1 = FloatVector.fromArray(FLOATS, out, to + d + h1 * rowLength + LANES);
      FloatVector high2 = FloatVector.fromArray(FLOATS, out, to + d + h2 * rowLength + LANES);
      FloatVector high3 = FloatVector.fromArray(FLOATS, out, to + d + h3 * rowLength + LANES);
      long rowBytes = (long) rowLength * Float.BYTES;
      for (int i = 0; i < count; i++) {
        long row = base + i * rowBytes;
        FloatVector low = FloatVector.fromMemorySegment(FLOATS, page, row, ByteOrder.LITTLE_ENDIAN);
        FloatVector high =
            FloatVector.fromMemorySegment(
                FLOATS, page, row + (long) LANES * Float.BYTES, ByteOrder.LITTLE_ENDIAN);
        FloatVector p0 = FloatVector.broadcast(FLOATS, probabilities[from + i]);
        FloatVector p1 = FloatVector.broadcast(FLOATS, probabilities[from + i + h1 * stride]);
        FloatVector p2 = FloatVector.broadcast(FLOATS, probabilities[from + i + h2 * stride]);
        FloatVector p3 = FloatVector.broadcast(FLOATS, probabilities[from + i + h3 * stride]);
        low0 = p0.fma(low, low0);
        high0 = p0.fma(high, high0);
        low1 = p1.fma(low, low1);
        high1 = p1.fma(high, high1);
        low2 = p2.fma(low, low2);
        high2 = p2.fma(high, high2);
        low3 = p3.fma(low, low3);
        high3 = p3.fma(high, high3);
      }
      low0.intoArray(out, to + d);
      low1.intoArray(out, to + d + h1 * rowLength);
      low2.intoArray(out, to + d + h2 * rowLength);
      low3.intoArray(out, to + d + h3 * rowLength);
      high0.intoArray(out, to + d + LANES);
      high1.intoArray(out, to + d + h1 * rowLength + LANES);
      high2.intoArray(out, to + d + h2 * rowLength + LANES);
      high3.intoArray(out, to + d + h3 * rowLength + LANES);
    }
  }

  static void ofHalves(
      MemorySegment page,
      long at,
      int count,
      float[] probabilities,
      int from,
      int stride,
      int heads,
      int rowLength,
      float[] out,
      int to) {
    int h1 = Math.min(1, heads - 1);
    int h2 = Math.min(2, heads - 1);
    int h3 = Math.min(3, heads - 1);
    for (int block = 0; block < rowLength; block += KvLayout.BLOCK) {
      MappedReads.touch(page, at);
      for (int d = block; d < block + 16; d += LANES) {
        long base = at + (2L * d - block) * Short.BYTES;
        FloatVector low0 = FloatVector.fromArray(FLOATS, out, to + d);
        FloatVector low1 = FloatVector.fromArray(FLOATS, out, to + d + h1 * rowLength);
        FloatVector low2 = FloatVector.fromArray(FLOATS, out, to + d + h2 * rowLength);
        FloatVector low3 = FloatVector.fromArray(FLOATS, out, to + d + h3 * rowLength);
        FloatVector high0 = FloatVector.fromArray(FLOATS, out, to + d + 16);
        FloatVector high1 = FloatVector.fromArray(FLOATS, out, to + d + h1 * rowLength + 16);
        FloatVector high2 = FloatVector.fromArray(FLOATS, out, to + d + h2 * rowLength + 16);
        FloatVector high3 = FloatVector.fromArray(FLOATS, out, to + d + h3 * rowLength + 16);
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
          FloatVector p0 = FloatVector.broadcast(FLOATS, probabilities[from + i] * Widening.UP);
          FloatVector p1 =
              FloatVector.broadcast(FLOATS, probabilities[from + i + h1 * stride] * Widening.UP);
          FloatVector p2 =
              FloatVector.broadcast(FLOATS, probabilities[from + i + h2 * stride] * Widening.UP);
          FloatVector p3 =
              FloatVector.broadcast(FLOATS, probabilities[from + i + h3 * stride] * Widening.UP);
          low0 = p0.fma(low, low0);
          high0 = p0.fma(high, high0);
          low1 = p1.fma(low, low1);
          high1 = p1.fma(high, high1);
          low2 = p2.fma(low, low2);
          high2 = p2.fma(high, high2);
          low3 = p3.fma(low, low3);
          high3 = p3.fma(high, high3);
        }
        low0.intoArray(out, to + d);
        low1.intoArray(out, to + d + h1 * rowLength);
        low2.intoArray(out, to + d + h2 * rowLength);
        low3.intoArray(out, to + d + h3 * rowLength);
        high0.intoArray(out, to + d + 16);
        high1.intoArray(out, to + d + h1 * rowLength + 16);
        high2.intoArray(out, to + d + h2 * rowLength + 16);
        high3.intoArray(out, to + d + h3 * rowLength + 16);
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
      int stride,
      int heads,
      int rowLength,
      float[] out,
      int to) {
    int h1 = Math.min(1, heads - 1);
    int h2 = Math.min(2, heads - 1);
    int h3 = Math.min(3, heads - 1);
    for (int block = 0; block < rowLength; block += KvLayout.BLOCK) {
      MappedReads.touch(page, at);
      for (int d = block; d < block + 16; d += LANES) {
        long base = at + (long) block * KvLayout.PAGE_LENGTH + 4L * (d - block);
        long scaleBase =
            scales + (long) block / KvLayout.BLOCK * KvLayout.PAGE_LENGTH * Short.BYTES;
        FloatVector low0 = FloatVector.fromArray(FLOATS, out, to + d);
        FloatVector low1 = FloatVector.fromArray(FLOATS, out, to + d + h1 * rowLength);
        FloatVector low2 = FloatVector.fromArray(FLOATS, out, to + d + h2 * rowLength);
        FloatVector low3 = FloatVector.fromArray(FLOATS, out, to + d + h3 * rowLength);
        FloatVector high0 = FloatVector.fromArray(FLOATS, out, to + d + 16);
        FloatVector high1 = FloatVector.fromArray(FLOATS, out, to + d + h1 * rowLength + 16);
        FloatVector high2 = FloatVector.fromArray(FLOATS, out, to + d + h2 * rowLength + 16);
        FloatVector high3 = FloatVector.fromArray(FLOATS, out, to + d + h3 * rowLength + 16);
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
                  Float.float16ToFloat(page.get(SHORT, scaleAt + Short.BYTES)) * BYTE_SCALE);
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
          FloatVector p1e = FloatVector.broadcast(FLOATS, probabilities[from + i + h1 * stride]);
          FloatVector p2e = FloatVector.broadcast(FLOATS, probabilities[from + i + h2 * stride]);
          FloatVector p3e = FloatVector.broadcast(FLOATS, probabilities[from + i + h3 * stride]);
          low0 = p0e.fma(evenLow, low0);
          high0 = p0e.fma(evenHigh, high0);
          low1 = p1e.fma(evenLow, low1);
          high1 = p1e.fma(evenHigh, high1);
          low2 = p2e.fma(evenLow, low2);
          high2 = p2e.fma(evenHigh, high2);
          low3 = p3e.fma(evenLow, low3);
          high3 = p3e.fma(evenHigh, high3);
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
          FloatVector p1o =
              FloatVector.broadcast(FLOATS, probabilities[from + i + 1 + h1 * stride]);
          FloatVector p2o =
              FloatVector.broadcast(FLOATS, probabilities[from + i + 1 + h2 * stride]);
          FloatVector p3o =
              FloatVector.broadcast(FLOATS, probabilities[from + i + 1 + h3 * stride]);
          low0 = p0o.fma(oddLow, low0);
          high0 = p0o.fma(oddHigh, high0);
          low1 = p1o.fma(oddLow, low1);
          high1 = p1o.fma(oddHigh, high1);
          low2 = p2o.fma(oddLow, low2);
          high2 = p2o.fma(oddHigh, high2);
          low3 = p3o.fma(oddLow, low3);
          high3 = p3o.fma(oddHigh, high3);
        }
        low0.intoArray(out, to + d);
        low1.intoArray(out, to + d + h1 * rowLength);
        low2.intoArray(out, to + d + h2 * rowLength);
        low3.intoArray(out, to + d + h3 * rowLength);
        high0.intoArray(out, to + d + 16);
        high1.intoArray(out, to + d + h1 * rowLength + 16);
        high2.intoArray(out, to + d + h2 * rowLength + 16);
        high3.intoArray(out, to + d + h3 * rowLength + 16);
      }
    }
  }
}

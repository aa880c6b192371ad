package io.github.phi4j.internal.kernel;

import io.github.phi4j.api.KvCacheType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The layout of one head's keys or values in a page of the KV cache. Each position fills whole
 * blocks of 32 elements.
 *
 * <p>Keys are stored (dimension, position) and values (position, dimension), so that the products
 * of attention run over neighbouring positions, or dimensions, without a horizontal sum. Several
 * elements share an {@code int}, so that one load yields several vectors by shifts and masks:
 *
 * <ul>
 *   <li>16-bit floats: elements i and i + 16 of each 32;
 *   <li>8-bit keys: positions i, i + 16, i + 32 and i + 48 of a dimension;
 *   <li>8-bit values, stored (block, pair of positions): dimensions i and i + 16 of the even
 *       position, then of the odd one.
 * </ul>
 *
 * <p>The scales of 8-bit elements follow all elements, (block, position); scales of keys are paired
 * as 16-bit floats are.
 *
 * @param headLength dimensions of a head
 * @param type the number format
 */
public record KvLayout(int headLength, KvCacheType type) {

  /** Positions of a page. */
  public static final int PAGE_LENGTH = 64;

  /** Numbers of a block, by which {@link KvCacheType} counts bytes. */
  static final int BLOCK = 32;

  private static final float MOST_HALF = 65_504;
  private static final int MOST_QUANT = 127;
  private static final long LINE_BYTES = 64; // of a cache; where it has longer ones, some twice
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  /** Bytes of one head's keys, or values, in a page. */
  public long headBytes() {
    return PAGE_LENGTH * type.bytes(headLength);
  }

  /** Dimensions of a position, padded to whole blocks. */
  int rowLength() {
    return blocks() * BLOCK;
  }

  int blocks() {
    return Math.ceilDiv(headLength, BLOCK);
  }

  /** The byte offset of the scales of 8-bit elements. */
  long scalesOffset() {
    return (long) PAGE_LENGTH * rowLength();
  }

  /** The place of one of 32 elements that shares an int with the element 16 further on. */
  private static int paired(int index) {
    return index / BLOCK * BLOCK + index % 16 * 2 + index % BLOCK / 16;
  }

  private long keyIndex(int slot, int dimension) {
    int place =
        switch (type) {
          case F32 -> slot;
          case F16 -> paired(slot);
          case Q8_0 -> slot % 16 * 4 + slot / 16;
        };
    return (long) dimension * PAGE_LENGTH + place;
  }

  private long valueIndex(int slot, int dimension) {
    return switch (type) {
      case F32 -> (long) slot * rowLength() + dimension;
      case F16 -> (long) slot * rowLength() + paired(dimension);
      case Q8_0 ->
          ((long) dimension / BLOCK * PAGE_LENGTH + slot / 2 * 2L) * BLOCK
              + dimension % 16 * 4L
              + slot % 2 * 2L
              + dimension % BLOCK / 16;
    };
  }

  private long keyScaleOffset(int slot, int dimension) {
    return scaleOffset(paired(slot), dimension);
  }

  private long valueScaleOffset(int slot, int dimension) {
    return scaleOffset(slot, dimension);
  }

  private long scaleOffset(int place, int dimension) {
    return scalesOffset() + Short.BYTES * ((long) dimension / BLOCK * PAGE_LENGTH + place);
  }

  /**
   * Prefetches one head's keys or values by reading a byte of each cache line: the kernels' stride
   * defeats hardware prefetchers.
   *
   * @return the sum of the bytes, a value that only keeps the prefetching reads alive
   */
  public int prefetch(MemorySegment page, long at) {
    int lines = (int) (headBytes() / LINE_BYTES);
    int sum = 0;
    for (int i = 0; i < lines; i++) {
      sum += page.get(BYTE, at + LINE_BYTES * i);
    }
    return sum;
  }

  /**
   * Stores the key of one position.
   *
   * @return whether all values are in the range of the number format; others are clamped
   */
  public boolean storeKey(MemorySegment page, long at, int slot, float[] key, int offset) {
    boolean inRange = true;
    for (int block = 0; block < headLength; block += BLOCK) {
      int end = Math.min(headLength, block + BLOCK);
      float inverse = 1;
      if (type == KvCacheType.Q8_0) {
        float scale = scale(key, offset + block, end - block);
        inRange &= scale < MOST_HALF;
        page.set(SHORT, at + keyScaleOffset(slot, block), Float.floatToFloat16(scale));
        inverse = scale == 0 ? 0 : 1 / scale;
      }
      for (int d = block; d < end; d++) {
        inRange &= store(page, at, keyIndex(slot, d), key[offset + d], inverse);
      }
    }
    return inRange;
  }

  /**
   * Stores the value of one position.
   *
   * @return as {@link #storeKey}
   */
  public boolean storeValue(MemorySegment page, long at, int slot, float[] value, int offset) {
    boolean inRange = true;
    for (int block = 0; block < headLength; block += BLOCK) {
      int end = Math.min(headLength, block + BLOCK);
      float inverse = 1;
      if (type == KvCacheType.Q8_0) {
        float scale = scale(value, offset + block, end - block);
        inRange &= scale < MOST_HALF;
        page.set(SHORT, at + valueScaleOffset(slot, block), Float.floatToFloat16(scale));
        inverse = scale == 0 ? 0 : 1 / scale;
      }
      for (int d = block; d < end; d++) {
        inRange &= store(page, at, valueIndex(slot, d), value[offset + d], inverse);
      }
    }
    return inRange;
  }

  /** The scale that maps the largest magnitude to 127, as ggml's {@code quantize_row_q8_0_ref}. */
  private static float scale(float[] numbers, int from, int count) {
    float largest = 0;
    for (int i = from; i < from + count; i++) {
      largest = Math.max(largest, Math.abs(numbers[i]));
    }
    return Math.min(largest / MOST_QUANT, MOST_HALF);
  }

  private boolean store(MemorySegment page, long at, long index, float number, float inverse) {
    return switch (type) {
      case F32 -> {
        page.set(FLOAT, at + Float.BYTES * index, number);
        yield true;
      }
      case F16 -> {
        // Beyond the range of half precision is infinity, which attention would turn into NaN.
        float limited = Math.clamp(number, -MOST_HALF, MOST_HALF);
        page.set(SHORT, at + Short.BYTES * index, Float.floatToFloat16(limited));
        yield limited == number;
      }
      case Q8_0 -> {
        float quant = Math.clamp(number * inverse, -MOST_QUANT, MOST_QUANT);
        page.set(BYTE, at + index, (byte) Math.round(quant));
        yield true;
      }
    };
  }

  /** An element of a key. */
  public float key(MemorySegment page, long at, int slot, int dimension) {
    return number(page, at, keyIndex(slot, dimension), keyScaleOffset(slot, dimension));
  }

  /** An element of a value. */
  public float value(MemorySegment page, long at, int slot, int dimension) {
    return number(page, at, valueIndex(slot, dimension), valueScaleOffset(slot, dimension));
  }

  private float number(MemorySegment page, long at, long index, long scaleOffset) {
    return switch (type) {
      case F32 -> page.get(FLOAT, at + Float.BYTES * index);
      case F16 -> Float.float16ToFloat(page.get(SHORT, at + Short.BYTES * index));
      case Q8_0 ->
          page.get(BYTE, at + index) * Float.float16ToFloat(page.get(SHORT, at + scaleOffset));
    };
  }
}

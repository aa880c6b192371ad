package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * How the keys and values of one head lie in a page of the KV cache.
 *
 * <p>Keys are stored (dimension, position) and values (position, dimension), so that the products
 * of attention run over neighbouring positions, or dimensions, without a horizontal sum. Of 16-bit
 * floats, number i and number i + 16 of each 32 share an {@code int}, so that one load gives two
 * vectors by shifts and masks alone.
 *
 * @param headLength dimensions of a head
 * @param half whether numbers are 16-bit floats, not 32-bit ones
 */
public record KvLayout(int headLength, boolean half) {

  /** Positions of a page. */
  public static final int PAGE_LENGTH = 64;

  private static final int PAIRED = 32;
  private static final float MOST_HALF = 65_504;
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Bytes of one head's keys, or values, in a page. */
  public long headBytes() {
    return PAGE_LENGTH * rowBytes();
  }

  /** Numbers between the values of neighbouring positions: whole pairs of 16. */
  private int rowLength() {
    return Math.ceilDiv(headLength, PAIRED) * PAIRED;
  }

  long rowBytes() {
    return (long) rowLength() * numberBytes();
  }

  private int numberBytes() {
    return half ? Short.BYTES : Float.BYTES;
  }

  private int place(int index) {
    return half ? index / PAIRED * PAIRED + index % 16 * 2 + index % PAIRED / 16 : index;
  }

  private long keyIndex(int slot, int dimension) {
    return (long) dimension * PAGE_LENGTH + place(slot);
  }

  private long valueIndex(int slot, int dimension) {
    return (long) slot * rowLength() + place(dimension);
  }

  /** Stores the key of one position. */
  public void storeKey(MemorySegment page, long at, int slot, float[] key, int offset) {
    for (int d = 0; d < headLength; d++) {
      store(page, at, keyIndex(slot, d), key[offset + d]);
    }
  }

  /** Stores the value of one position. */
  public void storeValue(MemorySegment page, long at, int slot, float[] value, int offset) {
    for (int d = 0; d < headLength; d++) {
      store(page, at, valueIndex(slot, d), value[offset + d]);
    }
  }

  private void store(MemorySegment page, long at, long index, float number) {
    if (half) {
      // Beyond the range of halves lies infinity, which attention would turn into NaN.
      float limited = Math.clamp(number, -MOST_HALF, MOST_HALF);
      page.set(SHORT, at + Short.BYTES * index, Float.floatToFloat16(limited));
    } else {
      page.set(FLOAT, at + Float.BYTES * index, number);
    }
  }

  float key(MemorySegment page, long at, int slot, int dimension) {
    return number(page, at, keyIndex(slot, dimension));
  }

  float value(MemorySegment page, long at, int slot, int dimension) {
    return number(page, at, valueIndex(slot, dimension));
  }

  private float number(MemorySegment page, long at, long index) {
    return half
        ? Float.float16ToFloat(page.get(SHORT, at + Short.BYTES * index))
        : page.get(FLOAT, at + Float.BYTES * index);
  }
}

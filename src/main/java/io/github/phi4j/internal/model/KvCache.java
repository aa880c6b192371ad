package io.github.phi4j.internal.model;

import io.github.phi4j.api.KvCacheType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys and values of a context, in pages of some positions that are added as it grows. A page
 * is laid out as (layer, key or value, head, position, dimension), so that the attention of a head
 * reads straight through memory.
 */
public final class KvCache implements AutoCloseable {

  /** Positions of a page. */
  static final int PAGE_LENGTH = 64;

  private final PhiConfig config;
  private final KvCacheType type;
  private final int capacity;
  private final Arena arena = Arena.ofShared();
  private final List<MemorySegment> pages = new ArrayList<>();
  private int length;
  private boolean longFactors;

  /** Creates an empty cache for up to {@code capacity} positions. */
  public KvCache(PhiConfig config, KvCacheType type, int capacity) {
    this.config = config;
    this.type = type;
    this.capacity = capacity;
  }

  /** The number of positions that it can hold. */
  public int capacity() {
    return capacity;
  }

  /** The number of positions that it holds. */
  public int length() {
    return length;
  }

  /** Forgets all positions from {@code newLength} on. */
  public void truncate(int newLength) {
    length = Math.min(length, newLength);
  }

  /** Whether the keys were rotated for a long context. */
  public boolean longFactors() {
    return longFactors;
  }

  /** Forgets all positions and says how keys will be rotated from now on. */
  public void restart(boolean withLongFactors) {
    length = 0;
    longFactors = withLongFactors;
  }

  /** Makes room for {@code positions} in all. */
  void reserve(int positions) {
    if (positions > capacity) {
      throw new IndexOutOfBoundsException(
          "%d positions in a cache for %d".formatted(positions, capacity));
    }
    long bytes = 2L * config.blockCount() * headBytes() * config.headCountKv();
    while (pages.size() * PAGE_LENGTH < positions) {
      pages.add(arena.allocate(bytes, 64));
    }
  }

  /** Counts {@code positions} more, whose keys and values have been put. */
  void advance(int positions) {
    length += positions;
  }

  boolean half() {
    return type == KvCacheType.F16;
  }

  MemorySegment page(int number) {
    return pages.get(number);
  }

  /** Bytes of one head's keys, or values, in a page. */
  private long headBytes() {
    return (long) PAGE_LENGTH * config.headLength() * type.bytes();
  }

  /** Where a head's keys start in each page. */
  long keys(int layer, int head) {
    return (2L * layer * config.headCountKv() + head) * headBytes();
  }

  /** Where a head's values start in each page. */
  long values(int layer, int head) {
    return ((2L * layer + 1) * config.headCountKv() + head) * headBytes();
  }

  /** Stores a position's keys and values of a layer, (headCountKv, headLength) each. */
  void put(int layer, int position, float[] qkv, int keyOffset, int valueOffset) {
    MemorySegment page = pages.get(position / PAGE_LENGTH);
    int headLength = config.headLength();
    long slot = (long) (position % PAGE_LENGTH) * headLength * type.bytes();
    for (int head = 0; head < config.headCountKv(); head++) {
      store(page, keys(layer, head) + slot, qkv, keyOffset + head * headLength);
      store(page, values(layer, head) + slot, qkv, valueOffset + head * headLength);
    }
  }

  private void store(MemorySegment page, long at, float[] source, int offset) {
    int headLength = config.headLength();
    if (type == KvCacheType.F32) {
      MemorySegment.copy(source, offset, page, ValueLayout.JAVA_FLOAT, at, headLength);
      return;
    }
    for (int i = 0; i < headLength; i++) {
      page.set(ValueLayout.JAVA_SHORT, at + 2L * i, Float.floatToFloat16(source[offset + i]));
    }
  }

  /** Releases the memory. */
  @Override
  public void close() {
    arena.close();
  }
}

package io.github.phi4j.internal.model;

import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.internal.kernel.KvLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys and values of a context, in pages of some positions that are added as it grows. A page
 * holds, for each layer, the keys of each head and then the values of each head, so that the
 * attention of a head reads straight through memory.
 */
public final class KvCache implements AutoCloseable {

  static final int PAGE_LENGTH = KvLayout.PAGE_LENGTH;

  private final PhiConfig config;
  private final KvLayout layout;
  private final int capacity;
  private final Arena arena = Arena.ofShared();
  private final List<MemorySegment> pages = new ArrayList<>();
  private int length;
  private boolean longFactors;

  /** Creates an empty cache for up to {@code capacity} positions. */
  public KvCache(PhiConfig config, KvCacheType type, int capacity) {
    this.config = config;
    layout = new KvLayout(config.headLength(), type == KvCacheType.F16);
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

  /** A cache of its own with the same keys and values. */
  public KvCache copy() {
    KvCache copy = new KvCache(config, layout.half() ? KvCacheType.F16 : KvCacheType.F32, capacity);
    try {
      copy.reserve(length);
    } catch (IllegalStateException e) {
      copy.close();
      throw e;
    }
    for (int i = 0; i < copy.pages.size(); i++) {
      copy.pages.get(i).copyFrom(pages.get(i));
    }
    copy.length = length;
    copy.longFactors = longFactors;
    return copy;
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
    long bytes = 2L * config.blockCount() * config.headCountKv() * layout.headBytes();
    while (pages.size() * PAGE_LENGTH < positions) {
      try {
        pages.add(arena.allocate(bytes, 64));
      } catch (OutOfMemoryError e) {
        throw new IllegalStateException(
            ("the KV cache holds %d MiB and cannot get %d MiB more for position %d of %d: free"
                    + " memory, lower the context length, or take a smaller type of KV cache")
                .formatted((pages.size() * bytes) >> 20, (bytes >> 20) + 1, positions, capacity),
            e);
      }
    }
  }

  /** Counts {@code positions} more, whose keys and values have been put. */
  void advance(int positions) {
    length += positions;
  }

  KvLayout layout() {
    return layout;
  }

  MemorySegment page(int number) {
    return pages.get(number);
  }

  /** Where a head's keys start in each page. */
  long keys(int layer, int head) {
    return (2L * layer * config.headCountKv() + head) * layout.headBytes();
  }

  /** Where a head's values start in each page. */
  long values(int layer, int head) {
    return ((2L * layer + 1) * config.headCountKv() + head) * layout.headBytes();
  }

  /** Stores a position's keys and values of a layer, (headCountKv, headLength) each. */
  void put(int layer, int position, float[] qkv, int keyOffset, int valueOffset) {
    MemorySegment page = pages.get(position / PAGE_LENGTH);
    int slot = position % PAGE_LENGTH;
    for (int head = 0; head < config.headCountKv(); head++) {
      int offset = head * config.headLength();
      layout.storeKey(page, keys(layer, head), slot, qkv, keyOffset + offset);
      layout.storeValue(page, values(layer, head), slot, qkv, valueOffset + offset);
    }
  }

  /** Releases the memory. */
  @Override
  public void close() {
    arena.close();
  }
}

package io.github.phi4j.internal.model;

import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.internal.gguf.MappedFile;
import io.github.phi4j.internal.kernel.KvLayout;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The keys and values of a context, in pages of some positions that are added as it grows. A page
 * holds, for each layer, the keys of each head and then the values of each head, so that the
 * attention of a head reads straight through memory. Caches share pages until one of them writes:
 * it then gets a copy.
 */
public final class KvCache implements AutoCloseable {

  /** Positions of a page. */
  public static final int PAGE_LENGTH = KvLayout.PAGE_LENGTH;

  private final PhiConfig config;
  private final Format format;
  private final KvLayout keyLayout;
  private final KvLayout valueLayout;
  private final long pageBytes;
  private final int capacity;
  private final KvMemory memory;
  private final List<KvPage> pages = new ArrayList<>();
  private MappedFile source; // where some pages are, or null
  private int length;
  private boolean longFactors;

  /**
   * The number formats of a cache.
   *
   * @param keys of keys
   * @param values of values
   */
  public record Format(KvCacheType keys, KvCacheType values) {

    /** The size of a page of a model. */
    public long pageBytes(PhiConfig config) {
      KvLayout keyLayout = new KvLayout(config.headLength(), keys);
      KvLayout valueLayout = new KvLayout(config.headLength(), values);
      return (long) config.blockCount()
          * config.headCountKv()
          * (keyLayout.headBytes() + valueLayout.headBytes());
    }
  }

  /** Creates an empty cache for up to {@code capacity} positions. */
  public KvCache(PhiConfig config, Format format, int capacity, KvMemory memory) {
    this.config = config;
    this.format = format;
    keyLayout = new KvLayout(config.headLength(), format.keys());
    valueLayout = new KvLayout(config.headLength(), format.values());
    pageBytes = format.pageBytes(config);
    this.capacity = capacity;
    this.memory = memory;
  }

  /** A cache with the same contents, which shares their memory. */
  public KvCache fork() {
    KvCache fork = new KvCache(config, format, capacity, memory);
    pages.subList(0, pageCount(length)).forEach(page -> fork.pages.add(page.hold()));
    fork.source = source;
    fork.length = length;
    fork.longFactors = longFactors;
    return fork;
  }

  /**
   * Checks that there is memory for the positions that it does not hold yet, and for a page of its
   * own instead of a shared one that is not full; for all, if it will be computed anew with other
   * rope factors.
   *
   * @param what the context, for the error
   * @throws IllegalStateException if there is not
   */
  public void requireRest(String what) {
    boolean kept = longFactors || capacity <= config.originalContextLength();
    memory.require((pageCount(capacity) - (kept ? length / PAGE_LENGTH : 0)) * pageBytes, what);
  }

  /** Its number formats. */
  public Format format() {
    return format;
  }

  /** The number of positions that it can hold. */
  public int capacity() {
    return capacity;
  }

  /** The number of positions that it holds. */
  public int length() {
    return length;
  }

  /** How many pages some positions take. */
  public static int pageCount(int positions) {
    return Math.ceilDiv(positions, PAGE_LENGTH);
  }

  /** The size of a page. */
  public long pageBytes() {
    return pageBytes;
  }

  /** Forgets all positions from {@code newLength} on. */
  public void truncate(int newLength) {
    length = Math.min(length, newLength);
    while (pages.size() > pageCount(length)) {
      pages.removeLast().release();
    }
    if (pages.isEmpty()) {
      source = null;
    }
  }

  /** Whether the keys were rotated for a long context. */
  public boolean longFactors() {
    return longFactors;
  }

  /** Forgets all positions and says how keys will be rotated from now on. */
  public void restart(boolean withLongFactors) {
    truncate(0);
    longFactors = withLongFactors;
  }

  /** Takes pages that the caller holds for its first positions, instead of those it has. */
  void adopt(List<KvPage> held, int newLength, boolean withLongFactors) {
    restart(withLongFactors);
    pages.addAll(held);
    length = newLength;
  }

  /**
   * Takes pages that lie in a mapped file for its first positions, instead of those it has.
   *
   * @param released run when the last of the pages is let go, by whoever does so
   */
  public void adopt(
      List<MemorySegment> mapped,
      int newLength,
      boolean withLongFactors,
      MappedFile file,
      Runnable released) {
    AtomicInteger left = new AtomicInteger(mapped.size());
    Consumer<KvPage> owner =
        _ -> {
          if (left.decrementAndGet() == 0) {
            released.run();
          }
        };
    adopt(
        mapped.stream().map(page -> new KvPage(page, owner)).toList(), newLength, withLongFactors);
    source = file;
  }

  /**
   * Checks the file that it was restored from.
   *
   * @throws io.github.phi4j.api.ModelException if that was cut short
   */
  public void checkSource() {
    if (source != null) {
      source.checkUnchanged();
    }
  }

  /** Makes room for {@code positions} in all, of which those from {@link #length} on change. */
  void reserve(int positions) {
    makeWritable(length, positions);
  }

  /** Makes room for {@code positions} in all, of which those from {@code first} on change. */
  void makeWritable(int first, int positions) {
    if (positions > capacity) {
      throw new IndexOutOfBoundsException(
          "%d positions in a cache for %d".formatted(positions, capacity));
    }
    for (int number = first / PAGE_LENGTH; number < pageCount(positions); number++) {
      if (number == pages.size()) {
        pages.add(memory.allocate(pageBytes));
      } else if (!pages.get(number).isWritable()) {
        KvPage copy = memory.allocate(pageBytes);
        copy.memory().copyFrom(pages.get(number).memory());
        pages.set(number, copy).release();
      }
    }
  }

  /** Counts {@code positions} more, whose keys and values have been put. */
  void advance(int positions) {
    length += positions;
  }

  KvLayout keyLayout() {
    return keyLayout;
  }

  KvLayout valueLayout() {
    return valueLayout;
  }

  /** The memory of a page, which only this cache and those that share it may read. */
  public MemorySegment page(int number) {
    return pages.get(number).memory();
  }

  /** Adds a holder to a page. */
  KvPage holdPage(int number) {
    return pages.get(number).hold();
  }

  private long layerOffset(int layer) {
    return (long) layer * config.headCountKv() * (keyLayout.headBytes() + valueLayout.headBytes());
  }

  /** Where a head's keys start in each page. */
  long keys(int layer, int head) {
    return layerOffset(layer) + head * keyLayout.headBytes();
  }

  /** Where a head's values start in each page. */
  long values(int layer, int head) {
    return layerOffset(layer)
        + config.headCountKv() * keyLayout.headBytes()
        + head * valueLayout.headBytes();
  }

  /** Stores a position's keys and values of a layer, (headCountKv, headLength) each. */
  void put(int layer, int position, float[] qkv, int keyOffset, int valueOffset) {
    MemorySegment page = page(position / PAGE_LENGTH);
    int slot = position % PAGE_LENGTH;
    for (int head = 0; head < config.headCountKv(); head++) {
      int offset = head * config.headLength();
      keyLayout.storeKey(page, keys(layer, head), slot, qkv, keyOffset + offset);
      valueLayout.storeValue(page, values(layer, head), slot, qkv, valueOffset + offset);
    }
  }

  /** Lets go of its memory. */
  @Override
  public void close() {
    truncate(0);
  }
}

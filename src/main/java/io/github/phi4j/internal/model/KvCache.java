package io.github.phi4j.internal.model;

import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.internal.gguf.MappedFile;
import io.github.phi4j.internal.kernel.KvLayout;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The keys and values of a context, in pages that are added as it grows. A page holds, for each
 * layer, the keys of each head and then the values of each head, so that the attention of a head
 * reads straight through memory. Caches share pages copy-on-write.
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
  private MappedFile source; // the file of mapped pages, or null
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

  /** An empty cache of the same model and number formats. */
  public KvCache empty(int newCapacity) {
    return new KvCache(config, format, newCapacity, memory);
  }

  /** A cache with the same contents, sharing their memory. */
  public KvCache fork() {
    KvCache fork = new KvCache(config, format, capacity, memory);
    pages.subList(0, pageCount(length)).forEach(page -> fork.pages.add(page.hold()));
    fork.source = source;
    fork.length = length;
    fork.longFactors = longFactors;
    return fork;
  }

  /**
   * Checks that there is memory for the positions not held yet, plus a page to replace a shared one
   * that is not full; for all positions, if they will be recomputed with other rope factors.
   *
   * @param what the context, for the error
   * @throws IllegalStateException if there is not
   */
  public void requireRest(String what) {
    boolean kept = longFactors || capacity <= config.originalContextLength();
    memory.require((pageCount(capacity) - (kept ? length / PAGE_LENGTH : 0)) * pageBytes, what);
  }

  /** The number formats. */
  public Format format() {
    return format;
  }

  /** The capacity in positions. */
  public int capacity() {
    return capacity;
  }

  /** The number of positions held. */
  public int length() {
    return length;
  }

  /** The number of pages for a number of positions. */
  public static int pageCount(int positions) {
    return Math.ceilDiv(positions, PAGE_LENGTH);
  }

  /** The size of a page in bytes. */
  public long pageBytes() {
    return pageBytes;
  }

  /** Drops all positions from {@code newLength} on. */
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

  /** Drops all positions and sets the rope factors of coming keys. */
  public void restart(boolean withLongFactors) {
    truncate(0);
    longFactors = withLongFactors;
  }

  /** Replaces the first pages by pages that the caller holds. */
  void adopt(List<KvPage> held, int newLength, boolean withLongFactors) {
    restart(withLongFactors);
    pages.addAll(held);
    length = newLength;
  }

  /**
   * Replaces the first pages by pages of a mapped file.
   *
   * @param released run when the last of the pages is released, on the releasing thread
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
   * Replaces the pages of a mapped file by copies, and so unmaps it, unless other caches share its
   * pages.
   *
   * @throws io.github.phi4j.api.ContextMemoryException if there is no memory for them
   */
  public void leaveFile() {
    makeWritable(0, length);
    source = null;
  }

  /**
   * Checks the file that the cache was restored from.
   *
   * @throws io.github.phi4j.api.ModelException if it was truncated
   */
  public void checkSource() {
    if (source != null) {
      source.checkUnchanged();
    }
  }

  /** Reserves {@code positions} in all; those from {@link #length} on will be written. */
  void reserve(int positions) {
    makeWritable(length, positions);
  }

  /** Reserves {@code positions} in all; those from {@code first} on will be written. */
  void makeWritable(int first, int positions) {
    if (positions > capacity) {
      throw new IndexOutOfBoundsException(
          String.format(Locale.ROOT, "%d positions in a cache for %d", positions, capacity));
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

  /** Advances by {@code positions} whose keys and values have been stored. */
  void advance(int positions) {
    length += positions;
  }

  KvLayout keyLayout() {
    return keyLayout;
  }

  KvLayout valueLayout() {
    return valueLayout;
  }

  /** The memory of a page, readable by this cache and those that share the page. */
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

  /** The byte offset of a head's keys in each page. */
  long keys(int layer, int head) {
    return layerOffset(layer) + head * keyLayout.headBytes();
  }

  /** The byte offset of a head's values in each page. */
  long values(int layer, int head) {
    return layerOffset(layer)
        + config.headCountKv() * keyLayout.headBytes()
        + head * valueLayout.headBytes();
  }

  /**
   * Stores a position's keys and values of a layer, (headCountKv, headLength) each.
   *
   * @return whether all of them are in the range of their number formats
   */
  boolean put(int layer, int position, float[] qkv, int keyOffset, int valueOffset) {
    boolean inRange = true;
    MemorySegment page = page(position / PAGE_LENGTH);
    int slot = position % PAGE_LENGTH;
    for (int head = 0; head < config.headCountKv(); head++) {
      int offset = head * config.headLength();
      inRange &= keyLayout.storeKey(page, keys(layer, head), slot, qkv, keyOffset + offset);
      inRange &= valueLayout.storeValue(page, values(layer, head), slot, qkv, valueOffset + offset);
    }
    return inRange;
  }

  /** Releases the pages. */
  @Override
  public void close() {
    truncate(0);
  }
}

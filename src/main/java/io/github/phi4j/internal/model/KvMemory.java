package io.github.phi4j.internal.model;

import io.github.phi4j.api.ContextMemoryException;
import io.github.phi4j.internal.concurrent.Closing;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Allocates and recycles the pages of KV caches. Memory is taken page by page; a few released pages
 * are kept for reuse. Thread-safe.
 */
public final class KvMemory implements AutoCloseable {

  /** The maximum bytes of pages kept for reuse. */
  private static final long MAX_SPARE_BYTES = 64L << 20;

  /** The interval between readings of the machine's memory, each of which reads a few files. */
  private static final long CHECK_BYTES = 64L << 20;

  /** Memory left for the program and the machine. */
  private static final long MARGIN_BYTES = 64L << 20;

  private static final String REMEDY =
      "free memory, lower the context length, or take a smaller type of KV cache";

  private final LongSupplier available;
  private final List<Block> spare = new ArrayList<>();
  private final Map<KvPage, Block> used = new HashMap<>();
  private long spareBytes;
  private long usedBytes;
  private long uncheckedBytes = CHECK_BYTES;
  private boolean closed;
  private Runnable reclaimer = () -> {};

  private record Block(KvPage page, Arena arena, long bytes) {}

  /**
   * Creates a source of pages.
   *
   * @param available supplies the bytes that the process may still allocate
   */
  public KvMemory(LongSupplier available) {
    this.available = available;
  }

  /** Sets the action that releases cached pages when memory is short. */
  public void reclaimWith(Runnable newReclaimer) {
    reclaimer = newReclaimer;
  }

  /** Bytes of the pages in use. */
  public synchronized long usedBytes() {
    return usedBytes;
  }

  /**
   * Checks that there is memory for a context.
   *
   * @param bytes its maximum size
   * @param what the context, for the error
   * @throws ContextMemoryException if there is not; the message has the required amount and the
   *     remedy
   */
  public void require(long bytes, String what) {
    if (available.getAsLong() - MARGIN_BYTES >= bytes) {
      return;
    }
    reclaimer.run();
    long left = Math.max(0, available.getAsLong() - MARGIN_BYTES);
    if (left < bytes) {
      throw new ContextMemoryException(
          String.format(
              Locale.ROOT,
              "%s needs %d MiB for its KV cache, but only %d MiB are available: %s",
              what,
              mebibytes(bytes),
              left >> 20,
              REMEDY));
    }
  }

  /** A page with arbitrary contents. */
  KvPage allocate(long bytes) {
    KvPage page = takeSpare(bytes);
    if (page != null) {
      return page;
    }
    if (due(bytes)) {
      require(bytes, "a context that grows by a page");
    }
    try {
      return add(bytes);
    } catch (OutOfMemoryError e) {
      reclaimer.run();
      throw new ContextMemoryException(
          String.format(
              Locale.ROOT,
              "KV caches hold %d MiB and cannot get %d MiB more: %s",
              usedBytes() >> 20,
              mebibytes(bytes),
              REMEDY),
          e);
    }
  }

  private static long mebibytes(long bytes) {
    return Math.ceilDiv(bytes, 1L << 20);
  }

  private synchronized KvPage takeSpare(long bytes) {
    int last = spare.size() - 1;
    while (last >= 0 && spare.get(last).bytes() != bytes) {
      last--;
    }
    if (last < 0) {
      return null;
    }
    Block block = spare.remove(last);
    spareBytes -= bytes;
    usedBytes += bytes;
    block.page().renew();
    return block.page();
  }

  private synchronized boolean due(long bytes) {
    uncheckedBytes += bytes;
    if (uncheckedBytes < CHECK_BYTES) {
      return false;
    }
    uncheckedBytes = 0;
    return true;
  }

  private KvPage add(long bytes) {
    Arena arena = Arena.ofShared();
    try {
      MemorySegment memory = arena.allocate(bytes, 64);
      KvPage page = new KvPage(memory, this::takeBack);
      synchronized (this) {
        used.put(page, new Block(page, arena, bytes));
        usedBytes += bytes;
      }
      return page;
    } catch (Throwable e) { // a failed allocation must not leave its arena open
      arena.close();
      throw e;
    }
  }

  private void takeBack(KvPage page) {
    Block block;
    synchronized (this) {
      block = used.get(page);
      usedBytes -= block.bytes();
      if (!closed && spareBytes + block.bytes() <= MAX_SPARE_BYTES) {
        spareBytes += block.bytes();
        spare.add(block);
        return;
      }
      used.remove(page);
    }
    block.arena().close();
  }

  /** Frees the kept pages, and from now on released ones at once. */
  @Override
  public void close() {
    List<Block> waiting;
    synchronized (this) {
      closed = true;
      waiting = List.copyOf(spare);
      spare.clear();
      waiting.forEach(block -> used.remove(block.page()));
      spareBytes = 0;
    }
    Closing closing = new Closing();
    waiting.forEach(block -> closing.step(block.arena()::close));
    closing.finish();
  }
}

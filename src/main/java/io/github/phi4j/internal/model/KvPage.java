package io.github.phi4j.internal.model;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The keys and values of a page of positions, held by one context or shared by several. A shared
 * page is read-only.
 */
final class KvPage {

  private final MemorySegment memory;
  private final Consumer<KvPage> owner;
  private final AtomicInteger holders = new AtomicInteger(1);

  /** Creates a page with one holder; the owner gets it back from the last one. */
  KvPage(MemorySegment memory, Consumer<KvPage> owner) {
    this.memory = memory;
    this.owner = owner;
  }

  MemorySegment memory() {
    return memory;
  }

  /** Adds a holder; the caller guarantees that another holds the page during the call. */
  KvPage hold() {
    holders.incrementAndGet();
    return this;
  }

  void release() {
    if (holders.decrementAndGet() == 0) {
      owner.accept(this);
    }
  }

  /** Whether the calling holder is the only one and may write. */
  boolean isWritable() {
    return holders.get() == 1 && !memory.isReadOnly();
  }

  /** Reuses a page that was taken back, with one holder. */
  void renew() {
    holders.set(1);
  }
}

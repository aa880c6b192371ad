package io.github.phi4j.internal.model;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The keys and values of a page of positions, held by one context or shared by several. Whoever
 * shares a page may only read it.
 */
final class KvPage {

  private final MemorySegment memory;
  private final Consumer<KvPage> owner;
  private final AtomicInteger holders = new AtomicInteger(1);

  /** Creates a page with one holder; the owner takes it back from the last one. */
  KvPage(MemorySegment memory, Consumer<KvPage> owner) {
    this.memory = memory;
    this.owner = owner;
  }

  MemorySegment memory() {
    return memory;
  }

  /** Adds a holder; the caller must know of one that cannot let go meanwhile. */
  KvPage hold() {
    holders.incrementAndGet();
    return this;
  }

  void release() {
    if (holders.decrementAndGet() == 0) {
      owner.accept(this);
    }
  }

  /** Whether the only holder, who asks, may write to it. */
  boolean isWritable() {
    return holders.get() == 1 && !memory.isReadOnly();
  }

  /** Gives a page that was taken back its next holder. */
  void renew() {
    holders.set(1);
  }
}

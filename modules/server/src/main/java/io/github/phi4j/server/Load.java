package io.github.phi4j.server;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The running and waiting generations: their number is limited, and closing waits for them. */
final class Load {

  /** A generation's slot, until it is closed. */
  @FunctionalInterface
  interface Slot extends AutoCloseable {
    @Override
    void close();
  }

  private final int limit;
  private final Set<Thread> running = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean draining;

  Load(int limit) {
    this.limit = limit;
  }

  /**
   * Takes a slot.
   *
   * @throws ApiException if none is free, or the server is closing
   */
  Slot enter(Thread worker) {
    lock.lock();
    try {
      if (draining) {
        throw ApiException.overloaded("The server is shutting down.");
      }
      if (running.size() >= limit) {
        throw ApiException.overloaded(
            "The server has " + limit + " requests in progress already; try again later.");
      }
      running.add(worker);
      return () -> leave(worker);
    } finally {
      lock.unlock();
    }
  }

  private void leave(Thread worker) {
    lock.lock();
    try {
      running.remove(worker);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  int count() {
    return running.size();
  }

  boolean draining() {
    lock.lock();
    try {
      return draining;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Admits no further generations and waits for the current ones; returns whether all have ended.
   */
  boolean drain(Duration patience) {
    lock.lock();
    try {
      draining = true;
      long left = patience.toNanos();
      while (!running.isEmpty() && left > 0) {
        left = changed.awaitNanos(left);
      }
      return running.isEmpty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Interrupts running generations and waits briefly for them. */
  void interrupt() {
    running.forEach(Thread::interrupt);
    drain(Duration.ofNanos(TimeUnit.SECONDS.toNanos(10)));
  }
}

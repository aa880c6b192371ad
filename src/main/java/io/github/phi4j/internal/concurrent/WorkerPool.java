package io.github.phi4j.internal.concurrent;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs the parts of one task after another on a fixed set of threads, the caller's among them. Idle
 * threads spin for a moment, since the products of a token follow each other closely, and then
 * park. Parts are handed out one by one, so a thread that the system holds up delays no more than
 * the part it has.
 */
public final class WorkerPool implements AutoCloseable {

  /** Work that can be cut into independent parts. */
  @FunctionalInterface
  public interface Task {
    /**
     * Does one part.
     *
     * @param part the number of the part, from 0
     * @param worker the number of the thread, from 0 and below {@link WorkerPool#threads()}
     */
    void run(int part, int worker);
  }

  private static final int SPINS = 4_000;
  private static final long PART_MASK = 0xffff_ffffL;

  private final Worker[] workers;

  /** Number of the task in the upper half, number of the next part in the lower half. */
  private final AtomicLong ticket = new AtomicLong(PART_MASK);

  private final AtomicInteger done = new AtomicInteger();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private Task task; // published by ticket
  private int parts; // published by ticket
  private volatile Thread waiting;
  private volatile boolean closed;

  /** Starts a pool; {@code threads} counts the caller's. */
  public WorkerPool(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("a pool needs at least one thread, not " + threads);
    }
    workers = new Worker[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(i + 1);
      workers[i].start();
    }
  }

  /** The number of threads that work on a task. */
  public int threads() {
    return workers.length + 1;
  }

  /**
   * Runs all parts of a task and returns when all are done. One caller at a time. After a part
   * failed, parts that have not started are skipped and its exception is thrown.
   */
  public void run(Task newTask, int newParts) {
    if (closed) {
      throw new IllegalStateException("the worker pool is closed");
    }
    if (newParts == 0) {
      return;
    }
    task = newTask;
    parts = newParts;
    done.set(0);
    ticket.set((epoch() + 1) << 32);
    int helpers = Math.min(workers.length, newParts - 1);
    for (int i = 0; i < helpers; i++) {
      workers[i].wake();
    }
    work(0);
    awaitDone(newParts);
    task = null;
    Throwable thrown = failure.getAndSet(null);
    if (thrown != null) {
      throw rethrow(thrown);
    }
  }

  private long epoch() {
    return ticket.get() >>> 32;
  }

  private static RuntimeException rethrow(Throwable thrown) {
    switch (thrown) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(thrown);
    }
  }

  private void awaitDone(int all) {
    for (int spins = 0; done.get() < all; spins++) {
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        waiting = Thread.currentThread();
        if (done.get() < all) {
          LockSupport.park(this);
        }
        waiting = null;
      }
    }
  }

  /** Takes parts of the current task until none is left. */
  private void work(int worker) {
    while (true) {
      long seen = ticket.get();
      Task current = task;
      int all = parts;
      int part = (int) seen;
      if (part < 0 || part >= all) {
        return;
      }
      // Success means that the part was still open, so that task and parts belong to this ticket.
      if (ticket.compareAndSet(seen, seen + 1)) {
        try {
          if (failure.get() == null) {
            current.run(part, worker);
          }
        } catch (Throwable e) { // a fault of the mapping is an Error and must reach the caller
          failure.compareAndSet(null, e);
        }
        if (done.incrementAndGet() == all) {
          Thread caller = waiting;
          if (caller != null) {
            LockSupport.unpark(caller);
          }
        }
      }
    }
  }

  /** Ends the threads and waits for them; no task may be running. */
  @Override
  public void close() {
    closed = true;
    for (Worker worker : workers) {
      LockSupport.unpark(worker);
    }
    boolean interrupted = false;
    for (Worker worker : workers) {
      while (worker.isAlive()) {
        try {
          worker.join();
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Worker extends Thread {
    private final int number;
    private volatile boolean parked;

    Worker(int number) {
      super("phi4j-worker-" + number);
      this.number = number;
      setDaemon(true);
    }

    void wake() {
      if (parked) {
        LockSupport.unpark(this);
      }
    }

    @Override
    public void run() {
      long last = epoch();
      while (!closed) {
        last = awaitTask(last);
        work(number);
      }
    }

    private long awaitTask(long last) {
      for (int spins = 0; !closed; spins++) {
        long now = epoch();
        if (now != last) {
          return now;
        }
        if (spins < SPINS) {
          Thread.onSpinWait();
        } else {
          parked = true;
          if (epoch() == last && !closed) {
            LockSupport.park(WorkerPool.this);
          }
          parked = false;
        }
      }
      return last;
    }
  }
}

package io.github.phi4j.internal.concurrent;

import io.github.phi4j.api.ClosedException;
import io.github.phi4j.api.ThreadPool;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs the parts of one task after another on a fixed set of threads, the caller's among them. Idle
 * threads spin briefly, since the products of a token follow each other closely, and then park.
 * Parts are handed out one by one, so a descheduled thread delays only its own part.
 *
 * <p>The pool itself serves one caller at a time. Callers that share it take turns: each holds
 * {@link #turn()} for as long as its tasks belong together.
 */
public final class WorkerPool implements ThreadPool {

  /** Work that can be cut into independent parts. */
  @FunctionalInterface
  public interface Task {
    /**
     * Runs one part.
     *
     * @param part the number of the part, from 0
     * @param worker the number of the thread, from 0 and below {@link WorkerPool#threads()}
     */
    void run(int part, int worker);
  }

  private static final int SPINS = 4_000;
  private static final long LONGEST_PARK_NANOS = 1_000_000;
  private static final int EPOCH_SHIFT = 32;

  private final Worker[] workers;
  private final ReentrantLock turn = new ReentrantLock(true);

  /** The task's number in the upper half, the count of its untaken parts in the lower half. */
  private final AtomicLong ticket = new AtomicLong();

  /** Threads other than the caller's that may be running a part. */
  private final AtomicInteger inside = new AtomicInteger();

  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private Task task; // published by ticket; null between runs
  private int parts; // published by ticket
  private volatile Thread waiting;
  private volatile boolean closed;

  /** Starts a pool; {@code threads} counts the caller's. */
  public WorkerPool(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("a pool needs at least one thread, not " + threads);
    }
    workers = new Worker[threads - 1];
    Arrays.setAll(workers, i -> new Worker(i + 1));
    try {
      for (Worker worker : workers) {
        worker.start();
      }
    } catch (Throwable e) { // thread creation may fail with an Error
      close();
      throw e;
    }
  }

  /** The number of threads that work on a task. */
  @Override
  public int threads() {
    return workers.length + 1;
  }

  /** The fair lock held while the pool is in use, and at no other time. */
  public ReentrantLock turn() {
    return turn;
  }

  /** Checks that the pool is open. */
  public void checkOpen() {
    if (closed) {
      throw new ClosedException("the thread pool is closed");
    }
  }

  /**
   * Runs all parts of a task and returns when all are done. One caller at a time, and no task may
   * run another. After a part failed, parts that have not started are skipped and its exception is
   * thrown.
   */
  public void run(Task newTask, int newParts) {
    checkOpen();
    if (task != null) {
      throw new IllegalStateException("the worker pool is already running a task");
    }
    if (newParts < 1) {
      return;
    }
    task = newTask;
    parts = newParts;
    try {
      ticket.set((epoch() + 1) << EPOCH_SHIFT | newParts);
      int helpers = Math.min(workers.length, newParts - 1);
      for (int i = 0; i < helpers; i++) {
        workers[i].wake();
      }
      work(0);
      awaitWorkers();
    } finally {
      task = null;
    }
    if (failure.get() != null) {
      throw rethrow(failure.getAndSet(null));
    }
  }

  private long epoch() {
    return ticket.get() >>> EPOCH_SHIFT;
  }

  private static RuntimeException rethrow(Throwable thrown) {
    switch (thrown) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(thrown);
    }
  }

  /** Waits until no other thread runs a part; none are left to take. */
  private void awaitWorkers() {
    for (int spins = 0; inside.get() > 0; spins++) {
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else if (Thread.currentThread().isInterrupted()) {
        Thread.onSpinWait(); // parking would return at once
      } else {
        waiting = Thread.currentThread();
        if (inside.get() > 0) {
          // With a timeout: a fault of a mapping may hit a worker just before it unparks us.
          LockSupport.parkNanos(this, LONGEST_PARK_NANOS);
        }
        waiting = null;
      }
    }
  }

  /** Takes parts of the current task until none is left. */
  private void work(int worker) {
    try {
      while (true) {
        long seen = ticket.get();
        Task current = task;
        int all = parts;
        int untaken = (int) seen;
        if (untaken == 0) {
          return;
        }
        // A task with an untaken part is still running, so if the ticket has not changed, the
        // fields read since belong to it.
        if (ticket.compareAndSet(seen, seen - 1)) {
          current.run(all - untaken, worker);
        }
      }
    } catch (Throwable e) { // a fault of the mapping is an Error and must reach the caller
      failure.compareAndSet(null, e);
      ticket.set(epoch() << EPOCH_SHIFT); // skips the rest; the caller waits for us
    }
  }

  /** Ends the threads, at this caller's turn, and waits for them. */
  @Override
  public void close() {
    turn.lock();
    try {
      end();
    } finally {
      turn.unlock();
    }
  }

  private void end() {
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
      long last = 0;
      while (!closed) {
        try {
          last = awaitTask(last);
          help();
        } catch (Throwable e) {
          // A fault of the mapping may show only after the part that it happened in. The thread
          // must live on; the next run reports the fault.
          failure.compareAndSet(null, e);
        }
      }
    }

    private void help() {
      inside.incrementAndGet();
      try {
        work(number);
      } finally {
        if (inside.decrementAndGet() == 0) {
          LockSupport.unpark(waiting);
        }
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

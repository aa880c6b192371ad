package io.github.phi4j.internal.engine;

import io.github.phi4j.api.ModelException;
import io.github.phi4j.internal.event.QueueWaitEvent;
import io.github.phi4j.internal.event.Recorded;
import io.github.phi4j.internal.model.KvCache;
import io.github.phi4j.internal.model.Slice;
import java.util.concurrent.locks.Condition;
import java.util.function.BooleanSupplier;

/**
 * A sequence of tokens in the scheduler, with its current request. One thread at a time makes
 * requests, by {@link Scheduler#compute}. All fields are guarded by the scheduler's lock except
 * {@link #slice}, which belongs to the running pass.
 */
final class Sequence {

  final KvCache cache;
  final Slice slice;
  final Condition settled;

  private final BooleanSupplier cancelled;
  private volatile boolean interrupted;

  // The request.
  private int[] tokens;
  private int next;
  private int end;
  private int rows;
  private float[][] out;
  private boolean step;

  /** Whether a request is pending. */
  boolean pending;

  /** Whether the running pass has tokens of it. */
  boolean running;

  /** The failure of the request, or null. */
  Throwable failure;

  /** The sequence number of its call. */
  long age;

  // The wait for the first pass, while it lasts.
  private Recorded<QueueWaitEvent> queued;
  private long queuedSince;

  /** The wait of its call for the first pass. */
  volatile long queueWaitNanos;

  /** The time of its last decode step. */
  long lastStep;

  /** Whether the next pass waits briefly for it. */
  boolean awaited;

  /**
   * Creates a sequence without a request.
   *
   * @param output the output for its tokens
   * @param cancelled whether its call was cancelled; called by any thread
   */
  Sequence(KvCache cache, Slice.Output output, BooleanSupplier cancelled, Condition settled) {
    this.cache = cache;
    this.cancelled = cancelled;
    this.settled = settled;
    slice = new Slice(cache, this::cancelled, output);
  }

  /** Whether the request was cancelled. */
  boolean cancelled() {
    return interrupted || cancelled.getAsBoolean();
  }

  /** Cancels the request because its thread was interrupted. */
  void interrupt() {
    interrupted = true;
  }

  /** Begins the wait of its call for the first pass. */
  void enterQueue() {
    queued = Recorded.begin(QueueWaitEvent::new);
    queuedSince = System.nanoTime();
    queueWaitNanos = 0;
  }

  /**
   * Ends the wait, at the first pass or the end of the call.
   *
   * @param calls the number of running calls
   * @return whether it was waiting
   */
  boolean leaveQueue(int calls) {
    if (queued == null) {
      return false;
    }
    queueWaitNanos = System.nanoTime() - queuedSince;
    queued.commit(event -> event.calls = calls);
    queued = null;
    return true;
  }

  /** Sets the request, with the parameters of {@link Scheduler#compute}. */
  void ask(int[] newTokens, int newEnd, int newRows, float[][] newOut, boolean isStep) {
    tokens = newTokens;
    next = cache.length();
    end = newEnd;
    rows = newRows;
    out = newOut;
    step = isStep;
    interrupted = false;
    failure = null;
    pending = true;
  }

  /** Whether the request is a decode step rather than prefill. */
  boolean step() {
    return step;
  }

  /** The number of tokens left to compute. */
  int remaining() {
    return end - next;
  }

  /** Adds a number of tokens to the next pass. */
  void take(int count) {
    int stop = next + count;
    int firstRow = Math.max(next, end - rows);
    int wanted = Math.max(0, stop - firstRow);
    slice.set(tokens, next, count, wanted, out, firstRow - (end - rows));
    running = true;
  }

  /** Updates the request after a pass; returns whether it is settled. */
  boolean advance() {
    if (running && slice.computed()) {
      next += slice.count();
    } else if (running) {
      slice.failure().ifPresent(reason -> failure = reason);
    }
    running = false;
    return failure != null || next == end || cancelled();
  }

  /** Discards the results of a faulty pass. */
  void undo() {
    if (running) {
      cache.truncate(next);
      running = false;
    }
  }

  /** Whether its own file was truncated, which is then its failure. */
  boolean blame() {
    try {
      cache.checkSource();
      return false;
    } catch (ModelException e) {
      failure = e;
      return true;
    }
  }

  /** Whether all tokens were computed. */
  boolean complete() {
    return next == end;
  }
}

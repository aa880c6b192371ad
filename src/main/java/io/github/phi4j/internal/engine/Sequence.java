package io.github.phi4j.internal.engine;

import io.github.phi4j.api.ModelException;
import io.github.phi4j.internal.event.QueueWaitEvent;
import io.github.phi4j.internal.model.KvCache;
import io.github.phi4j.internal.model.Slice;
import java.util.concurrent.locks.Condition;
import java.util.function.BooleanSupplier;

/**
 * A context's place in the forward passes: the tokens that it waits for. One thread at a time asks
 * for them, by {@link Scheduler#compute}. All fields are guarded by the scheduler's lock, except
 * for {@link #slice}, which belongs to the pass while one runs.
 */
final class Sequence {

  final KvCache cache;
  final Slice slice;
  final Condition settled;

  private final BooleanSupplier cancelled;
  private volatile boolean interrupted;

  // What is asked for.
  private int[] tokens;
  private int next;
  private int end;
  private int rows;
  private float[][] out;
  private boolean step;

  /** Whether a thread waits for tokens. */
  boolean pending;

  /** Whether a pass computes some of them. */
  boolean running;

  /** Why they could not be computed. */
  Throwable failure;

  /** When its call began, counted in calls. */
  long age;

  // The wait for the first pass, while it lasts.
  private QueueWaitEvent queued;
  private long queuedSince;

  /** How long its call waited for its first pass. */
  volatile long queueWaitNanos;

  /** When it last got a single token, if it is likely to ask for another. */
  long lastStep;

  /** Whether the next pass waits for it for a moment. */
  boolean awaited;

  /**
   * Creates a sequence that asks for nothing.
   *
   * @param output what is computed for its tokens
   * @param cancelled whether its call was cancelled; asked by any thread
   */
  Sequence(KvCache cache, Slice.Output output, BooleanSupplier cancelled, Condition settled) {
    this.cache = cache;
    this.cancelled = cancelled;
    this.settled = settled;
    slice = new Slice(cache, this::cancelled, output);
  }

  /** Whether what it asks for is not wanted any more. */
  boolean cancelled() {
    return interrupted || cancelled.getAsBoolean();
  }

  /** Gives up what it asks for, for its thread was interrupted. */
  void interrupt() {
    interrupted = true;
  }

  /** Its call begins, and waits for its first pass. */
  void enterQueue() {
    queued = new QueueWaitEvent();
    queued.begin();
    queuedSince = System.nanoTime();
    queueWaitNanos = 0;
  }

  /**
   * A pass takes tokens of it, or its call ends.
   *
   * @param calls how many calls there are
   * @return whether it waited until now
   */
  boolean leaveQueue(int calls) {
    if (queued == null) {
      return false;
    }
    queueWaitNanos = System.nanoTime() - queuedSince;
    queued.end();
    if (queued.shouldCommit()) {
      queued.calls = calls;
      queued.commit();
    }
    queued = null;
    return true;
  }

  /** Asks for tokens, as {@link Scheduler#compute} has them. */
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

  /** Whether another stream of text waits for the tokens, rather than a prompt. */
  boolean step() {
    return step;
  }

  /** How many tokens are left to compute. */
  int remaining() {
    return end - next;
  }

  /** Prepares the next pass to compute some of the tokens. */
  void take(int count) {
    int stop = next + count;
    int firstRow = Math.max(next, end - rows);
    int wanted = Math.max(0, stop - firstRow);
    slice.set(tokens, next, count, wanted, out, firstRow - (end - rows));
    running = true;
  }

  /** Takes note of a pass; true if nothing is left to compute. */
  boolean advance() {
    if (running && slice.computed()) {
      next += slice.count();
    } else if (running) {
      slice.failure().ifPresent(reason -> failure = reason);
    }
    running = false;
    return failure != null || next == end || cancelled();
  }

  /** Takes back what a pass computed that may have read what is gone. */
  void undo() {
    if (running) {
      cache.truncate(next);
      running = false;
    }
  }

  /** Whether a file of its own was cut short, which then is why it fails. */
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

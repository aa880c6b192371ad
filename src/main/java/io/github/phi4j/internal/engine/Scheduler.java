package io.github.phi4j.internal.engine;

import io.github.phi4j.api.BusyException;
import io.github.phi4j.api.ClosedException;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.PassReport;
import io.github.phi4j.internal.event.PassEvent;
import io.github.phi4j.internal.event.Recorded;
import io.github.phi4j.internal.model.ForwardPass;
import io.github.phi4j.internal.model.KvCache;
import io.github.phi4j.internal.model.PhiWeights;
import io.github.phi4j.internal.model.Slice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes the pending tokens of a generator's sequences on its own thread, batching sequences in
 * each forward pass (continuous batching, Yu et al. 2022, "Orca"). Sequences join and leave between
 * passes. Older calls come first; a pass has the next tokens of all, and as many prompt tokens as
 * possible without delaying the others.
 */
final class Scheduler implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);

  /** The maximum slowdown of a pass by prompt tokens while others decode. */
  private static final double SLOWER_BY_PROMPTS = 1.75;

  /** Prompt tokens in a pass until their cost is known. */
  private static final int FIRST_CHUNK = 2;

  /** The wait for sequences of the last pass, as a fraction of its duration. */
  private static final int WAITING_PART = 8;

  private static final long MIN_WAITING_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  /** The number of passes without a request after which a sequence no longer counts as decoding. */
  private static final int PASSES_TO_LIVE = 8;

  /** Retries in a row of passes that failed for an unknown reason. */
  private static final int MAX_FAULTS = 3;

  private static final Comparator<Sequence> OLDEST_FIRST =
      Comparator.comparingLong(sequence -> sequence.age);

  private final ForwardPass forwardPass;
  private final ReentrantLock turn;
  private final Telemetry telemetry;
  private final LongSupplier clock;
  private final int maxSequences;
  private final int maxCalls;
  private final Thread thread = new Thread(this::run, "phi4j-scheduler");

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();

  // Guarded by the lock.
  private final List<Sequence> pending = new ArrayList<>();
  private final List<Sequence> streams = new ArrayList<>(); // whose last request was a decode step
  private final PassCost cost = new PassCost();
  private int calls;
  private int queued; // calls without a token in any pass yet
  private int leftOut; // sequences left out of the last plan
  private long age;
  private long lastPassEnd;
  private long lastPassNanos;
  private int faults; // passes in a row that failed for an unknown reason
  private boolean closed;

  private boolean warned; // of the thread
  private final List<Slice> slices = new ArrayList<>(); // of the thread, used again

  /**
   * Starts the thread.
   *
   * @param turn the lock held during forward passes on the same threads
   * @param clock a clock in nanoseconds, like {@link System#nanoTime}
   */
  Scheduler(
      ForwardPass forwardPass,
      ReentrantLock turn,
      LoadOptions options,
      Telemetry telemetry,
      LongSupplier clock) {
    this.forwardPass = forwardPass;
    this.turn = turn;
    this.telemetry = telemetry;
    this.clock = clock;
    maxSequences = options.maxSequences();
    maxCalls = (int) Math.min(Integer.MAX_VALUE, (long) maxSequences + options.maxWaiting());
    thread.setDaemon(true);
    thread.start();
  }

  /** Creates a sequence; the scheduler does not hold it until it requests tokens. */
  Sequence sequence(KvCache cache, BooleanSupplier cancelled) {
    return sequence(cache, Slice.Output.LOGITS, cancelled);
  }

  /** Creates a sequence; the scheduler does not hold it until it requests tokens. */
  Sequence sequence(KvCache cache, Slice.Output output, BooleanSupplier cancelled) {
    return new Sequence(cache, output, cancelled, lock.newCondition());
  }

  /** The maximum number of sequences in a pass. */
  int maxSequences() {
    return maxSequences;
  }

  /** The time in nanoseconds, from the clock that measures passes. */
  long nanoTime() {
    return clock.getAsLong();
  }

  /**
   * Begins a call that will request tokens; {@link #end} follows.
   *
   * @throws BusyException if there are too many calls already
   */
  void begin(Sequence sequence) {
    lock.lock();
    try {
      if (calls >= maxCalls) {
        throw new BusyException(
            String.format(
                Locale.ROOT,
                "the generator is busy with %d calls, %d of them at once, and may have no more;"
                    + " call again later, or load the model with a higher maxSequences or"
                    + " maxWaiting",
                calls,
                Math.min(calls, maxSequences)));
      }
      calls++;
      queued++;
      sequence.age = age++;
      sequence.enterQueue();
    } finally {
      lock.unlock();
    }
  }

  /** Ends a call that began. */
  void end(Sequence sequence) {
    lock.lock();
    try {
      leaveQueue(sequence);
      calls--;
    } finally {
      lock.unlock();
    }
  }

  private void leaveQueue(Sequence sequence) {
    if (sequence.leaveQueue(calls)) {
      queued--;
    }
  }

  /** The number of running calls. */
  int calls() {
    lock.lock();
    try {
      return calls;
    } finally {
      lock.unlock();
    }
  }

  /** The number of calls still waiting for their first pass. */
  int queued() {
    lock.lock();
    try {
      return queued;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Computes the tokens of a sequence beyond those in its cache, and waits.
   *
   * @param tokens all tokens of the sequence
   * @param end the end of the tokens to compute
   * @param rows the number of last tokens with requested output
   * @param out receives the output, (rows, vocabulary) for logits or (rows, embedding) for hidden
   *     states
   * @param step whether this is a decode step rather than prefill
   * @throws CancellationException if the call was cancelled or its thread interrupted; the cache
   *     has the tokens computed so far
   */
  void compute(Sequence sequence, int[] tokens, int end, int rows, float[][] out, boolean step) {
    boolean interrupted = false;
    lock.lock();
    try {
      if (closed) {
        throw new ClosedException("the generator is closed");
      }
      sequence.ask(tokens, end, rows, out, step);
      if (sequence.cancelled()) {
        sequence.pending = false;
      } else {
        enqueue(sequence);
      }
      while (sequence.pending) {
        try {
          sequence.settled.await();
        } catch (InterruptedException _) {
          interrupted = true;
          sequence.interrupt();
          drop(sequence);
        }
      }
    } finally {
      lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    report(sequence);
  }

  private static void report(Sequence sequence) {
    switch (sequence.failure) {
      case null -> {
        if (!sequence.complete()) {
          throw new CancellationException("the call was cancelled");
        }
      }
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(sequence.failure);
    }
  }

  private void enqueue(Sequence sequence) {
    sequence.awaited = false;
    if (!sequence.step()) {
      streams.remove(sequence);
    }
    pending.add(sequence);
    if (pending.size() == 1 || noneAwaited()) { // else the last awaited one wakes the thread
      work.signal();
    }
  }

  /** Wakes the thread that waits for a cancelled sequence, unless a running pass will do so. */
  void cancel(Sequence sequence) {
    lock.lock();
    try {
      drop(sequence);
    } finally {
      lock.unlock();
    }
  }

  private void drop(Sequence sequence) {
    if (sequence.pending && !sequence.running && sequence.cancelled()) {
      settle(sequence);
    }
  }

  private void settle(Sequence sequence) {
    pending.remove(sequence);
    sequence.pending = false;
    sequence.settled.signal();
  }

  /** Notes that a sequence will request no more tokens for now. */
  void dismiss(Sequence sequence) {
    lock.lock();
    try {
      if (streams.remove(sequence) && sequence.awaited) {
        sequence.awaited = false;
        work.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * The speedup from adding speculative tokens to the next pass.
   *
   * @param more the number of tokens to add
   * @param useful the expected number of accepted tokens
   * @param nanos the time to propose them
   * @return the ratio of useful tokens per time with and without them
   */
  double gain(int more, double useful, double nanos) {
    lock.lock();
    try {
      int width = Math.max(1, streams.size());
      double usual = cost.nanos(width);
      double slower = cost.known() ? (cost.nanos(width + more) + nanos) / usual : 1;
      return (width + useful) / width / slower;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Shifts a cache between passes, see {@link ForwardPass#shift}; no sequence may be waiting for
   * it.
   */
  void shift(KvCache cache, int keep, int distance) {
    turn.lock();
    try {
      forwardPass.shift(cache, keep, distance);
    } finally {
      turn.unlock();
    }
  }

  private void run() {
    List<Sequence> batch = new ArrayList<>();
    boolean open = true;
    while (open) {
      try {
        open = nextBatch(batch);
        if (open) {
          finish(batch, Optional.empty(), runPass(batch));
        }
      } catch (Throwable e) { // a fault of a mapping is an Error, possibly thrown late
        finish(batch, Optional.of(e), 0);
      } finally {
        batch.clear();
      }
    }
  }

  /** Runs a pass and returns its nanoseconds. */
  private long runPass(List<Sequence> batch) {
    slices.clear();
    for (int i = 0; i < batch.size(); i++) {
      slices.add(batch.get(i).slice);
    }
    turn.lock();
    try { // measured without the wait for the lock
      Recorded<PassEvent> event = Recorded.begin(PassEvent::new);
      long start = nanoTime();
      forwardPass.run(slices);
      warnOfRange();
      long nanos = nanoTime() - start;
      event.commit(pass -> complete(pass, report(batch, nanos)));
      if (telemetry.hasListeners()) {
        telemetry.passed(report(batch, nanos));
      }
      return nanos;
    } finally {
      turn.unlock();
    }
  }

  private PassReport report(List<Sequence> batch, long nanos) {
    int decodeTokens = 0;
    int prefillTokens = 0;
    for (Sequence sequence : batch) {
      if (sequence.step()) {
        decodeTokens += sequence.slice.count();
      } else {
        prefillTokens += sequence.slice.count();
      }
    }
    return new PassReport(
        batch.size(), decodeTokens, prefillTokens, leftOut, Duration.ofNanos(nanos));
  }

  private static void complete(PassEvent event, PassReport report) {
    event.sequences = report.sequences();
    event.decodeTokens = report.decodeTokens();
    event.prefillTokens = report.prefillTokens();
    event.waiting = report.waiting();
  }

  /** Replaces the weights, with those of the same model, from the next pass on. */
  void compute(PhiWeights weights) {
    turn.lock();
    try {
      forwardPass.compute(weights);
    } finally {
      turn.unlock();
    }
  }

  private void warnOfRange() {
    if (!warned && !forwardPass.keysInRange()) {
      warned = true;
      LOG.warn(
          "The model computes keys or values beyond the range of its KV cache's number format,"
              + " which are stored as the largest that it has: texts may be wrong. A KV cache of"
              + " type f32 (LoadOptions.Builder.kvCacheType, or -ctk f32 -ctv f32) holds them");
    }
  }

  private boolean nextBatch(List<Sequence> batch) {
    lock.lock();
    try {
      awaitSequences();
      if (!closed) {
        plan(batch);
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for work, and briefly for sequences that are sampling a token of the last pass. */
  private void awaitSequences() {
    long waiting = Math.max(MIN_WAITING_NANOS, lastPassNanos / WAITING_PART);
    while (!closed) {
      long left = waiting - (nanoTime() - lastPassEnd);
      if (!pending.isEmpty() && (left <= 0 || noneAwaited())) {
        return;
      }
      try {
        if (pending.isEmpty()) {
          work.await();
        } else {
          work.awaitNanos(left);
        }
      } catch (InterruptedException _) {
        // Ignored: the thread lives as long as the generator.
      }
    }
  }

  private boolean noneAwaited() {
    for (Sequence stream : streams) {
      if (stream.awaited) {
        return false;
      }
    }
    return true;
  }

  /** Plans the tokens of the next pass. */
  private void plan(List<Sequence> batch) {
    pending.sort(OLDEST_FIRST);
    List<Sequence> served = pending.subList(0, Math.min(pending.size(), maxSequences));
    leftOut = pending.size() - served.size();
    int limit = ForwardPass.MAX_BATCH / served.size();
    int tokens = 0;
    int prompts = 0;
    for (Sequence sequence : served) {
      if (sequence.step()) {
        tokens += take(sequence, limit, batch);
      } else {
        prompts++;
      }
    }
    int left = prompts == 0 ? 0 : promptTokens(tokens);
    for (Sequence sequence : served) {
      if (left > 0 && !sequence.step()) {
        left -= take(sequence, Math.max(1, left / prompts--), batch);
      }
    }
    streams.forEach(stream -> stream.awaited = false);
  }

  private int take(Sequence sequence, int limit, List<Sequence> batch) {
    leaveQueue(sequence);
    int count = Math.min(limit, sequence.remaining());
    batch.add(sequence);
    sequence.take(count);
    return count;
  }

  /** The number of prompt tokens in a pass beside others. */
  private int promptTokens(int others) {
    long now = nanoTime();
    streams.removeIf(
        stream -> !stream.pending && now - stream.lastStep > PASSES_TO_LIVE * lastPassNanos);
    int room = ForwardPass.MAX_BATCH - others;
    if (others == 0 && streams.isEmpty()) {
      return room;
    }
    int usual = Math.max(others, streams.size());
    double limit = cost.known() ? cost.room(usual, SLOWER_BY_PROMPTS) : FIRST_CHUNK;
    return (int) Math.clamp(limit, 1, room);
  }

  /**
   * Delivers the results of a pass. A failure is that of all its sequences unless one caused it.
   */
  private void finish(List<Sequence> batch, Optional<Throwable> failure, long nanos) {
    lock.lock();
    try {
      lastPassEnd = nanoTime();
      if (failure.isEmpty()) {
        learn(batch, nanos);
        faults = 0;
      }
      // If the batch is unknown, all pending sequences fail, since they would wait forever.
      List<Sequence> concerned = batch.isEmpty() ? List.copyOf(pending) : batch;
      boolean again = failure.isPresent() && isWorthAnother(failure.get(), concerned);
      for (Sequence sequence : concerned) {
        if (again) {
          sequence.undo();
        }
        finish(sequence, again ? Optional.empty() : failure);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whether to retry a failed pass: after a fault of a mapping, without the sequences whose own
   * file was truncated; and a few times if there are none, since a late fault may belong to a
   * sequence that has left or to another generator on the same threads.
   */
  private boolean isWorthAnother(Throwable failure, List<Sequence> concerned) {
    if (!(failure instanceof InternalError)) {
      return false;
    }
    boolean blamed = false;
    for (Sequence sequence : concerned) {
      blamed |= sequence.blame();
    }
    faults = blamed ? 0 : faults + 1;
    return faults <= MAX_FAULTS;
  }

  private void learn(List<Sequence> batch, long nanos) {
    int tokens = 0;
    for (Sequence sequence : batch) {
      if (!sequence.slice.computed()) {
        return; // a sequence left during the pass, which shortened it
      }
      tokens += sequence.slice.count();
    }
    lastPassNanos = nanos;
    cost.add(tokens, nanos);
  }

  private void finish(Sequence sequence, Optional<Throwable> failure) {
    if (!sequence.pending) {
      return;
    }
    boolean settled = sequence.advance();
    failure.ifPresent(reason -> sequence.failure = reason);
    if (settled || failure.isPresent()) {
      settle(sequence);
    }
    if (sequence.failure == null && sequence.complete()) {
      sequence.lastStep = lastPassEnd;
      sequence.awaited = true;
      if (!streams.contains(sequence)) {
        streams.add(sequence);
      }
    }
  }

  /** Stops the thread. No call may be running. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      work.signal();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

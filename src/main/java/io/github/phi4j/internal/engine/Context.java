package io.github.phi4j.internal.engine;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LogitsSink;
import io.github.phi4j.api.Tokenizer;
import io.github.phi4j.internal.concurrent.Closing;
import io.github.phi4j.internal.event.CacheHitEvent;
import io.github.phi4j.internal.event.Recorded;
import io.github.phi4j.internal.model.ForwardPass;
import io.github.phi4j.internal.model.KvCache;
import io.github.phi4j.internal.model.PrefixCache;
import io.github.phi4j.internal.sampling.Logits;
import io.github.phi4j.internal.storage.ContextFile;
import io.github.phi4j.internal.storage.ModelVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * The tokens of a session and their computed state: a prefix in the KV cache, and the logits after
 * the last token if all are computed.
 *
 * <p>Likely next tokens may be computed ahead. If the text goes another way, their logits are
 * discarded, so that they cannot change it.
 *
 * <p>Models with two sets of rope factors compute contexts up to their original length with the
 * short set and longer ones with the long set, for all tokens, as Hugging Face's implementation
 * does. A context that crosses the boundary is therefore recomputed.
 */
final class Context {

  private static final int LOGITS_BATCH = 64;

  private final ForwardPass forwardPass;
  private final Scheduler scheduler;
  private final KvCache cache;
  private final PrefixCache prefixes;
  private final Sequence sequence;
  private final BooleanSupplier cancelled;
  private final int vocabularySize;
  private int[] tokens = new int[256]; // the context's tokens, then those computed ahead
  private int length;
  private int computedTokens;
  private int generation; // of the computed state, see PrefixCache
  private int sharedPages; // known to the prefix cache

  /** Up to this position the cache depends on the tokens alone, not on a context shift. */
  private int unshifted = Integer.MAX_VALUE;

  /** Row {@code i} has the logits after the first {@code rowsFrom + i} tokens. */
  private float[][] rows = new float[1][];

  private int rowsFrom;
  private int rowCount;

  private volatile Optional<DraftModel> draft = Optional.empty(); // any thread cancels it

  /**
   * Creates an empty context.
   *
   * @param cancelled whether the running call was cancelled; asked by any thread
   */
  Context(
      ForwardPass forwardPass,
      Scheduler scheduler,
      PrefixCache prefixes,
      KvCache cache,
      BooleanSupplier cancelled) {
    this.forwardPass = forwardPass;
    this.scheduler = scheduler;
    this.prefixes = prefixes;
    this.cache = cache;
    this.cancelled = cancelled;
    sequence = scheduler.sequence(cache, cancelled);
    vocabularySize = forwardPass.vocabularySize();
    generation = prefixes.generation();
  }

  /** An independent context with the same tokens, in the same call. */
  Context copy(BooleanSupplier copyCancelled) {
    Context copy = new Context(forwardPass, scheduler, prefixes, cache.fork(), copyCancelled);
    copy.sequence.age = sequence.age;
    copy.tokens = tokens.clone();
    copy.length = length;
    copy.unshifted = unshifted;
    copy.generation = generation;
    if (hasLogits()) {
      copy.rows[0] = logits().clone();
      copy.rowsFrom = length;
      copy.rowCount = 1;
    }
    copy.forgetAhead();
    return copy;
  }

  /** Checks the available memory for a fork. */
  void requireMemoryOfFork() {
    cache.requireRest("a fork with room for " + capacity() + " tokens");
  }

  /**
   * The draft model, which lives as long as this context.
   *
   * @param tokenizer the tokenizer of the context's own model
   */
  DraftModel draft(Generator model, Tokenizer tokenizer) {
    if (draft.isEmpty() || !draft.get().isOf(model)) {
      draft.ifPresent(DraftModel::close);
      draft =
          Optional.of(new DraftModel(model, tokenizer, capacity(), cancelled, scheduler::nanoTime));
    }
    return draft.get();
  }

  /** The speedup from tokens computed ahead, see {@link Scheduler#gain}. */
  double gain(int ahead, double useful, double nanos) {
    return scheduler.gain(ahead, useful, nanos);
  }

  /** Begins a call that computes tokens; {@link #end} follows. */
  void begin() {
    scheduler.begin(sequence);
  }

  /** Ends a call that began. */
  void end() {
    scheduler.end(sequence);
  }

  /** The call's wait for its first forward pass, in nanoseconds. */
  long queueWaitNanos() {
    return sequence.queueWaitNanos;
  }

  /** Wakes the thread that waits for tokens of a cancelled call. */
  void cancel() {
    scheduler.cancel(sequence);
    draft.ifPresent(DraftModel::cancel);
  }

  /** Restores an empty context that has the KV cache of a file. */
  void restore(ContextFile file) {
    length = file.tokens().length;
    tokens = Arrays.copyOf(file.tokens(), Math.max(length, tokens.length));
    unshifted = file.unshifted();
  }

  /** Writes the computed tokens and their KV cache. */
  void save(Path path, ModelVersion model) throws IOException {
    forgetAhead();
    new ContextFile(Arrays.copyOf(tokens, length), unshifted).write(path, model, cache);
  }

  /**
   * Checks the file that the context was restored from, if any.
   *
   * @throws io.github.phi4j.api.ModelException if it was truncated
   */
  void checkSource() {
    cache.checkSource();
  }

  /** An empty cache of the same number formats. */
  KvCache emptyCache(int capacity) {
    return cache.empty(capacity);
  }

  /** The sequence number of the running call. */
  long age() {
    return sequence.age;
  }

  int capacity() {
    return cache.capacity();
  }

  int length() {
    return length;
  }

  /** The tokens of the context, valid up to {@link #length()}. */
  int[] tokens() {
    return tokens;
  }

  /** The number of tokens computed since creation, without those computed ahead. */
  int computedTokens() {
    return computedTokens;
  }

  boolean full() {
    return length == cache.capacity();
  }

  /**
   * Makes room in a full context: keeps the first {@code keep} tokens, drops the older half of the
   * others, and shifts the newer half. The last token is always recomputed, so that the text does
   * not depend on speculation.
   */
  void shift(int keep) {
    forgetLast();
    int distance = Math.max(1, (length - keep) / 2);
    if (cache.length() <= keep + distance) {
      cache.truncate(keep);
    } else {
      scheduler.shift(cache, keep, distance);
    }
    System.arraycopy(tokens, keep + distance, tokens, keep, length - keep - distance);
    length -= distance;
    unshifted = Math.min(unshifted, keep);
  }

  /**
   * Sets the context to a prompt and computes the missing tokens.
   *
   * @return the number of tokens already computed
   */
  int prefill(int[] prompt) {
    int kept = computedPrefix(prompt);
    rewind(kept);
    append(prompt, kept, null);
    return kept;
  }

  /**
   * The number of prompt tokens that need not be computed; the last is recomputed if its logits are
   * missing.
   */
  int computedPrefix(int[] prompt) {
    int mismatch = Arrays.mismatch(tokens, 0, length, prompt, 0, prompt.length);
    int common = Math.min(unshifted, mismatch < 0 ? length : mismatch);
    boolean complete = common == prompt.length && common == length && hasLogits();
    return complete ? common : Math.min(common, prompt.length - 1);
  }

  void rewind(int newLength) {
    if (newLength < length) {
      length = newLength;
      cache.truncate(newLength);
      forgetShift();
      rowCount = 0;
    }
  }

  /** A cache without shifted positions depends on the tokens alone again. */
  private void forgetShift() {
    if (cache.length() <= unshifted) {
      unshifted = Integer.MAX_VALUE;
    }
    sharedPages = Math.min(sharedPages, cache.length() / KvCache.PAGE_LENGTH);
  }

  /** Discards the last token's computed state and all that was computed ahead. */
  private void forgetLast() {
    if (cache.length() >= length) {
      computedTokens--;
    }
    cache.truncate(length - 1);
    rowCount = 0;
  }

  /** Discards tokens computed ahead. */
  private void forgetAhead() {
    if (cache.length() > length) {
      cache.truncate(length);
      rowCount = Math.min(rowCount, length - rowsFrom + 1);
    }
  }

  /** Appends a token, to be computed when its logits are needed unless it was computed ahead. */
  void add(int token) {
    if (cache.length() > length && tokens[length] == token) {
      length++;
      computedTokens++;
      return;
    }
    forgetAhead();
    makeRoom(1);
    tokens[length++] = token;
  }

  private void makeRoom(int count) {
    if (length + count > tokens.length) {
      int wanted = Math.max(2 * tokens.length, length + count);
      tokens = Arrays.copyOf(tokens, Math.min(wanted, cache.capacity()));
    }
  }

  /**
   * Appends tokens and computes them.
   *
   * @param sink receives the logits after each token; may be null
   * @throws CancellationException if cancelled; the context then ends with the computed ones
   */
  void append(int[] more, int from, LogitsSink sink) {
    forgetAhead();
    int first = length;
    makeRoom(more.length - from);
    System.arraycopy(more, from, tokens, length, more.length - from);
    length += more.length - from;
    try {
      if (sink == null) {
        logits();
      } else {
        prepare(first);
        handOver(first, sink);
      }
    } finally {
      length = Math.max(first, cache.length());
    }
  }

  /**
   * Computes tokens in batches and passes the logits after each from {@code first} on to the sink.
   */
  private void handOver(int first, LogitsSink sink) {
    if (cache.length() < first) {
      compute(first, 0, rows, false);
    }
    while (cache.length() < length) {
      int start = cache.length();
      int end = Math.min(length, start + LOGITS_BATCH);
      float[][] batch = new float[end - start][vocabularySize];
      compute(end, end - start, batch, end - start == 1);
      for (int i = 0; i < end - start; i++) {
        Logits.max(batch[i]); // throws where they are not numbers
        sink.accept(start + i, batch[i]);
      }
      if (end == length) {
        rows[0] = batch[end - start - 1];
        rowsFrom = length;
        rowCount = 1;
      }
    }
  }

  /** The logits after the last token, in a reused array. */
  float[] logits() {
    if (!hasLogits()) {
      computeLogits(0);
    }
    return rows[length - rowsFrom];
  }

  /** Whether the logits after the last token are computed. */
  boolean hasLogits() {
    return rowsFrom <= length && length < rowsFrom + rowCount;
  }

  /** The number of tokens that can be computed ahead, up to a limit. */
  int roomAhead(int limit) {
    int room = Math.min(limit, cache.capacity() - length);
    boolean longFactors = forwardPass.needsLongFactors(length);
    while (room > 0 && forwardPass.needsLongFactors(length + room) != longFactors) {
      room--;
    }
    return room;
  }

  /**
   * Computes the logits after the last token and after each of a number of likely next tokens,
   * which must not exceed {@link #roomAhead}.
   */
  void computeAhead(int[] likely, int count) {
    forgetAhead();
    makeRoom(count);
    System.arraycopy(likely, 0, tokens, length, count);
    computeLogits(count);
  }

  private void computeLogits(int ahead) {
    prepare(length - 1);
    if (cache.length() >= length) {
      cache.truncate(length - 1); // after a rewind the last token has no logits
    }
    reserveRows(1 + ahead);
    rowCount = 0;
    compute(length + ahead, 1 + ahead, rows, length - cache.length() == 1);
    rowsFrom = length;
    rowCount = 1 + ahead;
  }

  /**
   * Chooses the rope factors and takes the longest known prefix from the prefix cache.
   *
   * @param end the maximum length of the prefix
   */
  private void prepare(int end) {
    boolean longFactors = forwardPass.needsLongFactors(length);
    int current = prefixes.generation();
    if (longFactors != cache.longFactors() || generation != current) {
      generation = current;
      cache.restart(longFactors);
    }
    Recorded<CacheHitEvent> event = Recorded.begin(CacheHitEvent::new);
    int reused = prefixes.extend(cache, tokens, end);
    if (reused > 0) {
      event.commit(hit -> hit.tokens = reused);
    }
    forgetShift();
  }

  /** Publishes full pages to the prefix cache. */
  private void share() {
    int pages = Math.min(unshifted, Math.min(length, cache.length())) / KvCache.PAGE_LENGTH;
    if (pages > sharedPages) {
      prefixes.add(cache, tokens, pages * KvCache.PAGE_LENGTH, generation);
      sharedPages = pages;
    }
  }

  private void reserveRows(int count) {
    if (rows.length < count) {
      rows = Arrays.copyOf(rows, count);
    }
    for (int i = 0; i < count; i++) {
      if (rows[i] == null) {
        rows[i] = new float[vocabularySize];
      }
    }
  }

  private void compute(int end, int count, float[][] out, boolean step) {
    int before = cache.length();
    try {
      scheduler.compute(sequence, tokens, end, count, out, step);
    } finally {
      computedTokens += Math.max(0, Math.min(length, cache.length()) - before);
    }
    share();
  }

  /** Tells the scheduler that no tokens follow for now. */
  void dismiss() {
    scheduler.dismiss(sequence);
  }

  /** Releases the KV cache after publishing it to the prefix cache. */
  void close() {
    new Closing()
        .step(this::dismiss)
        .step(() -> draft.ifPresent(DraftModel::close))
        .step(() ->
            prefixes.add(
                cache, tokens, Math.min(unshifted, Math.min(length, cache.length())), generation))
        .step(cache::close)
        .finish();
  }
}

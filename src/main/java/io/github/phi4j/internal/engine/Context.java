package io.github.phi4j.internal.engine;

import io.github.phi4j.api.LogitsSink;
import io.github.phi4j.internal.model.ContextFile;
import io.github.phi4j.internal.model.ForwardPass;
import io.github.phi4j.internal.model.KvCache;
import io.github.phi4j.internal.model.PrefixCache;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The tokens of a session and what is computed of them: a prefix in the KV cache, and the logits
 * after the last token once all are computed.
 *
 * <p>Models with two sets of rope factors compute contexts up to their original length with the
 * short set and longer ones with the long set, all tokens alike, as Hugging Face's implementation
 * does. A context that crosses the border is therefore computed anew.
 */
final class Context {

  private static final int LOGITS_BATCH = 64;

  private final ForwardPass forwardPass;
  private final ReentrantLock turn;
  private final KvCache cache;
  private final PrefixCache prefixes;
  private final BooleanSupplier cancelled;
  private final float[] logits; // (vocabulary)
  private int[] tokens = new int[256];
  private int length;
  private int computedTokens;
  private boolean logitsValid;
  private int sharedPages; // known to the prefix cache

  /** Up to this position the cache is what the tokens alone make it. */
  private int unshifted = Integer.MAX_VALUE;

  Context(DefaultGenerator generator, KvCache cache, BooleanSupplier cancelled) {
    this.forwardPass = generator.forwardPass();
    this.turn = generator.turn();
    this.cache = cache;
    this.prefixes = generator.prefixes();
    this.cancelled = cancelled;
    logits = new float[generator.model().config().vocabularySize()];
  }

  /** A context with the same tokens and all that is computed of them. */
  Context fork(DefaultGenerator generator, BooleanSupplier forkCancelled) {
    Context fork = new Context(generator, cache.fork(), forkCancelled);
    fork.tokens = tokens.clone();
    fork.length = length;
    fork.unshifted = unshifted;
    System.arraycopy(logits, 0, fork.logits, 0, logits.length);
    fork.logitsValid = logitsValid;
    return fork;
  }

  /** Fills an empty context that was given the cache of a file. */
  void restore(ContextFile file) {
    length = file.tokens().length;
    tokens = Arrays.copyOf(file.tokens(), Math.max(length, tokens.length));
    unshifted = file.unshifted();
  }

  /** Writes all that is computed. */
  void save(Path path, byte[] fingerprint) throws IOException {
    new ContextFile(Arrays.copyOf(tokens, length), unshifted).write(path, fingerprint, cache);
  }

  /** Runs work that reads the cache, which may lie in a file. */
  <T> T reading(Supplier<T> work) {
    return cache.reading(work);
  }

  int capacity() {
    return cache.capacity();
  }

  int length() {
    return length;
  }

  /** The tokens of the context; only the first {@link #length()} count. */
  int[] tokens() {
    return tokens;
  }

  /** How many tokens were computed since the context was made. */
  int computedTokens() {
    return computedTokens;
  }

  boolean full() {
    return length == cache.capacity();
  }

  /** How many of these tokens the context begins with, unless they were shifted. */
  int commonPrefix(int[] others) {
    int mismatch = Arrays.mismatch(tokens, 0, length, others, 0, others.length);
    return Math.min(unshifted, mismatch < 0 ? length : mismatch);
  }

  /**
   * Makes room in a full context: after the first {@code keep} tokens the older half of the others
   * is dropped, and what is computed of the newer half moves up.
   */
  void shift(int keep) {
    int distance = Math.max(1, (length - keep) / 2);
    if (cache.length() <= keep + distance) {
      cache.truncate(keep);
    } else {
      takeTurn();
      try {
        forwardPass.shift(cache, keep, distance);
      } finally {
        turn.unlock();
      }
    }
    System.arraycopy(tokens, keep + distance, tokens, keep, length - keep - distance);
    length -= distance;
    unshifted = Math.min(unshifted, keep);
  }

  void rewind(int newLength) {
    if (newLength < length) {
      length = newLength;
      cache.truncate(newLength);
      forgetShift();
      logitsValid = false;
    }
  }

  /** A cache that holds nothing that was shifted is pure again. */
  private void forgetShift() {
    if (cache.length() <= unshifted) {
      unshifted = Integer.MAX_VALUE;
    }
    sharedPages = Math.min(sharedPages, cache.length() / KvCache.PAGE_LENGTH);
  }

  /** Appends a token that is computed when its logits are asked for. */
  void add(int token) {
    makeRoom(1);
    tokens[length++] = token;
    logitsValid = false;
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
   * @param sink receives the logits after each of them, or is null
   * @throws CancellationException if cancelled; the context then ends with what was computed of
   *     them
   */
  void append(int[] more, int from, LogitsSink sink) {
    int first = length;
    makeRoom(more.length - from);
    System.arraycopy(more, from, tokens, length, more.length - from);
    length += more.length - from;
    logitsValid = false;
    try {
      compute(sink, first);
    } finally {
      length = Math.max(first, cache.length());
    }
  }

  /** The logits after the last token; the array is reused. */
  float[] logits() {
    compute(null, 0);
    return logits;
  }

  private void compute(LogitsSink sink, int sinkFrom) {
    if (logitsValid) {
      return;
    }
    boolean longFactors = forwardPass.needsLongFactors(length);
    if (longFactors != cache.longFactors()) {
      cache.restart(longFactors);
    }
    prefixes.extend(cache, tokens, Math.min(length - 1, sink == null ? length : sinkFrom));
    forgetShift();
    if (cache.length() == length) {
      cache.truncate(length - 1); // after a rewind the last token has no logits
    }
    while (cache.length() < length) {
      computeBatch(sink, sinkFrom);
    }
    logitsValid = true;
    share();
  }

  /** Lets others use the pages that are full. */
  private void share() {
    int pages = Math.min(unshifted, cache.length()) / KvCache.PAGE_LENGTH;
    if (pages > sharedPages) {
      prefixes.add(cache, tokens, pages * KvCache.PAGE_LENGTH);
      sharedPages = pages;
    }
  }

  private void computeBatch(LogitsSink sink, int sinkFrom) {
    int start = cache.length();
    boolean handed = sink != null && start >= sinkFrom;
    int end = Math.min(length, start + (handed ? LOGITS_BATCH : ForwardPass.MAX_BATCH));
    if (sink != null && !handed) {
      end = Math.min(end, sinkFrom);
    }
    int count = end - start;
    float[] out = handed ? new float[count * logits.length] : logits; // (count or 1, vocabulary)
    takeTurn();
    try {
      forwardPass.append(tokens, start, count, cache, cancelled);
      computedTokens += count;
      if (handed) {
        forwardPass.logits(0, count, out);
      } else if (end == length) {
        forwardPass.logits(count - 1, 1, out);
      }
    } finally {
      turn.unlock();
    }
    if (handed) { // outside of the turn, since the sink may use another session
      for (int i = 0; i < count; i++) {
        System.arraycopy(out, i * logits.length, logits, 0, logits.length);
        sink.accept(start + i, logits);
      }
    }
  }

  private void takeTurn() {
    try {
      turn.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      CancellationException cancellation = new CancellationException("interrupted");
      cancellation.initCause(e);
      throw cancellation;
    }
  }

  /** Releases the KV cache, after letting others use all of it. */
  void close() {
    prefixes.add(cache, tokens, Math.min(unshifted, cache.length()));
    cache.close();
  }
}

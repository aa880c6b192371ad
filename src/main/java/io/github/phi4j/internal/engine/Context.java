package io.github.phi4j.internal.engine;

import io.github.phi4j.api.LogitsSink;
import io.github.phi4j.internal.model.ForwardPass;
import io.github.phi4j.internal.model.KvCache;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The tokens of a session and what is computed of them: a prefix in the KV cache, and the logits
 * after the last token once all are computed.
 *
 * <p>Tokens may be computed ahead that are only likely to come. The logits of a text that goes
 * another way are never shown, so that they cannot change it.
 *
 * <p>Models with two sets of rope factors compute contexts up to their original length with the
 * short set and longer ones with the long set, all tokens alike, as Hugging Face's implementation
 * does. A context that crosses the border is therefore computed anew.
 */
final class Context {

  private static final int LOGITS_BATCH = 64;

  private final ForwardPass forwardPass;
  private final Scheduler scheduler;
  private final KvCache cache;
  private final Sequence sequence;
  private final int vocabularySize;
  private int[] tokens = new int[256]; // those computed ahead follow those of the context
  private int length;
  private int computedTokens;

  /** Logits after the first {@code rowsFrom} tokens, after one more, and so on. */
  private float[][] rows = new float[1][];

  private int rowsFrom;
  private int rowCount;

  /**
   * Creates an empty context.
   *
   * @param cancelled whether the running call was cancelled; asked by any thread
   */
  Context(DefaultGenerator generator, KvCache cache, BooleanSupplier cancelled) {
    this.forwardPass = generator.forwardPass();
    this.scheduler = generator.scheduler();
    this.cache = cache;
    sequence = scheduler.sequence(cache, cancelled);
    vocabularySize = generator.model().config().vocabularySize();
  }

  /** Runs a call that computes tokens. */
  <T> T call(Supplier<T> body) {
    return scheduler.call(sequence, body);
  }

  /** Ends waiting for tokens, once the call is cancelled. */
  void cancel() {
    scheduler.cancel(sequence);
  }

  int length() {
    return length;
  }

  /** The tokens of the context; only the first {@link #length()} count. */
  int[] tokens() {
    return tokens;
  }

  /** How many tokens were computed since the context was made, but for those ahead of it. */
  int computedTokens() {
    return computedTokens;
  }

  boolean full() {
    return length == cache.capacity();
  }

  /** How many of these tokens the context begins with. */
  int commonPrefix(int[] others) {
    int mismatch = Arrays.mismatch(tokens, 0, length, others, 0, others.length);
    return mismatch < 0 ? length : mismatch;
  }

  void rewind(int newLength) {
    if (newLength < length) {
      length = newLength;
      cache.truncate(newLength);
      rowCount = 0;
    }
  }

  /** Forgets what was computed ahead. */
  private void forgetAhead() {
    if (cache.length() > length) {
      cache.truncate(length);
      rowCount = Math.min(rowCount, length - rowsFrom + 1);
    }
  }

  /** Appends a token that is computed when its logits are asked for, if it was not ahead. */
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
   * @param sink receives the logits after each of them, or is null
   * @throws CancellationException if cancelled; the context then ends with what was computed of
   *     them
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
        chooseFactors();
        handOver(first, sink);
      }
    } finally {
      length = Math.max(first, cache.length());
    }
  }

  /** Computes tokens batch by batch and hands over the logits after each from {@code first} on. */
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
        sink.accept(start + i, batch[i]);
      }
      if (end == length) {
        rows[0] = batch[end - start - 1];
        rowsFrom = length;
        rowCount = 1;
      }
    }
  }

  /** The logits after the last token; the array is reused. */
  float[] logits() {
    if (!hasLogits()) {
      computeLogits(0);
    }
    return rows[length - rowsFrom];
  }

  /** Whether the logits after the last token are there already. */
  boolean hasLogits() {
    return rowsFrom <= length && length < rowsFrom + rowCount;
  }

  /** How many tokens, at most some, can be computed ahead. */
  int roomAhead(int most) {
    int room = Math.min(most, cache.capacity() - length);
    boolean longFactors = forwardPass.needsLongFactors(length);
    while (room > 0 && forwardPass.needsLongFactors(length + room) != longFactors) {
      room--;
    }
    return room;
  }

  /**
   * Computes the logits after the last token, and ahead those after each of some tokens that are
   * likely to follow, no more than there is {@linkplain #roomAhead room} for.
   */
  void computeAhead(int[] likely, int count) {
    forgetAhead();
    makeRoom(count);
    System.arraycopy(likely, 0, tokens, length, count);
    computeLogits(count);
  }

  private void computeLogits(int ahead) {
    chooseFactors();
    if (cache.length() >= length) {
      cache.truncate(length - 1); // after a rewind the last token has no logits
    }
    reserveRows(1 + ahead);
    rowCount = 0;
    compute(length + ahead, 1 + ahead, rows, length - cache.length() == 1);
    rowsFrom = length;
    rowCount = 1 + ahead;
  }

  private void chooseFactors() {
    boolean longFactors = forwardPass.needsLongFactors(length);
    if (longFactors != cache.longFactors()) {
      cache.restart(longFactors);
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
  }

  /** No more tokens follow for now. */
  void dismiss() {
    scheduler.dismiss(sequence);
  }

  /** Releases the KV cache. */
  void close() {
    dismiss();
    cache.close();
  }
}

package io.github.phi4j.internal.model;

import io.github.phi4j.api.Phi4Exception;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * One sequence's part of a forward pass: its tokens, and the destination of the logits after the
 * last of them. Reused for each pass; not thread-safe.
 */
public final class Slice {

  /** The output of a pass for a token. */
  public enum Output {
    /** Logits, one for each entry of the vocabulary. */
    LOGITS,
    /** The hidden state after the final norm. */
    HIDDEN_STATE
  }

  private final KvCache cache;
  private final BooleanSupplier cancelled;
  private final Output output;

  private int[] tokens;
  private int from;
  private int count;
  private int rows;
  private float[][] out;
  private int outFrom;

  private boolean computed;
  private Optional<RuntimeException> failure = Optional.empty();

  /**
   * Creates a slice without tokens.
   *
   * @param cache the sequence's KV cache
   * @param cancelled polled between blocks, on the computing thread
   */
  public Slice(KvCache cache, BooleanSupplier cancelled) {
    this(cache, cancelled, Output.LOGITS);
  }

  /**
   * As {@link #Slice(KvCache, BooleanSupplier)}.
   *
   * @param output the requested output
   */
  public Slice(KvCache cache, BooleanSupplier cancelled, Output output) {
    this.cache = cache;
    this.cancelled = cancelled;
    this.output = output;
  }

  /**
   * Sets the work of the next pass.
   *
   * @param newTokens tokens after those in the cache
   * @param newFrom the index of the first
   * @param newCount their number, at least 1
   * @param newRows the number of last tokens with requested output
   * @param newOut receives the output, (…, vocabulary) or (…, embedding)
   * @param newOutFrom the first row to write
   */
  public void set(
      int[] newTokens, int newFrom, int newCount, int newRows, float[][] newOut, int newOutFrom) {
    if (newCount < 1 || newRows < 0 || newRows > newCount) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "logits after %d of %d tokens", newRows, newCount));
    }
    tokens = newTokens;
    from = newFrom;
    count = newCount;
    rows = newRows;
    out = newOut;
    outFrom = newOutFrom;
    computed = false;
    failure = Optional.empty();
  }

  /** Whether the tokens are in the cache. */
  public boolean computed() {
    return computed;
  }

  /** The failure of this slice alone, apart from cancellation and failures of the whole pass. */
  public Optional<RuntimeException> failure() {
    return failure;
  }

  /** The number of tokens. */
  public int count() {
    return count;
  }

  KvCache cache() {
    return cache;
  }

  Output output() {
    return output;
  }

  int rows() {
    return rows;
  }

  boolean cancelled() {
    return cancelled.getAsBoolean();
  }

  int token(int index) {
    return tokens[from + index];
  }

  float[] row(int index) {
    return out[outFrom + index];
  }

  /** Reserves room in the cache; returns false and keeps the reason if there is none. */
  boolean reserve() {
    try {
      cache.reserve(cache.length() + count);
      return true;
    } catch (Phi4Exception | IndexOutOfBoundsException e) {
      failure = Optional.of(e);
      return false;
    }
  }

  void finish() {
    cache.advance(count);
    computed = true;
  }
}

package io.github.phi4j.internal.model;

import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * What one sequence adds to a forward pass: some tokens, and where the logits after the last of
 * them go. Used again for each pass; not thread-safe.
 */
public final class Slice {

  private final KvCache cache;
  private final BooleanSupplier cancelled;

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
   * @param cache where the sequence's keys and values are
   * @param cancelled asked between blocks, on the thread that computes
   */
  public Slice(KvCache cache, BooleanSupplier cancelled) {
    this.cache = cache;
    this.cancelled = cancelled;
  }

  /**
   * Sets what the next pass computes.
   *
   * @param newTokens tokens that follow those in the cache
   * @param newFrom the first of them
   * @param newCount how many, at least 1
   * @param newRows after how many of the last of them logits are wanted
   * @param newOut receives the logits, (…, vocabulary)
   * @param newOutFrom the first row that is written
   */
  public void set(
      int[] newTokens, int newFrom, int newCount, int newRows, float[][] newOut, int newOutFrom) {
    if (newCount < 1 || newRows < 0 || newRows > newCount) {
      throw new IllegalArgumentException(
          "logits after %d of %d tokens".formatted(newRows, newCount));
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

  /** Whether its tokens are in the cache. */
  public boolean computed() {
    return computed;
  }

  /** Why they are not, if neither a cancellation nor a failure of the whole pass is the reason. */
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

  /** Makes room in the cache; false, with the reason, if there is none. */
  boolean reserve() {
    try {
      cache.reserve(cache.length() + count);
      return true;
    } catch (IllegalStateException | IndexOutOfBoundsException e) {
      failure = Optional.of(e);
      return false;
    }
  }

  void finish() {
    cache.advance(count);
    computed = true;
  }
}

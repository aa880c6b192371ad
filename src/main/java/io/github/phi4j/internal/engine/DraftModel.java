package io.github.phi4j.internal.engine;

import io.github.phi4j.api.BusyException;
import io.github.phi4j.api.ClosedException;
import io.github.phi4j.api.ContextMemoryException;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Printable;
import io.github.phi4j.api.Session;
import io.github.phi4j.api.SessionOptions;
import io.github.phi4j.api.Tokenizer;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Drafts the most probable tokens of another, much smaller model. Keeps a session of that model, so
 * that only new tokens are computed.
 */
final class DraftModel implements Proposer, AutoCloseable {

  /** More confident than a match of a few tokens. */
  private static final int LEVEL = 4;

  /** Prompt tokens between checks for cancellation. */
  private static final int CHUNK = 256;

  private final Generator model;
  private final Session session;
  private final BooleanSupplier cancelled;
  private final LongSupplier clock;
  private final int vocabularySize;
  private int[] held = {}; // the tokens of the session
  private int heldCount;
  private double nanosPerToken;
  private int maxTokens;

  /**
   * Opens a session.
   *
   * @param contextLength the length of the context that is continued
   * @param cancelled whether the call that uses the draft was cancelled
   * @param clock a clock in nanoseconds, like {@link System#nanoTime}
   * @throws IllegalArgumentException if the model has another vocabulary
   * @throws io.github.phi4j.api.ClosedException if the model is closed
   */
  DraftModel(
      Generator model,
      Tokenizer tokenizer,
      int contextLength,
      BooleanSupplier cancelled,
      LongSupplier clock) {
    check(model.tokenizer(), tokenizer);
    this.model = model;
    this.cancelled = cancelled;
    this.clock = clock;
    vocabularySize = tokenizer.vocabularySize();
    int length = Math.min(contextLength, model.contextLength());
    session = model.newSession(SessionOptions.builder().contextLength(length).build());
  }

  private static void check(Tokenizer draft, Tokenizer own) {
    int common = Math.min(draft.vocabularySize(), own.vocabularySize());
    for (int id = 0; id < common; id++) {
      if (!draft.text(id).equals(own.text(id))) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "the draft model has another vocabulary: its token %d is '%s', that of the model"
                    + " '%s'",
                id,
                Printable.of(draft.text(id)),
                Printable.of(own.text(id))));
      }
    }
  }

  boolean isOf(Generator generator) {
    return model.equals(generator);
  }

  /** Sets the maximum length of drafts. */
  DraftModel upTo(int newMaxTokens) {
    maxTokens = newMaxTokens;
    return this;
  }

  @Override
  public int level(int[] tokens, int length) {
    return length < session.contextLength() ? LEVEL : -1;
  }

  @Override
  public int propose(int[] tokens, int length, int[] out, int limit) {
    try {
      long start = clock.getAsLong();
      boolean far = catchUp(tokens, length) > maxTokens;
      int count = draft(out, limit);
      if (!far) { // otherwise the time is that of the prompt
        nanosPerToken = (double) (clock.getAsLong() - start) / Math.max(1, count);
      }
      return count;
    } catch (BusyException _) {
      return 0; // the draft model is busy, which is no reason to fail
    } catch (ClosedException e) {
      throwIfCancelled();
      throw new ClosedException("the draft model cannot be used: " + e.getMessage(), e);
    } catch (ContextMemoryException e) {
      throw new ContextMemoryException("the draft model cannot be used: " + e.getMessage(), e);
    }
  }

  /** A cancellation of the draft model's own session has another reason: the model is closed. */
  private void throwIfCancelled() {
    if (cancelled.getAsBoolean() || Thread.currentThread().isInterrupted()) {
      throw new CancellationException("the call was cancelled");
    }
  }

  private int draft(int[] out, int limit) {
    int count = 0;
    while (count < limit) {
      int token = mostProbable(session.logits());
      if (token >= vocabularySize) {
        break; // ids beyond the vocabulary are padding of the output matrix
      }
      out[count++] = token;
      if (count < limit && !feed(token)) {
        break;
      }
    }
    return count;
  }

  /** Sets the session to the text; returns the number of tokens to compute. */
  private int catchUp(int[] tokens, int length) {
    int mismatch = Arrays.mismatch(held, 0, heldCount, tokens, 0, length);
    int common = mismatch < 0 ? length : mismatch;
    heldCount = session.position(); // fewer than fed, if a feed was cancelled
    common = Math.min(common, heldCount);
    session.rewind(common);
    if (held.length < session.contextLength() && held.length < length + maxTokens) {
      held = new int[Math.min(session.contextLength(), 2 * (length + maxTokens))];
    }
    System.arraycopy(tokens, 0, held, 0, length);
    heldCount = length;
    for (int from = common; from < length; from += CHUNK) {
      throwIfCancelled();
      session.feed(Arrays.copyOfRange(tokens, from, Math.min(length, from + CHUNK)));
    }
    return length - common;
  }

  private boolean feed(int token) {
    if (heldCount == session.contextLength()) {
      return false;
    }
    session.feed(token);
    held[heldCount++] = token;
    return true;
  }

  private static int mostProbable(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  @Override
  public double nanosPerToken() {
    return nanosPerToken;
  }

  @Override
  public int maxTokens() {
    return maxTokens;
  }

  /** Cancels the session. */
  void cancel() {
    session.cancel();
  }

  @Override
  public void close() {
    session.close();
  }
}

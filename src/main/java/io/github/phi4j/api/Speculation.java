package io.github.phi4j.api;

import java.util.Objects;

/**
 * Speculative decoding: drafting the next tokens of a text, so that one forward pass can verify
 * several of them (Leviathan, Kalman and Matias 2023, "Fast Inference from Transformers via
 * Speculative Decoding").
 *
 * <p>Each token is still sampled from the model's own logits with the same random numbers: wrong
 * drafts cost time, but never change the text. The draft length adapts to the acceptance rate and
 * the cost of verification; it is zero where drafting does not pay off. {@link Timings} counts
 * drafted tokens.
 *
 * @since 0.1.0
 */
public sealed interface Speculation {

  /** The default maximum draft length. */
  int DEFAULT_MAX_TOKENS = 16;

  /**
   * Returns no speculation, the default.
   *
   * @return no speculation
   */
  static Speculation off() {
    return new Off();
  }

  /**
   * Returns prompt lookup: drafts repeat a part of the context, as answers about a document often
   * do.
   *
   * @return lookup of up to {@link #DEFAULT_MAX_TOKENS} tokens
   */
  static Speculation lookup() {
    return new Lookup(DEFAULT_MAX_TOKENS);
  }

  /**
   * Returns drafts by a smaller model.
   *
   * @param model a generator with the same vocabulary, which must stay open
   * @return drafts of up to {@link #DEFAULT_MAX_TOKENS} tokens
   */
  static Speculation draft(Generator model) {
    return new Draft(model, DEFAULT_MAX_TOKENS);
  }

  /**
   * No speculation.
   *
   * @since 0.1.0
   */
  record Off() implements Speculation {}

  /**
   * Prompt lookup (Saxena 2023): if the last tokens occur earlier in the context, the tokens that
   * followed them there are the draft.
   *
   * @param maxTokens the maximum draft length, from 1 to 64
   * @since 0.1.0
   */
  record Lookup(int maxTokens) implements Speculation {
    /**
     * Creates a lookup.
     *
     * @throws IllegalArgumentException if the number is out of range
     */
    public Lookup {
      check(maxTokens);
    }
  }

  /**
   * Drafts of the tokens that a second model considers most probable.
   *
   * @param model a generator with the same vocabulary, which must stay open while in use
   * @param maxTokens the maximum draft length, from 1 to 64
   * @since 0.1.0
   */
  record Draft(Generator model, int maxTokens) implements Speculation {
    /**
     * Creates a draft.
     *
     * @throws IllegalArgumentException if the number is out of range
     */
    public Draft {
      Objects.requireNonNull(model, "model");
      check(maxTokens);
    }
  }

  private static void check(int maxTokens) {
    if (maxTokens < 1 || maxTokens > 64) {
      throw new IllegalArgumentException("the draft length must be from 1 to 64, not " + maxTokens);
    }
  }
}

package io.github.phi4j.api;

import java.util.Objects;

/**
 * How the next tokens of a text are guessed, so that one pass over the weights can check several of
 * them (Leviathan, Kalman and Matias 2023, "Fast Inference from Transformers via Speculative
 * Decoding").
 *
 * <p>Each token is still chosen from the model's own logits, by the same sampling and with the same
 * random numbers: guesses that are wrong cost time, and the text is always what it would have been
 * without them. The number of guesses adapts to the acceptance rate and the cost of checking; where
 * guessing does not pay, there is none. {@link Timings} counts them.
 *
 * @since 0.1.0
 */
public sealed interface Speculation {

  /** The most tokens that are guessed at once unless said otherwise. */
  int DEFAULT_MAX_TOKENS = 16;

  /**
   * No guesses.
   *
   * @return the speculation that {@link GenerationOptions} begin with
   */
  static Speculation off() {
    return new Off();
  }

  /**
   * Guesses that the text repeats a part of the context, as answers about a document do.
   *
   * @return lookup of up to {@link #DEFAULT_MAX_TOKENS} tokens
   */
  static Speculation lookup() {
    return new Lookup(DEFAULT_MAX_TOKENS);
  }

  /**
   * Guesses by a smaller model.
   *
   * @param model a generator with the same vocabulary, which must stay open
   * @return drafts of up to {@link #DEFAULT_MAX_TOKENS} tokens
   */
  static Speculation draft(Generator model) {
    return new Draft(model, DEFAULT_MAX_TOKENS);
  }

  /**
   * No guesses.
   *
   * @since 0.1.0
   */
  record Off() implements Speculation {}

  /**
   * Prompt lookup (Saxena 2023): where the last tokens stand in the context before, what followed
   * them there is guessed to follow again.
   *
   * @param maxTokens the most tokens to guess at once, from 1 to 64
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
   * Tokens that a second model finds most probable.
   *
   * @param model a generator with the same vocabulary, which must stay open while it is used
   * @param maxTokens the most tokens to guess at once, from 1 to 64
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
      throw new IllegalArgumentException(
          "the most tokens to guess must be from 1 to 64, not " + maxTokens);
    }
  }
}

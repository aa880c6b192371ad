package io.github.phi4j.internal.engine;

/** Guesses how a text goes on. Not thread-safe. */
interface Proposer {

  /**
   * How sure the next guess will be: 0 or more, and after each token of it that proves right one
   * more. Negative if there will be none.
   *
   * @param tokens the text; only the first {@code length} count
   */
  int level(int[] tokens, int length);

  /**
   * Guesses the tokens that follow.
   *
   * @param tokens the text, as given to {@link #level} last
   * @param out receives the guess
   * @param most the most tokens to guess, at least 1
   * @return how many were guessed, from 0 on
   */
  int propose(int[] tokens, int length, int[] out, int most);

  /** What guessing a token takes; 0 if nothing to speak of. */
  double nanosPerToken();

  /** The most tokens that it may guess at once. */
  int maxTokens();
}

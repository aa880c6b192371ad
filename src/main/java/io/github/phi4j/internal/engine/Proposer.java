package io.github.phi4j.internal.engine;

/** Proposes next tokens for speculative decoding. Not thread-safe. */
interface Proposer {

  /**
   * The confidence level of the next proposal, 0 or above; each accepted token raises it by one.
   * Negative if there is no proposal.
   *
   * @param tokens the text, valid up to {@code length}
   */
  int level(int[] tokens, int length);

  /**
   * Proposes the tokens that follow.
   *
   * @param tokens the text of the last call of {@link #level}
   * @param out receives the proposal
   * @param limit the maximum number of tokens, at least 1
   * @return the number of proposed tokens, possibly 0
   */
  int propose(int[] tokens, int length, int[] out, int limit);

  /** The time to propose a token; 0 if negligible. */
  double nanosPerToken();

  /** The maximum length of a proposal. */
  int maxTokens();
}

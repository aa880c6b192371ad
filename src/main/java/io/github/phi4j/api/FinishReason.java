package io.github.phi4j.api;

/**
 * The reason why a completion ended.
 *
 * @since 0.1.0
 */
public enum FinishReason {
  /** The model ended its turn, produced a stop token, or completed its grammar. */
  STOP,
  /** The text reached a stop string. */
  STOP_STRING,
  /** The maximum number of tokens was generated. */
  MAX_TOKENS,
  /** The context has no room for another token. */
  CONTEXT_FULL,
  /** The time limit {@link GenerationOptions#timeout()} has elapsed. */
  TIMEOUT,
  /**
   * The sink, a {@link Cancellation}, an interrupt, or closing the session or generator ended it.
   */
  CANCELLED
}

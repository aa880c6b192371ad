package io.github.phi4j.api;

/**
 * Why a completion ended.
 *
 * @since 0.1.0
 */
public enum FinishReason {
  /** The model ended its turn, produced a stop token, or wrote all that its grammar allows. */
  STOP,
  /** The text reached one of the stop strings. */
  STOP_STRING,
  /** The allowed number of tokens was generated. */
  MAX_TOKENS,
  /** The context has no room for another token. */
  CONTEXT_FULL,
  /** The time of {@link GenerationOptions#timeout()} is over. */
  TIMEOUT,
  /** The sink, a {@link Cancellation}, an interrupt, or the closing of session or generator. */
  CANCELLED
}

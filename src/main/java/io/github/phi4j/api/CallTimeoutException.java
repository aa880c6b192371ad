package io.github.phi4j.api;

/**
 * Thrown if a call that has no partial result exceeds its time limit: {@link
 * ScoringOptions#timeout()} or {@link EmbeddingOptions#timeout()}. A generation returns instead,
 * with {@link FinishReason#TIMEOUT}.
 *
 * @since 0.1.0
 */
public final class CallTimeoutException extends Phi4Exception {

  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message the condition and its remedy
   */
  public CallTimeoutException(String message) {
    super(message, null);
  }
}

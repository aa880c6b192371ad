package io.github.phi4j.api;

/**
 * Thrown if no token can be sampled: logit biases, samplers and stop tokens ban the whole
 * vocabulary, or everything that the grammar allows. The message names the cause.
 *
 * @since 0.1.0
 */
public final class NoTokenLeftException extends Phi4Exception {

  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message the condition and its remedy
   */
  public NoTokenLeftException(String message) {
    super(message, null);
  }
}

package io.github.phi4j.api;

/**
 * Thrown if the model computed logits or hidden states that are not finite numbers, because its
 * weights are damaged or a value overflowed.
 *
 * @since 0.1.0
 */
public final class InvalidLogitsException extends Phi4Exception {

  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message the condition and its remedy
   */
  public InvalidLogitsException(String message) {
    super(message, null);
  }
}

package io.github.phi4j.api;

import java.util.Objects;

/**
 * Thrown if a generator, session or thread pool is used after it was closed.
 *
 * @since 0.1.0
 */
public final class ClosedException extends Phi4Exception {

  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message the condition and its remedy
   */
  public ClosedException(String message) {
    super(message, null);
  }

  /**
   * Creates an exception with a cause.
   *
   * @param message the condition and its remedy
   * @param cause the exception behind it
   */
  public ClosedException(String message, Throwable cause) {
    super(message, Objects.requireNonNull(cause, "cause"));
  }
}

package io.github.phi4j.api;

import java.util.Objects;

/**
 * Thrown if there is too little memory for a context's KV cache, when the context is opened, forked
 * or restored, or when it grows. The message says how much memory is needed and how to reduce it.
 *
 * @since 0.1.0
 */
public final class ContextMemoryException extends Phi4Exception {

  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message the condition and its remedy
   */
  public ContextMemoryException(String message) {
    super(message, null);
  }

  /**
   * Creates an exception with a cause.
   *
   * @param message the condition and its remedy
   * @param cause the exception behind it
   */
  public ContextMemoryException(String message, Throwable cause) {
    super(message, Objects.requireNonNull(cause, "cause"));
  }
}

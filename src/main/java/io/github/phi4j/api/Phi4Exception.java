package io.github.phi4j.api;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The root of phi4j's exceptions: conditions that a program may want to distinguish and handle,
 * such as a damaged file, a full queue or a prompt that is too long.
 *
 * <p>Misuse is reported by the JDK's exceptions: {@link NullPointerException} and {@link
 * IllegalArgumentException} for arguments, {@link IllegalStateException} for calls in the wrong
 * state. A generation that is cancelled or times out returns with {@link FinishReason#CANCELLED} or
 * {@link FinishReason#TIMEOUT}; other calls throw {@link
 * java.util.concurrent.CancellationException} or {@link CallTimeoutException}.
 *
 * <p>Constructors of the subclasses are for phi4j, and for programs that test their error handling.
 *
 * @since 0.1.0
 */
public abstract class Phi4Exception extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message the condition and its remedy
   * @param cause the exception behind it, or {@code null}
   */
  protected Phi4Exception(String message, @Nullable Throwable cause) {
    super(Objects.requireNonNull(message, "message"), cause);
  }
}

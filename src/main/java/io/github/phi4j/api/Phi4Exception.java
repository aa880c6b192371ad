package io.github.phi4j.api;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The root of the exceptions that are phi4j's own: conditions that a program may want to tell apart
 * and answer, such as a damaged file, a full queue or a prompt that is too long.
 *
 * <p>Misuse is reported by the JDK's own exceptions: {@link NullPointerException} and {@link
 * IllegalArgumentException} for arguments, {@link IllegalStateException} for calls at the wrong
 * time. A call that was cancelled outside of generation, which ends with {@link
 * FinishReason#CANCELLED} instead, throws {@link java.util.concurrent.CancellationException}.
 *
 * <p>Constructors of the subclasses are for phi4j, and for programs that test how they handle them.
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

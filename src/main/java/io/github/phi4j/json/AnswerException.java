package io.github.phi4j.json;

import io.github.phi4j.api.Completion;
import io.github.phi4j.api.Phi4Exception;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if an answer is not a value of its type: it ended before it was complete, the model called
 * tools instead, or a constructor of the type rejected the value. {@link #completion()} is the
 * answer.
 *
 * @since 0.1.0
 */
public final class AnswerException extends Phi4Exception {

  private static final long serialVersionUID = 1L;

  private final transient @Nullable Completion completion;

  /**
   * Creates an exception.
   *
   * @param message the condition and its remedy
   * @param completion the answer
   * @param cause the exception of the type's constructor, or {@code null}
   */
  public AnswerException(String message, Completion completion, @Nullable Throwable cause) {
    super(message, cause);
    this.completion = Objects.requireNonNull(completion, "completion");
  }

  /** {@return the answer; {@code null} after deserialization} */
  public @Nullable Completion completion() {
    return completion;
  }
}

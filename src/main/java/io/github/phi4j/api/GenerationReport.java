package io.github.phi4j.api;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * A report on a finished generation, for a {@link GenerationListener}.
 *
 * @param options the requested options
 * @param completion the result; empty if it failed
 * @param failure the exception; empty if it succeeded
 * @param time the time from the call to its end
 * @param queueWait the part of it before the first forward pass with its tokens, or the whole time
 *     if there was none; zero for the samples of one prompt. {@link Timings#prefill()}, the time to
 *     the first token, includes it
 * @since 0.1.0
 */
public record GenerationReport(
    GenerationOptions options,
    Optional<Completion> completion,
    Optional<Throwable> failure,
    Duration time,
    Duration queueWait) {

  /**
   * Creates a report.
   *
   * @throws IllegalArgumentException unless there is either a completion or a failure
   */
  public GenerationReport {
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(completion, "completion");
    Objects.requireNonNull(failure, "failure");
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(queueWait, "queueWait");
    if (completion.isPresent() == failure.isPresent()) {
      throw new IllegalArgumentException("a generation has either a completion or a failure");
    }
  }
}

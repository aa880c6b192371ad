package io.github.phi4j.api;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * A generation that ended, for a {@link GenerationListener}.
 *
 * @param options how it was asked for
 * @param completion the result; empty if it failed
 * @param failure why it failed; empty if it did not
 * @param time from the call to its end
 * @param queueWait how much of that passed until the first forward pass took tokens of it, or until
 *     it ended if none did; zero for the samples of one prompt, which do not wait. {@link
 *     Timings#prefill()}, the time to the first token, begins with it
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

package io.github.phi4j.api;

import java.time.Duration;
import java.util.Objects;

/**
 * A report on one forward pass, for a {@link GenerationListener}.
 *
 * @param sequences the number of sequences, from 1 to {@link LoadOptions#maxSequences()}
 * @param decodeTokens the number of decoded tokens, including {@linkplain Speculation speculative}
 *     ones
 * @param prefillTokens the number of prompt tokens, except for the last token of a prompt that is
 *     otherwise cached
 * @param waiting the number of sequences that had to wait for a later pass
 * @param time the duration
 * @since 0.1.0
 */
public record PassReport(
    int sequences, int decodeTokens, int prefillTokens, int waiting, Duration time) {

  /** Creates a report. */
  public PassReport {
    Objects.requireNonNull(time, "time");
  }
}

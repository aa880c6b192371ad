package io.github.phi4j.api;

import java.time.Duration;
import java.util.Objects;

/**
 * Figures of one forward pass over the weights, for a {@link GenerationListener}.
 *
 * @param sequences how many contexts it served, from 1 to {@link LoadOptions#maxSequences()}
 * @param decodeTokens next tokens of texts, those that were {@linkplain Speculation guessed} among
 *     them
 * @param prefillTokens tokens of prompts, but for the last one of a prompt whose others were cached
 * @param waiting how many contexts wanted tokens and found no room
 * @param time how long it took
 * @since 0.1.0
 */
public record PassReport(
    int sequences, int decodeTokens, int prefillTokens, int waiting, Duration time) {

  /** Creates a report. */
  public PassReport {
    Objects.requireNonNull(time, "time");
  }
}

package io.github.phi4j.eval;

import java.time.Duration;

/**
 * The progress of an evaluation.
 *
 * @param done the number of replies so far
 * @param total the maximum number of replies
 * @param computed the number of replies computed by this call
 * @param elapsed the elapsed time
 * @param score the estimate so far
 */
public record Progress(int done, int total, int computed, Duration elapsed, Estimate score) {

  /**
   * Returns the estimated remaining time.
   *
   * @return the time for the rest at the mean speed so far
   */
  public Duration remaining() {
    return computed == 0
        ? Duration.ZERO
        : Duration.ofMillis(elapsed.toMillis() * (total - done) / computed);
  }
}

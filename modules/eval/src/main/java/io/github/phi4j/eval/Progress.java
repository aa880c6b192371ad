package io.github.phi4j.eval;

import java.time.Duration;

/**
 * How far an evaluation has come.
 *
 * @param done the replies that are there
 * @param total all replies that may come
 * @param computed how many of those that are there were computed by this call
 * @param elapsed how long it has been running
 * @param score the estimate so far
 */
public record Progress(int done, int total, int computed, Duration elapsed, Estimate score) {

  /**
   * How long it may still take.
   *
   * @return the time for the rest at the mean speed so far
   */
  public Duration remaining() {
    return computed == 0
        ? Duration.ZERO
        : Duration.ofMillis(elapsed.toMillis() * (total - done) / computed);
  }
}

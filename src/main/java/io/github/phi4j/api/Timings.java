package io.github.phi4j.api;

import java.time.Duration;
import java.util.Objects;

/**
 * Where the time of one completion went.
 *
 * @param prefill from the start of the call to the logits of the prompt's last token
 * @param prefillTokens tokens computed in that time
 * @param decode from there to the end of the call
 * @param decodeTokens tokens computed in that time, without guesses that proved wrong
 * @param guessedTokens tokens that were {@linkplain Speculation guessed} and checked
 * @param acceptedTokens how many of the guesses proved right
 * @since 0.1.0
 */
public record Timings(
    Duration prefill,
    int prefillTokens,
    Duration decode,
    int decodeTokens,
    int guessedTokens,
    int acceptedTokens) {

  /** Creates timings. */
  public Timings {
    Objects.requireNonNull(prefill, "prefill");
    Objects.requireNonNull(decode, "decode");
  }

  /**
   * Prefill speed.
   *
   * @return tokens per second; 0 if nothing was computed
   */
  public double prefillTokensPerSecond() {
    return perSecond(prefillTokens, prefill);
  }

  /**
   * Decode speed.
   *
   * @return tokens per second; 0 if nothing was computed
   */
  public double decodeTokensPerSecond() {
    return perSecond(decodeTokens, decode);
  }

  private static double perSecond(int tokens, Duration time) {
    return tokens == 0 || time.isZero() ? 0 : tokens * 1e9 / time.toNanos();
  }
}

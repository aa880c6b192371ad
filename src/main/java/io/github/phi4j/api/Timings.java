package io.github.phi4j.api;

import java.time.Duration;
import java.util.Objects;

/**
 * The times of one completion.
 *
 * @param prefill from the start of the call to the logits of the prompt's last token
 * @param prefillTokens tokens computed in that time
 * @param decode from there to the end of the call
 * @param decodeTokens tokens computed in that time, without rejected drafts
 * @param draftedTokens {@linkplain Speculation drafted} tokens that were verified
 * @param acceptedTokens drafted tokens that were accepted
 * @since 0.1.0
 */
public record Timings(
    Duration prefill,
    int prefillTokens,
    Duration decode,
    int decodeTokens,
    int draftedTokens,
    int acceptedTokens) {

  /** Creates timings. */
  public Timings {
    Objects.requireNonNull(prefill, "prefill");
    Objects.requireNonNull(decode, "decode");
  }

  /**
   * Returns the prefill speed.
   *
   * @return tokens per second; 0 if nothing was computed
   */
  public double prefillTokensPerSecond() {
    return perSecond(prefillTokens, prefill);
  }

  /**
   * Returns the decode speed.
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

package io.github.phi4j.internal.sampling;

import io.github.phi4j.api.InvalidLogitsException;
import io.github.phi4j.api.TokenLogProb;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Converts logits to natural log-probabilities in double precision. Not thread-safe: reuses the
 * arrays of the ranking.
 */
public final class LogProbabilities {

  private final Ranking ranking = new Ranking();

  /**
   * log Σ exp(logit): subtract it from a logit for the log-probability.
   *
   * @throws InvalidLogitsException if a logit is NaN or positive infinity
   */
  public static double logSum(float[] logits) {
    float max = Logits.max(logits);
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - max);
    }
    return max + Math.log(sum);
  }

  /** The log-probability of a token, without alternatives. */
  public static TokenLogProb of(float[] logits, int token) {
    return new TokenLogProb(token, logits[token] - logSum(logits), List.of());
  }

  /**
   * The log-probability of a token with the most probable alternatives.
   *
   * @param sampled the distribution that the token was drawn from, if requested
   */
  public TokenLogProb of(
      float[] logits, int token, int alternatives, Optional<TokenLogProb.Sampled> sampled) {
    double logSum = logSum(logits);
    int count = Math.min(alternatives, logits.length);
    List<TokenLogProb.Alternative> top = new ArrayList<>(count);
    if (count > 0) {
      ranking.rank(logits, logits.length, count);
    }
    for (int rank = 0; rank < count; rank++) {
      int id = ranking.index(rank);
      top.add(new TokenLogProb.Alternative(id, logits[id] - logSum));
    }
    return new TokenLogProb(token, logits[token] - logSum, top, sampled);
  }
}

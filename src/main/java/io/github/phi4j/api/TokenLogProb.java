package io.github.phi4j.api;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The probability of a token by the model's own distribution: the softmax of its logits, before
 * temperature and all other steps of {@link Sampling}, as OpenAI's and llama.cpp's servers report
 * it. Sums over the vocabulary are computed in double precision.
 *
 * @param id the token's id
 * @param logProb the natural logarithm of its probability, at most 0
 * @param alternatives the most probable tokens at this position, in descending order, whether or
 *     not the token is among them; empty unless requested
 * @param sampled the distribution from which the token was drawn; empty unless {@link
 *     GenerationOptions#samplingProbs()} is set
 * @since 0.1.0
 */
public record TokenLogProb(
    int id, double logProb, List<Alternative> alternatives, Optional<Sampled> sampled) {

  /**
   * An alternative token.
   *
   * @param id the token's id
   * @param logProb the natural logarithm of its probability, at most 0
   * @since 0.1.0
   */
  public record Alternative(int id, double logProb) {}

  /**
   * The distribution from which a token was drawn: after penalties, the grammar's mask, filters and
   * temperature. With greedy sampling, the best token has probability 1, as do forced tokens, such
   * as the tag that ends thoughts when their budget is used up.
   *
   * @param probability the probability under which the token was drawn, above 0 and at most 1
   * @param best the most probable tokens of the distribution, in descending order, whether or not
   *     the token is among them; fewer than requested if fewer have a positive probability
   * @since 0.1.0
   */
  public record Sampled(double probability, List<Candidate> best) {

    /** Creates a distribution. */
    public Sampled {
      best = Arguments.copy(best, "best");
    }
  }

  /**
   * A token of the distribution.
   *
   * @param id the token's id
   * @param probability its probability
   * @since 0.1.0
   */
  public record Candidate(int id, double probability) {}

  /** Creates a log-probability. */
  public TokenLogProb {
    alternatives = Arguments.copy(alternatives, "alternatives");
    Objects.requireNonNull(sampled, "sampled");
  }

  /**
   * Creates a log-probability without sampling distribution.
   *
   * @param id the token's id
   * @param logProb the natural logarithm of its probability
   * @param alternatives the most probable tokens at this position
   */
  public TokenLogProb(int id, double logProb, List<Alternative> alternatives) {
    this(id, logProb, alternatives, Optional.empty());
  }
}

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
 * @param alternatives the most probable tokens in its place, the most probable first, whether or
 *     not the token is among them; empty unless asked for
 * @param sampled the distribution that the token was drawn from; empty unless {@link
 *     GenerationOptions#samplingProbs()} asks for it
 * @since 0.1.0
 */
public record TokenLogProb(
    int id, double logProb, List<Alternative> alternatives, Optional<Sampled> sampled) {

  /**
   * A token that might have come instead.
   *
   * @param id the token's id
   * @param logProb the natural logarithm of its probability, at most 0
   * @since 0.1.0
   */
  public record Alternative(int id, double logProb) {}

  /**
   * The distribution that a token was drawn from: after penalties, the mask of a grammar, filters
   * and temperature. Greedy sampling gives the best token the probability 1, as has one that is not
   * chosen by the model, such as the tag that ends thoughts whose budget is spent.
   *
   * @param probability the probability under which the token was drawn, above 0 and at most 1
   * @param best the most probable tokens of the distribution, the most probable first, whether or
   *     not the token is among them; fewer than asked for where fewer have a probability above 0
   * @since 0.1.0
   */
  public record Sampled(double probability, List<Candidate> best) {

    /** Creates a distribution. */
    public Sampled {
      best = Arguments.copy(best, "best");
    }
  }

  /**
   * A token that might have been drawn.
   *
   * @param id the token's id
   * @param probability the probability under which it would have been drawn
   * @since 0.1.0
   */
  public record Candidate(int id, double probability) {}

  /** Creates a log-probability. */
  public TokenLogProb {
    alternatives = Arguments.copy(alternatives, "alternatives");
    Objects.requireNonNull(sampled, "sampled");
  }

  /**
   * Creates a log-probability without the distribution that the token was drawn from.
   *
   * @param id the token's id
   * @param logProb the natural logarithm of its probability
   * @param alternatives the most probable tokens in its place
   */
  public TokenLogProb(int id, double logProb, List<Alternative> alternatives) {
    this(id, logProb, alternatives, Optional.empty());
  }
}

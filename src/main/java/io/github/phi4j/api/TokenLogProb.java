package io.github.phi4j.api;

import java.util.List;

/**
 * How probable a token was, by the model's own distribution: the softmax of its logits, before
 * temperature and all other steps of {@link Sampling}, as OpenAI's and llama.cpp's servers report
 * it. Sums over the vocabulary are computed in double precision.
 *
 * @param id the token's id
 * @param logProb the natural logarithm of its probability, at most 0
 * @param alternatives the most probable tokens in its place, the most probable first, whether or
 *     not the token is among them; empty unless asked for
 */
public record TokenLogProb(int id, double logProb, List<Alternative> alternatives) {

  /**
   * A token that might have come instead.
   *
   * @param id the token's id
   * @param logProb the natural logarithm of its probability, at most 0
   */
  public record Alternative(int id, double logProb) {}

  /** Creates a log-probability. */
  public TokenLogProb {
    alternatives = List.copyOf(alternatives);
  }
}

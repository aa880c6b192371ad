package io.github.phi4j.api;

import java.util.List;
import java.util.Objects;

/**
 * One of the alternatives of {@link Completer#choose}.
 *
 * @param text the alternative
 * @param probability the relative probability among all alternatives, from 0 to 1: the softmax of
 *     the total log-probabilities. It favours short alternatives
 * @param perTokenProbability the same with log-probabilities divided by the number of tokens, which
 *     normalizes by length
 * @param tokens the alternative's tokens with their log-probabilities, each given the prompt and
 *     the tokens before it
 * @since 0.1.0
 */
public record Choice(
    String text, double probability, double perTokenProbability, List<TokenLogProb> tokens) {

  /** Creates a choice. */
  public Choice {
    Objects.requireNonNull(text, "text");
    tokens = Arguments.copy(tokens, "tokens");
  }

  /**
   * Returns the natural logarithm of the alternative's absolute probability after the prompt.
   *
   * @return the sum over its tokens, at most 0
   */
  public double logProb() {
    return tokens.stream().mapToDouble(TokenLogProb::logProb).sum();
  }
}

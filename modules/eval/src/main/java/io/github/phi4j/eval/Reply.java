package io.github.phi4j.eval;

import io.github.phi4j.api.FinishReason;
import java.util.List;
import java.util.Objects;

/**
 * A model's reply to a question.
 *
 * @param text the reply; empty if alternatives were compared
 * @param finishReason why it ended; {@link FinishReason#CANCELLED} if its grade was settled early
 * @param tokens the number of tokens generated, or computed for alternatives
 * @param likelihoods the likelihood of each of {@link Task#alternatives}
 * @param probabilities the sampling probability of each of {@link Task#letters} at the reply's
 *     letter, normalized to a sum of 1; empty if not requested or if the reply has no letter
 * @param chosen the most probable letter, if the reply has none and this was requested; otherwise
 *     empty
 */
public record Reply(
    String text,
    FinishReason finishReason,
    int tokens,
    List<Likelihood> likelihoods,
    List<Double> probabilities,
    String chosen) {

  /**
   * The likelihood of an alternative.
   *
   * @param logProb the natural logarithm of its probability
   * @param bytes its length in UTF-8, for length normalization
   */
  public record Likelihood(double logProb, int bytes) {}

  /** Creates a reply. */
  public Reply {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(finishReason, "finishReason");
    likelihoods = List.copyOf(likelihoods);
    probabilities = List.copyOf(probabilities);
    Objects.requireNonNull(chosen, "chosen");
  }

  /**
   * Returns a reply that the model ended itself.
   *
   * @param text the text
   * @return the reply
   */
  public static Reply of(String text) {
    return new Reply(text, FinishReason.STOP, 0, List.of(), List.of(), "");
  }

  /**
   * Returns whether the text ended at a limit.
   *
   * @return whether a limit of tokens, or the context, ended it
   */
  public boolean cutOff() {
    return finishReason == FinishReason.MAX_TOKENS || finishReason == FinishReason.CONTEXT_FULL;
  }
}

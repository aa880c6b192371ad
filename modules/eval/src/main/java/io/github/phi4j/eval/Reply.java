package io.github.phi4j.eval;

import io.github.phi4j.api.FinishReason;
import java.util.List;
import java.util.Objects;

/**
 * What a model gave to a question.
 *
 * @param text the reply; empty where alternatives were compared
 * @param finishReason why it ended; {@link FinishReason#CANCELLED} where the task had seen enough
 * @param tokens how many tokens were generated, or computed for the alternatives
 * @param likelihoods for each of {@link Task#alternatives}, how probable it is
 * @param probabilities for each of {@link Task#letters}, its probability under the sampling where
 *     the reply has its letter, given that one of them came there, so that they sum to 1; empty if
 *     that is not asked for or there is none
 * @param chosen the letter that the model says it meant, where the reply has none and it was asked;
 *     empty otherwise
 */
public record Reply(
    String text,
    FinishReason finishReason,
    int tokens,
    List<Likelihood> likelihoods,
    List<Double> probabilities,
    String chosen) {

  /**
   * How probable an alternative is.
   *
   * @param logProb the natural logarithm of its probability
   * @param bytes its length in UTF-8, by which longer ones are made comparable
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
   * A text that the model ended by itself.
   *
   * @param text the text
   * @return the reply
   */
  public static Reply of(String text) {
    return new Reply(text, FinishReason.STOP, 0, List.of(), List.of(), "");
  }

  /**
   * Whether the text ended at a limit.
   *
   * @return whether the tokens or the context ran out
   */
  public boolean cutOff() {
    return finishReason == FinishReason.MAX_TOKENS || finishReason == FinishReason.CONTEXT_FULL;
  }
}

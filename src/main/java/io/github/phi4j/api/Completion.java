package io.github.phi4j.api;

import java.util.List;
import java.util.Objects;

/**
 * A finished generation.
 *
 * @param text the generated text, without special tokens and without the stop string that ended it
 * @param tokens the generated token ids, without the stop token that ended it; with a stop string
 *     they include the tokens that completed it
 * @param finishReason why it ended
 * @param usage how many tokens it took
 * @param timings how long it took
 * @param logProbs the log-probability of each of the {@code tokens}; empty unless {@link
 *     GenerationOptions#logProbs()} asked for them
 */
public record Completion(
    String text,
    List<Integer> tokens,
    FinishReason finishReason,
    Usage usage,
    Timings timings,
    List<TokenLogProb> logProbs) {

  /** Creates a completion. */
  public Completion {
    Objects.requireNonNull(text, "text");
    tokens = List.copyOf(tokens);
    Objects.requireNonNull(finishReason, "finishReason");
    Objects.requireNonNull(usage, "usage");
    Objects.requireNonNull(timings, "timings");
    logProbs = List.copyOf(logProbs);
  }
}

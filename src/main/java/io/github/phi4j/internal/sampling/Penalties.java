package io.github.phi4j.internal.sampling;

import io.github.phi4j.api.Sampling;

/**
 * Penalizes the tokens at the end of the context: the repeat penalty of Keskar et al. 2019 (CTRL),
 * which multiplies negative logits as in llama.cpp, then the presence and frequency penalties.
 */
final class Penalties implements SamplingStep {

  private final float repeat;
  private final float presence;
  private final float frequency;
  private final Sampling.Window window;
  private final int[] counts; // by id; all zero between calls

  /**
   * Creates penalties.
   *
   * @param window the part of the context with penalized tokens
   */
  Penalties(
      float repeat, float presence, float frequency, Sampling.Window window, int vocabularySize) {
    this.repeat = repeat;
    this.presence = presence;
    this.frequency = frequency;
    this.window = window;
    this.counts = new int[vocabularySize];
  }

  @Override
  public void apply(Candidates candidates) {
    int[] context = candidates.context();
    int end = candidates.contextLength();
    int start = end - window.tokens(end);
    for (int i = start; i < end; i++) {
      counts[context[i]]++;
    }
    for (int i = start; i < end; i++) {
      int id = context[i];
      int count = counts[id];
      if (count > 0) {
        counts[id] = 0;
        candidates.setLogit(id, penalized(candidates.logit(id), count));
      }
    }
  }

  private float penalized(float logit, int count) {
    if (logit == Float.NEGATIVE_INFINITY) {
      return logit; // a banned token stays banned even if the penalties overflow
    }
    float repeated = logit > 0 ? logit / repeat : logit * repeat;
    return repeated - (count * frequency + presence);
  }
}

package io.github.phi4j.internal.sampling;

/** Divides the logits: above 1 the draw is more random, below 1 less. */
final class Temperature implements SamplingStep {

  private final float temperature;

  Temperature(float temperature) {
    this.temperature = temperature;
  }

  @Override
  public void apply(Candidates candidates) {
    float[] logits = candidates.logits();
    float max = logits[candidates.best()];
    int size = candidates.size();
    for (int i = 0; i < size; i++) {
      // A shift of all logits changes no probability, but keeps the division from overflowing.
      logits[i] = (logits[i] - max) / temperature;
    }
  }
}

package io.github.phi4j.internal.sampling;

/** Divides the logits: above 1 the draw is more random, below 1 less. */
final class Temperature implements SamplingStep {

  private final float temperature;

  Temperature(float temperature) {
    this.temperature = temperature;
  }

  @Override
  public void apply(Candidates candidates) {
    candidates.divide(temperature);
  }
}

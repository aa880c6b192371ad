package io.github.phi4j.internal.sampling;

/** Divides the logits by a temperature: above 1 flattens the distribution, below 1 sharpens it. */
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

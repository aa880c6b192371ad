package io.github.phi4j.internal.sampling;

/**
 * Divides the logits by a temperature that grows with the entropy of the distribution: confident
 * predictions get sharper, uncertain ones flatter (kalomaze 2023, as in llama.cpp).
 */
final class DynamicTemperature implements SamplingStep {

  private final float lowest;
  private final float highest;
  private final float exponent;

  DynamicTemperature(float temperature, float range, float exponent) {
    this.lowest = Math.max(0, temperature - range);
    this.highest = temperature + range;
    this.exponent = exponent;
  }

  @Override
  public void apply(Candidates candidates) {
    int size = candidates.size();
    if (size < 2) {
      return;
    }
    double entropy = candidates.entropy(candidates.softmax());
    double share = Math.clamp(entropy / StrictMath.log(size), 0, 1);
    float temperature = (float) (lowest + (highest - lowest) * Power.of(share, exponent));
    if (temperature > 0) {
      candidates.divide(temperature);
    } else {
      candidates.keepOnly(candidates.best());
    }
  }
}

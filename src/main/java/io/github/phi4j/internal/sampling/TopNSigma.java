package io.github.phi4j.internal.sampling;

/**
 * Keeps the tokens whose logits are within n standard deviations of the highest (Tang et al. 2024,
 * "Top-nσ: Not All Logits Are You Need"). Banned tokens do not enter the statistics.
 */
final class TopNSigma implements SamplingStep {

  private final float n;

  TopNSigma(float n) {
    this.n = n;
  }

  @Override
  public void apply(Candidates candidates) {
    float[] logits = candidates.logits();
    int size = candidates.size();
    double sum = 0;
    int count = 0;
    for (int i = 0; i < size; i++) {
      if (logits[i] != Float.NEGATIVE_INFINITY) {
        sum += logits[i];
        count++;
      }
    }
    double mean = sum / count;
    double squares = 0;
    for (int i = 0; i < size; i++) {
      if (logits[i] != Float.NEGATIVE_INFINITY) {
        squares += (logits[i] - mean) * (logits[i] - mean);
      }
    }
    double deviation = Math.sqrt(squares / count);
    candidates.keepAtLeast((float) (logits[candidates.best()] - n * deviation), logits);
  }
}

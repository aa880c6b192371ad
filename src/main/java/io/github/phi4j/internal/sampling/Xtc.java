package io.github.phi4j.internal.sampling;

/**
 * Exclude top choices: with a given probability, removes all tokens at or above a threshold except
 * the least probable of them (p-e-w 2024, as in llama.cpp).
 */
final class Xtc implements SamplingStep {

  private static final float HIGHEST_THRESHOLD = 0.5f; // above it there are no two such tokens
  private static final float DROPPED = -1;

  private final float probability;
  private final float threshold;
  private final SplitMix64 random;

  Xtc(float probability, float threshold, SplitMix64 random) {
    this.probability = probability;
    this.threshold = threshold;
    this.random = random;
  }

  @Override
  public void apply(Candidates candidates) {
    if (threshold > HIGHEST_THRESHOLD
        || candidates.size() < 2
        || random.nextDouble() > probability) {
      return;
    }
    candidates.softmax();
    float[] logits = candidates.logits();
    float[] probabilities = candidates.probabilities();
    int size = candidates.size();
    int last = -1; // the least probable top choice; the last in order among ties
    for (int i = 0; i < size; i++) {
      if (probabilities[i] >= threshold
          && logits[i] > Float.NEGATIVE_INFINITY // a banned token is no choice
          && (last < 0 || probabilities[i] <= probabilities[last])) {
        last = i;
      }
    }
    for (int i = 0; i < size; i++) {
      if (probabilities[i] >= threshold && i != last) {
        probabilities[i] = DROPPED;
      }
    }
    candidates.keepAtLeast(0, probabilities);
  }
}

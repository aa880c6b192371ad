package io.github.phi4j.internal.sampling;

/**
 * Keeps the smallest set of most probable tokens whose probabilities sum to at least p (nucleus
 * sampling, Holtzman et al. 2019).
 */
final class TopP implements SamplingStep {

  private static final int FIRST = 256; // enough for the nucleus of all but flat distributions
  private static final int GROWTH = 16;

  private final float p;

  TopP(float p) {
    this.p = p;
  }

  @Override
  public void apply(Candidates candidates) {
    candidates.softmax();
    float[] probabilities = candidates.probabilities();
    int size = candidates.size();
    int kept = 0;
    double sum = 0;
    for (int tried = FIRST; sum < p && kept < size; tried *= GROWTH) {
      int ranked = candidates.rank(Math.min(tried, size));
      while (sum < p && kept < ranked) {
        sum += probabilities[candidates.ranked(kept++)];
      }
    }
    candidates.keepRanked(kept);
  }
}

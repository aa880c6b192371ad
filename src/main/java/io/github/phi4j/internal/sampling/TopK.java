package io.github.phi4j.internal.sampling;

/** Keeps the k most probable tokens. */
final class TopK implements SamplingStep {

  private final int k;

  TopK(int k) {
    this.k = k;
  }

  @Override
  public void apply(Candidates candidates) {
    if (k < candidates.size()) {
      candidates.rank(k);
      candidates.keepRanked(k);
    }
  }
}

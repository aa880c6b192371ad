package io.github.phi4j.internal.sampling;

/**
 * Keeps the tokens whose information content is closest to the entropy, until their probabilities
 * sum to more than p (locally typical sampling, Meister et al. 2022).
 */
final class TypicalP implements SamplingStep {

  private static final int FIRST = 256;
  private static final int GROWTH = 16;
  private static final float KEPT = 1;

  private final float p;
  private final float[] typicality; // minus the distance from the entropy; then KEPT
  private final Ranking ranking = new Ranking();

  TypicalP(float p, int vocabularySize) {
    this.p = p;
    this.typicality = new float[vocabularySize];
  }

  @Override
  public void apply(Candidates candidates) {
    double logSum = candidates.softmax();
    float[] logits = candidates.logits();
    float[] probabilities = candidates.probabilities();
    int size = candidates.size();
    double entropy = candidates.entropy(logSum);
    for (int i = 0; i < size; i++) {
      typicality[i] = (float) -Math.abs(logSum - logits[i] - entropy);
    }
    int kept = 0;
    double sum = 0;
    for (int tried = FIRST; sum <= p && kept < size; tried *= GROWTH) {
      int ranked = ranking.rank(typicality, size, Math.min(tried, size));
      while (sum <= p && kept < ranked) {
        sum += probabilities[ranking.index(kept++)];
      }
    }
    for (int i = 0; i < kept; i++) {
      typicality[ranking.index(i)] = KEPT;
    }
    candidates.keepAtLeast(KEPT, typicality);
  }
}

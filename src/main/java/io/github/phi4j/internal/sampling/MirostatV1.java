package io.github.phi4j.internal.sampling;

/**
 * Mirostat 1 (Basu et al. 2021): as {@link Mirostat}, but keeps the k most probable tokens, with k
 * computed from μ and the exponent of Zipf's law.
 */
final class MirostatV1 implements TokenChoice {

  private static final int ESTIMATED_FROM =
      100; // the number of most probable tokens in the estimate, llama.cpp's m

  private final MirostatTarget target;
  private final SeededDraw draw;
  private final int vocabularySize;

  MirostatV1(MirostatTarget target, SeededDraw draw, int vocabularySize) {
    this.target = target;
    this.draw = draw;
    this.vocabularySize = vocabularySize;
  }

  @Override
  public int choose(Candidates candidates) {
    int kept = kept(steepness(candidates), candidates.size());
    candidates.rank(kept);
    candidates.keepRanked(kept);
    int index = draw.index(candidates);
    target.observe(candidates.probabilities()[index]);
    return candidates.id(index);
  }

  /** The exponent of Zipf's law by least squares; NaN for a single token. */
  private static double steepness(Candidates candidates) {
    int count = Math.min(ESTIMATED_FROM, candidates.size());
    candidates.rank(count);
    double products = 0;
    double squares = 0;
    for (int i = 0; i < count - 1; i++) {
      float next = candidates.logit(candidates.ranked(i + 1));
      if (next == Float.NEGATIVE_INFINITY) {
        break;
      }
      double t = StrictMath.log((i + 2.0) / (i + 1.0));
      products += t * (candidates.logit(candidates.ranked(i)) - next);
      squares += t * t;
    }
    return products / squares;
  }

  private int kept(double steepness, int size) {
    double excess = steepness - 1;
    double k =
        Power.of(
            excess * Power.of(2, target.mu()) / (1 - Power.of(vocabularySize, -excess)),
            1 / steepness);
    return Math.clamp((int) k, 1, size); // NaN becomes 0
  }
}

package io.github.phi4j.internal.sampling;

/** Draws a token from the remaining probabilities. */
final class SeededDraw implements TokenChoice {

  private final SplitMix64 random;

  SeededDraw(SplitMix64 random) {
    this.random = random;
  }

  @Override
  public int choose(Candidates candidates) {
    return candidates.id(index(candidates));
  }

  /** Draws a candidate and returns its index; the probabilities are then computed. */
  int index(Candidates candidates) {
    candidates.softmax();
    float[] probabilities = candidates.probabilities();
    int size = candidates.size();
    double total = 0; // 1 up to rounding
    for (int i = 0; i < size; i++) {
      total += probabilities[i];
    }
    double target = random.nextDouble() * total;
    double sum = 0;
    int last = 0;
    for (int i = 0; i < size && sum <= target; i++) {
      if (probabilities[i] > 0) {
        sum += probabilities[i];
        last = i;
      }
    }
    return last;
  }
}

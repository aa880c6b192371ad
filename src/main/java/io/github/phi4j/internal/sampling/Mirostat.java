package io.github.phi4j.internal.sampling;

/**
 * Keeps the surprise of the text near a target instead of truncating at a fixed limit: removes
 * tokens with a surprise above μ bits, draws, and corrects μ by the drawn token (Mirostat 2.0, Basu
 * et al. 2021, with the renormalised surprise of llama.cpp).
 */
final class Mirostat implements TokenChoice {

  private final MirostatTarget target;
  private final SeededDraw draw;

  Mirostat(MirostatTarget target, SeededDraw draw) {
    this.target = target;
    this.draw = draw;
  }

  @Override
  public int choose(Candidates candidates) {
    candidates.softmax();
    float[] probabilities = candidates.probabilities();
    int best = candidates.best();
    float limit = (float) Power.of(2, -target.mu());
    if (probabilities[best] < limit) {
      candidates.keepOnly(best);
    } else {
      candidates.keepAtLeast(limit, probabilities);
    }
    int index = draw.index(candidates);
    target.observe(candidates.probabilities()[index]);
    return candidates.id(index);
  }
}

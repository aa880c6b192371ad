package io.github.phi4j.internal.sampling;

/** Keeps the tokens that are at least p times as probable as the most probable one. */
final class MinP implements SamplingStep {

  private final float logP;

  MinP(float p) {
    this.logP = (float) StrictMath.log(p);
  }

  @Override
  public void apply(Candidates candidates) {
    float[] logits = candidates.logits();
    candidates.keepAtLeast(logits[candidates.best()] + logP, logits);
  }
}

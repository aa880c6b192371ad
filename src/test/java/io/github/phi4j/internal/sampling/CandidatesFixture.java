package io.github.phi4j.internal.sampling;

/** Creates candidates, and returns the ids that steps kept. */
final class CandidatesFixture {

  static final int[] NO_CONTEXT = {};

  private CandidatesFixture() {}

  static Candidates ofLogits(float... logits) {
    Candidates candidates = new Candidates(logits.length);
    candidates.load(logits, NO_CONTEXT, 0);
    return candidates;
  }

  /** Creates candidates with the given probabilities, which sum to 1. */
  static Candidates ofProbabilities(double... probabilities) {
    float[] logits = new float[probabilities.length];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) Math.log(probabilities[i]);
    }
    return ofLogits(logits);
  }

  static int[] ids(Candidates candidates) {
    int[] ids = new int[candidates.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = candidates.id(i);
    }
    return ids;
  }

  static float[] logits(Candidates candidates) {
    float[] logits = new float[candidates.size()];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = candidates.logit(i);
    }
    return logits;
  }
}

package io.github.phi4j.internal.sampling;

import io.github.phi4j.api.InvalidLogitsException;

/** What all who read logits ask of them: to be numbers. */
public final class Logits {

  private Logits() {}

  /**
   * The highest logit.
   *
   * @throws InvalidLogitsException if a logit is NaN or positive infinity
   */
  public static float max(float[] logits) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < logits.length; i++) {
      if (!(logits[i] <= max)) { // also true for NaN, so that the common path has one branch
        max = checked(logits[i], i);
      }
    }
    return max;
  }

  /** A logit that is new in being the highest, or is not a number. */
  static float checked(float logit, int token) {
    if (logit < Float.POSITIVE_INFINITY) {
      return logit;
    }
    throw new InvalidLogitsException(
        "the model computed the logit "
            + logit
            + " for token "
            + token
            + ", which is not a finite number: its weights are damaged, or a value overflowed on"
            + " the way");
  }
}

package io.github.phi4j.internal.sampling;

import io.github.phi4j.api.InvalidLogitsException;

/** Checks that logits are numbers. */
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
      if (!(logits[i] <= max)) { // also true for NaN, so that the common path takes one branch
        max = checked(logits[i], i);
      }
    }
    return max;
  }

  /** Accepts a new maximum, or rejects a value that is not a number. */
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

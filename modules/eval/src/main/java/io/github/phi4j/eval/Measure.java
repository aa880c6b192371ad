package io.github.phi4j.eval;

/**
 * One value that a grade contributes to a mean.
 *
 * @param value the value
 * @param weight how much it counts; the mean over all replies is the sum of value times weight
 *     divided by the sum of weights, so that a weight of 0 leaves the reply out
 */
public record Measure(double value, double weight) {

  /**
   * Creates a measure.
   *
   * @throws IllegalArgumentException if a number is not finite or the weight is negative
   */
  public Measure {
    if (!Double.isFinite(value) || !Double.isFinite(weight) || weight < 0) {
      throw new IllegalArgumentException(
          "a measure is a finite value with a weight of 0 or more, not " + value + ", " + weight);
    }
  }

  /**
   * A value that counts once.
   *
   * @param value the value
   * @return the measure
   */
  public static Measure of(double value) {
    return new Measure(value, 1);
  }
}

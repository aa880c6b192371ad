package io.github.phi4j.eval;

/**
 * A grade's contribution to a mean.
 *
 * @param value the value
 * @param weight its weight; the mean over all replies is the sum of value times weight divided by
 *     the sum of weights, so a weight of 0 excludes the reply
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
   * Returns a measure of weight 1.
   *
   * @param value the value
   * @return the measure
   */
  public static Measure of(double value) {
    return new Measure(value, 1);
  }
}

package io.github.phi4j.eval;

/**
 * A confidence interval.
 *
 * @param low the lower end
 * @param high the upper end
 */
public record Interval(double low, double high) {

  /**
   * Returns whether a value is in the interval.
   *
   * @param value the value
   * @return whether it is between the ends, inclusive
   */
  public boolean contains(double value) {
    return low <= value && value <= high;
  }
}

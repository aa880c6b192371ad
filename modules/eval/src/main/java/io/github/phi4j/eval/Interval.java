package io.github.phi4j.eval;

/**
 * An interval of confidence.
 *
 * @param low the lower end
 * @param high the upper end
 */
public record Interval(double low, double high) {

  /**
   * Whether a value is inside.
   *
   * @param value the value
   * @return whether it is between the ends, or one of them
   */
  public boolean contains(double value) {
    return low <= value && value <= high;
  }
}

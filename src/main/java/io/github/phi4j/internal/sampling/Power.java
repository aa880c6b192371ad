package io.github.phi4j.internal.sampling;

/**
 * Powers that are the same bits on every machine and allocate nothing: {@link StrictMath#pow} makes
 * three small arrays each time.
 */
final class Power {

  private Power() {}

  /** A base, 0 or above, to an exponent; NaN for a base below 0. */
  static double of(double base, double exponent) {
    return exponent == 0 ? 1 : StrictMath.exp(exponent * StrictMath.log(base));
  }
}

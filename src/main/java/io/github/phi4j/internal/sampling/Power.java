package io.github.phi4j.internal.sampling;

/**
 * Powers with the same bits on every machine, without allocation: {@link StrictMath#pow} allocates
 * three small arrays per call.
 */
final class Power {

  private Power() {}

  /** A non-negative base to an exponent; NaN for a negative base. */
  static double of(double base, double exponent) {
    return exponent == 0 ? 1 : StrictMath.exp(exponent * StrictMath.log(base));
  }
}

package io.github.phi4j.internal.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The exponential function on vectors, within two units in the last place: {@code x = n·ln 2 + r}
 * with whole n and small r, a polynomial for {@code exp(r)}, and n added to the exponent. The
 * coefficients are those of Cephes' {@code expf}.
 */
final class Exponential {

  private static final float LEAST = -8.73e+01f; // below this the result would be denormal
  private static final float MOST = 8.83e+01f; // above this it would overflow
  private static final float ROUND = 0x1.8p23f; // adding it leaves a whole number in the low bits

  private Exponential() {}

  static FloatVector of(FloatVector x) {
    FloatVector clamped = x.max(LEAST).min(MOST);
    FloatVector shifted = clamped.mul(1.442695e+00f).add(ROUND);
    FloatVector n = shifted.sub(ROUND);
    FloatVector r = clamped.sub(n.mul(6.933594e-01f)).sub(n.mul(-2.1219444e-04f));
    FloatVector p = r.mul(1.9875691e-04f).add(1.3981999e-03f);
    p = p.mul(r).add(8.333452e-03f);
    p = p.mul(r).add(4.1665796e-02f);
    p = p.mul(r).add(1.6666666e-01f);
    p = p.mul(r).add(5.0e-01f);
    p = p.mul(r).mul(r).add(r).add(1);
    return p.reinterpretAsInts()
        .add(shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
        .reinterpretAsFloats();
  }
}

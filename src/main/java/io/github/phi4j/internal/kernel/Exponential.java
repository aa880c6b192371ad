package io.github.phi4j.internal.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The exponential function on vectors, within two ulps: {@code x = n·ln 2 + r} with whole n and
 * small r, a polynomial for {@code exp(r)}, and n added to the exponent. The coefficients are those
 * of Cephes' {@code expf}.
 */
final class Exponential {

  private static final float MIN = -8.73e+01f; // below this the result would be denormal
  private static final float MAX = 8.83e+01f; // above this it would overflow
  private static final float ROUND = 0x1.8p23f; // adding it leaves a whole number in the low bits

  private static final float LOG2_E = 1.442695e+00f;
  private static final float LN2_HIGH = 6.933594e-01f;
  private static final float LN2_LOW = -2.1219444e-04f;
  private static final float C6 = 1.9875691e-04f;
  private static final float C5 = 1.3981999e-03f;
  private static final float C4 = 8.333452e-03f;
  private static final float C3 = 4.1665796e-02f;
  private static final float C2 = 1.6666666e-01f;
  private static final float C1 = 5.0e-01f;

  private static final VectorSpecies<Float> FLOATS = VectorWidth.FLOATS;

  private Exponential() {}

  /** Writes {@code exp(sign · x − shift)} for each number; {@code out} may be {@code x}. */
  static void of(float[] x, int from, int length, float sign, float shift, float[] out, int to) {
    int bound = FLOATS.loopBound(length);
    for (int i = 0; i < bound; i += FLOATS.length()) {
      FloatVector power = FloatVector.fromArray(FLOATS, x, from + i).mul(sign).sub(shift);
      FloatVector clamped = power.max(MIN).min(MAX);
      FloatVector shifted = clamped.mul(LOG2_E).add(ROUND);
      FloatVector n = shifted.sub(ROUND);
      FloatVector r = clamped.sub(n.mul(LN2_HIGH)).sub(n.mul(LN2_LOW));
      FloatVector p = r.mul(C6).add(C5);
      p = p.mul(r).add(C4);
      p = p.mul(r).add(C3);
      p = p.mul(r).add(C2);
      p = p.mul(r).add(C1);
      p = p.mul(r).mul(r).add(r).add(1);
      p.reinterpretAsInts()
          .add(shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
          .reinterpretAsFloats()
          .intoArray(out, to + i);
    }
    for (int i = bound; i < length; i++) {
      out[to + i] = (float) Math.exp(sign * x[from + i] - shift);
    }
  }
}

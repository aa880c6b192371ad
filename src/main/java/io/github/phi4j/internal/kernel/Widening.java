package io.github.phi4j.internal.kernel;

/**
 * Constants that make floats of halves and bytes by shifts and multiplications: of halves exactly,
 * except that NaN becomes infinity.
 */
final class Widening {

  /** Sign, exponent and mantissa of a half that was shifted right by three, signed. */
  static final int HALF = 0x8fffe000;

  /** Rescales values masked by {@link #HALF}. */
  static final float UP = 0x1p112f;

  /**
   * Where infinities must stay so: values under {@link #HALF} times {@link #UP} twice, where they
   * overflow and nothing else does, and this.
   */
  static final float DOWN = 0x1p-112f;

  /** Keeps a signed byte in the highest bits: 2²⁴ times the byte. */
  static final int BYTE = 0xff000000;

  private Widening() {}
}

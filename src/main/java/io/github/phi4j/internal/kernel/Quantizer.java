package io.github.phi4j.internal.kernel;

/**
 * Quantizes activations to 8 bits: the scalar specification of {@link VectorQuantizer}. Like ggml's
 * Q8_0 it scales each 32 values so that the largest becomes 127; with one scale per 256 values, as
 * in Q8_K, the error would be 1.5 times as large.
 */
final class Quantizer {

  /** Added to a small float, leaves the nearest integer (ties to even) in the low bits. */
  static final float ROUNDING = 0x1.8p23f;

  /** Groups with smaller magnitudes are flushed to zero, so that no scale overflows. */
  private static final float SMALLEST = 1e-30f;

  private Quantizer() {}

  /** Quantizes columns from {@code from} up to {@code to}, whole groups. */
  static void quantize(Activations x, int token, int from, int to) {
    for (int group = from / Activations.GROUP; group < to / Activations.GROUP; group++) {
      quantize(x, token, group);
    }
  }

  static void quantize(Activations x, int token, int group) {
    int at = token * x.columns() + group * Activations.GROUP;
    float largest = 0;
    for (int i = 0; i < Activations.GROUP; i++) {
      largest = Math.max(largest, Math.abs(x.numbers()[at + i]));
    }
    float inverse = inverse(largest);
    int to = x.pairsAt(token) + group * Activations.GROUP / 2;
    for (int i = 0; i < Activations.GROUP / 2; i++) {
      int column = at + i / 8 * 16 + i % 8;
      int low = round(x.numbers()[column] * inverse);
      int high = round(x.numbers()[column + 8] * inverse);
      x.pairs()[to + i] = Float.intBitsToFloat((low & 0xffff) | (high << 16));
    }
    x.addUp(token, group, scale(largest));
  }

  /** The multiplier of a group with this largest magnitude. */
  static float inverse(float largest) {
    return largest > SMALLEST && largest < Float.POSITIVE_INFINITY ? 127 / largest : 0;
  }

  /** The group's scale; NaN if one of its values is NaN or infinite. */
  static float scale(float largest) {
    if (!(largest < Float.POSITIVE_INFINITY)) {
      return Float.NaN;
    }
    return largest > SMALLEST ? largest / 127 : 0;
  }

  private static int round(float scaled) {
    return Float.floatToRawIntBits(scaled + ROUNDING) - Float.floatToRawIntBits(ROUNDING);
  }
}

package io.github.phi4j.internal.model;

/**
 * Rotary position embedding (Su et al. 2021), with per-dimension frequency factors and an attention
 * factor (LongRoPE, Ding et al. 2024) where the model has them.
 */
final class RotaryEmbedding {

  private final PhiConfig config;
  private final double[] shortFrequencies; // (rotated / 2)
  private final double[] longFrequencies; // (rotated / 2)
  private final boolean hasLongFactors;

  RotaryEmbedding(PhiConfig config, PhiWeights weights) {
    this.config = config;
    shortFrequencies = frequencies(weights.shortRopeFactors().orElse(null));
    hasLongFactors = weights.longRopeFactors().isPresent();
    longFrequencies =
        hasLongFactors ? frequencies(weights.longRopeFactors().get()) : shortFrequencies;
  }

  private double[] frequencies(float[] factors) {
    int rotated = config.ropeDimensionCount();
    double[] frequencies = new double[rotated / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = Math.pow(config.ropeTheta(), -2.0 * i / rotated) * config.ropeScale();
      if (factors != null) {
        frequencies[i] /= factors[i];
      }
    }
    return frequencies;
  }

  /** Whether contexts beyond the original length use other frequencies. */
  boolean hasLongFactors() {
    return hasLongFactors;
  }

  /** Writes the angles' sines and cosines at a position, (rotated / 2) each. */
  void angles(int position, boolean longContext, float[] cos, float[] sin, int offset) {
    double[] frequencies = longContext ? longFrequencies : shortFrequencies;
    for (int i = 0; i < frequencies.length; i++) {
      double angle = position * frequencies[i];
      cos[offset + i] = (float) (Math.cos(angle) * config.ropeAttentionFactor());
      sin[offset + i] = (float) (Math.sin(angle) * config.ropeAttentionFactor());
    }
  }

  /** Writes the rotation that moves keys back by a number of positions, (rotated / 2) each. */
  void anglesBack(int positions, boolean longContext, float[] cos, float[] sin) {
    double[] frequencies = longContext ? longFrequencies : shortFrequencies;
    for (int i = 0; i < frequencies.length; i++) {
      double angle = -positions * frequencies[i];
      cos[i] = (float) Math.cos(angle);
      sin[i] = (float) Math.sin(angle);
    }
  }

  /** Rotates one head in place; dimensions beyond the rotated ones stay as they are. */
  void rotate(float[] head, int at, float[] cos, float[] sin, int offset) {
    int half = config.ropeDimensionCount() / 2;
    for (int i = 0; i < half; i++) {
      boolean neox = config.pairing() == PhiConfig.RopePairing.NEOX;
      int first = neox ? at + i : at + 2 * i;
      int second = neox ? first + half : first + 1;
      float a = head[first];
      float b = head[second];
      float c = cos[offset + i];
      float s = sin[offset + i];
      head[first] = a * c - b * s;
      head[second] = a * s + b * c;
    }
  }
}

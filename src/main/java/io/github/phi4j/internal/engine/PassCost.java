package io.github.phi4j.internal.engine;

/**
 * Predicts the duration of a forward pass: a linear function of its tokens, fitted to recent passes
 * by least squares on relative errors. Not thread-safe.
 */
final class PassCost {

  private static final double MEMORY = 0.95; // decay of a pass's weight per later pass
  private static final double MIN_VARIANCE = 1e-6;

  private double weight;
  private double sumTokens;
  private double sumSquares;
  private double sumNanos;
  private double sumProducts;
  private double perToken;
  private double fixed;

  /** Adds a measured pass. */
  void add(int tokens, long nanos) {
    double weightOfPass = 1.0 / tokens / tokens; // otherwise one long prompt would dominate
    weight = MEMORY * weight + weightOfPass;
    sumTokens = MEMORY * sumTokens + weightOfPass * tokens;
    sumSquares = MEMORY * sumSquares + weightOfPass * tokens * tokens;
    sumNanos = MEMORY * sumNanos + weightOfPass * nanos;
    sumProducts = MEMORY * sumProducts + weightOfPass * nanos * tokens;
    double meanTokens = sumTokens / weight;
    double meanNanos = sumNanos / weight;
    double variance = sumSquares / weight - meanTokens * meanTokens;
    if (variance > MIN_VARIANCE * meanTokens * meanTokens) { // enough variation of lengths
      double covariance = sumProducts / weight - meanTokens * meanNanos;
      perToken = Math.clamp(covariance / variance, 0, meanNanos / meanTokens);
    }
    fixed = Math.max(0, meanNanos - perToken * meanTokens);
  }

  /** Whether passes of different lengths were measured. */
  boolean known() {
    return perToken > 0;
  }

  /** The predicted nanoseconds of a pass. */
  double nanos(int tokens) {
    return fixed + perToken * tokens;
  }

  /**
   * The number of tokens to add to a pass of {@code tokens} until it takes {@code factor} times as
   * long.
   */
  double room(int tokens, double factor) {
    return (factor - 1) * nanos(tokens) / perToken;
  }
}

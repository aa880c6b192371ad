package io.github.phi4j.internal.engine;

/**
 * Predicts how long a forward pass takes: a line over its tokens, fitted to the relative errors of
 * recent passes by least squares. Not thread-safe.
 */
final class PassCost {

  private static final double MEMORY = 0.95; // what a pass counts for after the next one
  private static final double LEAST_VARIANCE = 1e-6;

  private double weight;
  private double sumTokens;
  private double sumSquares;
  private double sumNanos;
  private double sumProducts;
  private double perToken;
  private double fixed;

  /** Learns from a pass. */
  void add(int tokens, long nanos) {
    double weightOfPass = 1.0 / tokens / tokens; // or else one long prompt would outweigh all
    weight = MEMORY * weight + weightOfPass;
    sumTokens = MEMORY * sumTokens + weightOfPass * tokens;
    sumSquares = MEMORY * sumSquares + weightOfPass * tokens * tokens;
    sumNanos = MEMORY * sumNanos + weightOfPass * nanos;
    sumProducts = MEMORY * sumProducts + weightOfPass * nanos * tokens;
    double meanTokens = sumTokens / weight;
    double meanNanos = sumNanos / weight;
    double variance = sumSquares / weight - meanTokens * meanTokens;
    if (variance > LEAST_VARIANCE * meanTokens * meanTokens) { // passes of several lengths
      double covariance = sumProducts / weight - meanTokens * meanNanos;
      perToken = Math.clamp(covariance / variance, 0, meanNanos / meanTokens);
    }
    fixed = Math.max(0, meanNanos - perToken * meanTokens);
  }

  /** Whether there were passes of several lengths. */
  boolean known() {
    return perToken > 0;
  }

  /** The nanoseconds of a pass. */
  double nanos(int tokens) {
    return fixed + perToken * tokens;
  }

  /**
   * The tokens that a pass of {@code tokens} may have besides to take {@code factor} times as long.
   */
  double room(int tokens, double factor) {
    return (factor - 1) * nanos(tokens) / perToken;
  }
}

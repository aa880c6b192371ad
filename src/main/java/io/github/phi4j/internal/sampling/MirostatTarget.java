package io.github.phi4j.internal.sampling;

/** Mirostat's target surprise and its adaptive limit μ, both in bits. */
final class MirostatTarget {

  private final float entropy;
  private final float learningRate;
  private double mu;

  MirostatTarget(float entropy, float learningRate) {
    this.entropy = entropy;
    this.learningRate = learningRate;
    this.mu = 2 * entropy;
  }

  double mu() {
    return mu;
  }

  /** Corrects μ by the probability of the drawn token. */
  void observe(float probability) {
    double surprise = -StrictMath.log(probability) / StrictMath.log(2);
    mu -= learningRate * (surprise - entropy);
  }
}

package io.github.phi4j.internal.sampling;

/** A step of the chain: changes logits of the candidates, or removes candidates. */
interface SamplingStep {

  /** Applies the step to the candidates; keeps at least one. */
  void apply(Candidates candidates);
}

package io.github.phi4j.internal.sampling;

/** A step of the chain: changes the candidates' logits, or leaves some candidates out. */
interface SamplingStep {

  /** Works on what the step before left over; leaves at least one candidate. */
  void apply(Candidates candidates);
}

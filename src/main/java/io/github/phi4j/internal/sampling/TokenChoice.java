package io.github.phi4j.internal.sampling;

/** The last step of the chain: takes one of the candidates that are left. */
interface TokenChoice {

  /** The id of a candidate whose probability is above zero. */
  int choose(Candidates candidates);
}

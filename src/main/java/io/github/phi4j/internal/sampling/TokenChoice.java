package io.github.phi4j.internal.sampling;

/** The last step of the chain: chooses one of the remaining candidates. */
interface TokenChoice {

  /** The id of a candidate with a probability above zero. */
  int choose(Candidates candidates);
}

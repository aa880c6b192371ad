package io.github.phi4j.eval;

/** Uses of the engine's probabilities in place of sampling or guessing. */
public enum Exact {
  /** The score of a multiple-choice question is the probability of the correct letter. */
  LETTERS,
  /** If a reply has no letter, the most probable letter is determined. */
  EXTRACTION,
  /** A judge's grade is the expected value over the probabilities of all grades. */
  GRADES
}

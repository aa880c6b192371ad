package io.github.phi4j.eval;

/** Where the engine's probabilities replace what other tools sample or guess. */
public enum Exact {
  /** The score of a question of multiple choice is the probability of the right letter. */
  LETTERS,
  /** A reply without a letter is asked for it, by choice among the letters. */
  EXTRACTION,
  /** A judge's grade is the expected one under the probabilities of all grades. */
  GRADES
}

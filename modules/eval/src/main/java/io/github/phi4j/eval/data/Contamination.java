package io.github.phi4j.eval.data;

/**
 * What a text shares with a benchmark.
 *
 * @param verdict what that means
 * @param rule which rule decided
 * @param benchmark the benchmark's name; empty if the text is clean
 * @param item the item's number within it, from 0; −1 if the text is clean
 * @param evidence the words that both have; empty if the text is clean
 * @param ratio the largest share of common 7-grams; 1 where whole items or 13-grams decided
 */
public record Contamination(
    Verdict verdict, Rule rule, String benchmark, int item, String evidence, double ratio) {

  /** What is to be done with a text. */
  public enum Verdict {
    /** It has nothing of a benchmark. */
    CLEAN,
    /** It has something of one: a person should look. */
    PARTIAL,
    /** It has so much of one that it should not be trained on. */
    CONTAMINATED
  }

  /** What decides. */
  public enum Rule {
    /** None fired. */
    NONE,
    /** 13 words in a row are the same. */
    THIRTEEN_GRAM,
    /** A whole item, too short for 13 words in a row, is in the text. */
    WHOLE_ITEM,
    /** Enough of the 7-grams are the same. */
    SEVEN_GRAM_RATIO
  }

  /** A text without contamination. */
  static final Contamination CLEAN = new Contamination(Verdict.CLEAN, Rule.NONE, "", -1, "", 0);
}

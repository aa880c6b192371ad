package io.github.phi4j.eval.data;

/**
 * The overlap of a text with a benchmark.
 *
 * @param verdict the verdict
 * @param rule the deciding rule
 * @param benchmark the benchmark's name; empty if the text is clean
 * @param item the item's number within it, from 0; −1 if the text is clean
 * @param evidence the common words; empty if the text is clean
 * @param ratio the largest share of common 7-grams; 1 if a whole item or a 13-gram decided
 */
public record Contamination(
    Verdict verdict, Rule rule, String benchmark, int item, String evidence, double ratio) {

  /** The verdict on a text. */
  public enum Verdict {
    /** No overlap. */
    CLEAN,
    /** Some overlap: a person should check. */
    PARTIAL,
    /** Too much overlap for training. */
    CONTAMINATED
  }

  /** The deciding rule. */
  public enum Rule {
    /** No rule matched. */
    NONE,
    /** 13 consecutive words are the same. */
    THIRTEEN_GRAM,
    /** A whole item of fewer than 13 words is in the text. */
    WHOLE_ITEM,
    /** The share of common 7-grams is too large. */
    SEVEN_GRAM_RATIO
  }

  /** The result for a clean text. */
  static final Contamination CLEAN = new Contamination(Verdict.CLEAN, Rule.NONE, "", -1, "", 0);
}

package io.github.phi4j.api;

import java.util.Objects;
import java.util.OptionalInt;

/**
 * What becomes of the thoughts that a reasoning model writes between {@code <think>} and {@code
 * </think>} before its answer. Immutable; made from {@link #defaults()}. Models of other
 * {@linkplain ChatFormat chat formats} are not affected.
 *
 * @param split whether thoughts are kept apart from the answer; otherwise they are part of the
 *     text, as the model wrote them
 * @param budget the most tokens of thought: after them {@code </think>} is put in; 0 leaves out the
 *     thoughts altogether. Empty is no limit. A budget needs thoughts that are split.
 * @param kept whether the {@linkplain Message#reasoning() thoughts} of earlier assistant messages
 *     are shown to the model again. Phi-4's reasoning models were trained on answers without them,
 *     and they fill the context, so they are left out by default.
 */
public record Reasoning(boolean split, OptionalInt budget, boolean kept) {

  private static final Reasoning DEFAULTS = new Reasoning(true, OptionalInt.empty(), false);

  /**
   * Creates a treatment of thoughts.
   *
   * @throws IllegalArgumentException if the budget is negative, or there is one while thoughts are
   *     not split
   */
  public Reasoning {
    Objects.requireNonNull(budget, "budget");
    if (budget.isPresent() && budget.getAsInt() < 0) {
      throw new IllegalArgumentException(
          "a reasoning budget must not be negative: "
              + budget.getAsInt()
              + "; leave it out for no limit");
    }
    if (budget.isPresent() && !split) {
      throw new IllegalArgumentException("a reasoning budget needs thoughts that are split");
    }
  }

  /**
   * Thoughts are split from the answer, have no limit, and are dropped from the history.
   *
   * @return the default treatment
   */
  public static Reasoning defaults() {
    return DEFAULTS;
  }

  /**
   * Leaves thoughts in the text, and sets no budget.
   *
   * @return this treatment with that changed
   */
  public Reasoning unsplit() {
    return new Reasoning(false, OptionalInt.empty(), kept);
  }

  /**
   * Sets {@link #budget()}.
   *
   * @param tokens 0 or above
   * @return this treatment with that changed
   * @throws IllegalArgumentException if the budget is negative, or thoughts are not split
   */
  public Reasoning withBudget(int tokens) {
    return new Reasoning(split, OptionalInt.of(tokens), kept);
  }

  /**
   * Sets {@link #kept()}.
   *
   * @param value whether earlier thoughts are shown to the model
   * @return this treatment with that changed
   */
  public Reasoning withKept(boolean value) {
    return new Reasoning(split, budget, value);
  }
}

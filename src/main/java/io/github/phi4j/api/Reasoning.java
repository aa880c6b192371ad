package io.github.phi4j.api;

import java.util.Locale;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The handling of a reasoning model's thoughts, which it writes between {@code <think>} and {@code
 * </think>} before its answer. Immutable; created by {@link #builder()}. Models of other
 * {@linkplain ChatFormat chat formats} are not affected.
 *
 * @since 0.1.0
 */
public final class Reasoning {

  private static final Reasoning DEFAULTS = builder().build();

  private final boolean split;
  private final OptionalInt budget;
  private final boolean kept;

  private Reasoning(Builder builder) {
    split = builder.split;
    budget = builder.budget;
    kept = builder.kept;
  }

  /**
   * Returns the default handling: thoughts are split from the answer, unlimited, and dropped from
   * the history.
   *
   * @return the default handling
   */
  public static Reasoning defaults() {
    return DEFAULTS;
  }

  /**
   * Starts from the {@linkplain #defaults() defaults}.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Starts from this handling.
   *
   * @return a builder
   */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * {@return whether thoughts are separated from the answer; otherwise they are part of the text,
   * verbatim}
   */
  public boolean split() {
    return split;
  }

  /**
   * {@return the maximum number of reasoning tokens, or empty for no limit} When they are used up,
   * {@code </think>} is inserted; a budget of 0 disables thoughts.
   */
  public OptionalInt budget() {
    return budget;
  }

  /**
   * {@return whether the model sees the {@linkplain Message#reasoning() thoughts} of earlier
   * assistant messages again} Phi-4's reasoning models were trained on histories without them, and
   * they fill the context, so they are dropped by default.
   */
  public boolean kept() {
    return kept;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Reasoning that
        && split == that.split
        && budget.equals(that.budget)
        && kept == that.kept;
  }

  @Override
  public int hashCode() {
    return Objects.hash(split, budget, kept);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "Reasoning{split=%s, budget=%s, kept=%s}", split, budget, kept);
  }

  /**
   * Collects the handling of thoughts. Setters check their arguments at once. Not thread-safe.
   *
   * @since 0.1.0
   */
  public static final class Builder {
    private boolean split = true;
    private OptionalInt budget = OptionalInt.empty();
    private boolean kept;

    private Builder() {}

    private Builder(Reasoning from) {
      split = from.split;
      budget = from.budget;
      kept = from.kept;
    }

    /**
     * Sets {@link Reasoning#split()}.
     *
     * @param split whether thoughts are separated from the answer
     * @return this builder
     */
    public Builder split(boolean split) {
      this.split = split;
      return this;
    }

    /**
     * Sets {@link Reasoning#budget()}.
     *
     * @param tokens 0 or above
     * @return this builder
     * @throws IllegalArgumentException if the number is negative
     */
    public Builder budget(int tokens) {
      return budget(OptionalInt.of(tokens));
    }

    /**
     * Sets or clears {@link Reasoning#budget()}.
     *
     * @param tokens 0 or above, or empty for no limit
     * @return this builder
     * @throws IllegalArgumentException if the number is negative
     */
    public Builder budget(OptionalInt tokens) {
      if (Objects.requireNonNull(tokens, "tokens").orElse(0) < 0) {
        throw new IllegalArgumentException(
            "a reasoning budget must not be negative: "
                + tokens.getAsInt()
                + "; omit it for no limit");
      }
      budget = tokens;
      return this;
    }

    /**
     * Sets {@link Reasoning#kept()}.
     *
     * @param kept whether the model sees earlier thoughts again
     * @return this builder
     */
    public Builder kept(boolean kept) {
      this.kept = kept;
      return this;
    }

    /**
     * Builds the handling.
     *
     * @return the handling
     * @throws IllegalArgumentException if there is a budget for thoughts that are not split
     */
    public Reasoning build() {
      if (budget.isPresent() && !split) {
        throw new IllegalArgumentException("a reasoning budget requires split thoughts");
      }
      return new Reasoning(this);
    }
  }
}

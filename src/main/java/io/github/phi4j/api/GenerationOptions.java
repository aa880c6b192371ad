package io.github.phi4j.api;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * How to continue a prompt. Immutable; made by {@link #builder()}.
 *
 * @param maxTokens the most tokens to generate; {@link Integer#MAX_VALUE} leaves only the context
 *     length as a limit
 * @param minTokens how many tokens to generate before the model may end its turn
 * @param sampling how each token is chosen
 * @param stopStrings texts that end the generation; none of them ever reaches the text
 * @param stopTokens token ids that end the generation, besides the model's own
 * @param ignoreModelStop whether to go on where the model ends its turn, as benchmarks do; the
 *     model's stop tokens are then never chosen
 * @param grammar what the text must be, if anything. It outranks the other ends: stop tokens,
 *     {@code stopTokens} included, may come exactly where the text may end, and where nothing else
 *     may follow the generation ends at once, whatever {@code minTokens} and {@code
 *     ignoreModelStop} say
 */
public record GenerationOptions(
    int maxTokens,
    int minTokens,
    Sampling sampling,
    List<String> stopStrings,
    Set<Integer> stopTokens,
    boolean ignoreModelStop,
    Optional<Grammar> grammar) {

  private static final GenerationOptions DEFAULTS = builder().build();

  /**
   * Creates options.
   *
   * @throws IllegalArgumentException if a count is negative, the minimum exceeds the maximum, or a
   *     stop string is empty
   */
  public GenerationOptions {
    if (maxTokens < 0) {
      throw new IllegalArgumentException("max tokens must not be negative: " + maxTokens);
    }
    if (minTokens < 0 || minTokens > maxTokens) {
      throw new IllegalArgumentException(
          "min tokens must be from 0 to max tokens (" + maxTokens + "): " + minTokens);
    }
    Objects.requireNonNull(sampling, "sampling");
    stopStrings = List.copyOf(stopStrings);
    if (stopStrings.contains("")) {
      throw new IllegalArgumentException("a stop string must not be empty");
    }
    stopTokens = Set.copyOf(stopTokens);
    Objects.requireNonNull(grammar, "grammar");
  }

  /**
   * Greedy sampling until the model ends its turn or the context is full.
   *
   * @return the default options
   */
  public static GenerationOptions defaults() {
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

  /** Collects generation options; they are checked by {@link #build()}. Not thread-safe. */
  public static final class Builder {
    private int maxTokens = Integer.MAX_VALUE;
    private int minTokens;
    private Sampling sampling = Sampling.greedy();
    private List<String> stopStrings = List.of();
    private Set<Integer> stopTokens = Set.of();
    private boolean ignoreModelStop;
    private Optional<Grammar> grammar = Optional.empty();

    private Builder() {}

    /**
     * Sets {@link GenerationOptions#maxTokens()}.
     *
     * @param value 0 or above
     * @return this builder
     */
    public Builder maxTokens(int value) {
      maxTokens = value;
      return this;
    }

    /**
     * Sets {@link GenerationOptions#minTokens()}.
     *
     * @param value from 0 to the maximum
     * @return this builder
     */
    public Builder minTokens(int value) {
      minTokens = value;
      return this;
    }

    /**
     * Sets {@link GenerationOptions#sampling()}.
     *
     * @param value the sampling
     * @return this builder
     */
    public Builder sampling(Sampling value) {
      sampling = value;
      return this;
    }

    /**
     * Sets {@link GenerationOptions#stopStrings()}.
     *
     * @param values texts, none empty
     * @return this builder
     */
    public Builder stopStrings(String... values) {
      stopStrings = List.of(values);
      return this;
    }

    /**
     * Sets {@link GenerationOptions#stopTokens()}.
     *
     * @param values token ids
     * @return this builder
     */
    public Builder stopTokens(Collection<Integer> values) {
      stopTokens = Set.copyOf(values);
      return this;
    }

    /**
     * Sets {@link GenerationOptions#ignoreModelStop()}.
     *
     * @param value whether to go on where the model ends its turn
     * @return this builder
     */
    public Builder ignoreModelStop(boolean value) {
      ignoreModelStop = value;
      return this;
    }

    /**
     * Sets {@link GenerationOptions#grammar()}.
     *
     * @param value what the text must be
     * @return this builder
     */
    public Builder grammar(Grammar value) {
      grammar = Optional.of(value);
      return this;
    }

    /**
     * Makes the options.
     *
     * @return the options
     * @throws IllegalArgumentException as {@link GenerationOptions#GenerationOptions}
     */
    public GenerationOptions build() {
      return new GenerationOptions(
          maxTokens, minTokens, sampling, stopStrings, stopTokens, ignoreModelStop, grammar);
    }
  }
}

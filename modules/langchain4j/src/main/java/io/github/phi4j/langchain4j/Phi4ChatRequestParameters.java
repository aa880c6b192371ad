package io.github.phi4j.langchain4j;

import static dev.langchain4j.internal.Utils.getOrDefault;

import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;

/**
 * LangChain4j's request parameters, extended with phi4j's. Null values use the model's defaults.
 * Immutable.
 */
public final class Phi4ChatRequestParameters extends DefaultChatRequestParameters {

  private final Long seed;
  private final Double minP;
  private final Double repeatPenalty;
  private final Integer logProbs;
  private final Integer reasoningBudget;
  private final Boolean parallelToolCalls;
  private final Duration timeout;

  private Phi4ChatRequestParameters(Builder builder) {
    super(builder);
    seed = builder.seed;
    minP = builder.minP;
    repeatPenalty = builder.repeatPenalty;
    logProbs = builder.logProbs;
    reasoningBudget = builder.reasoningBudget;
    parallelToolCalls = builder.parallelToolCalls;
    timeout = builder.timeout;
  }

  /**
   * Returns an empty builder.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns the random seed.
   *
   * @return the seed, or null
   */
  public Long seed() {
    return seed;
  }

  /**
   * Returns the minimum probability of a token, as a fraction of the highest one.
   *
   * @return from 0 to 1, or null
   */
  public Double minP() {
    return minP;
  }

  /**
   * Returns the penalty on repeated tokens.
   *
   * @return 1 for none, or null
   */
  public Double repeatPenalty() {
    return repeatPenalty;
  }

  /**
   * Returns the number of most probable alternatives per token in {@link
   * Phi4ChatResponseMetadata#logProbs()}.
   *
   * @return 0 or above, or null for no log-probabilities
   */
  public Integer logProbs() {
    return logProbs;
  }

  /**
   * Returns the maximum number of reasoning tokens.
   *
   * @return 0 or above, or null
   */
  public Integer reasoningBudget() {
    return reasoningBudget;
  }

  /**
   * Returns whether the model may call several tools at once.
   *
   * @return whether it may; null means true
   */
  public Boolean parallelToolCalls() {
    return parallelToolCalls;
  }

  /**
   * Returns the time limit of the request, after which it fails.
   *
   * @return the limit, or null
   */
  public Duration timeout() {
    return timeout;
  }

  @Override
  public ChatRequestParameters overrideWith(ChatRequestParameters that) {
    return builder().overrideWith(this).overrideWith(that).build();
  }

  @Override
  public ChatRequestParameters defaultedBy(ChatRequestParameters that) {
    return builder().overrideWith(that).overrideWith(this).build();
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other)
        && other instanceof Phi4ChatRequestParameters that
        && Objects.equals(seed, that.seed)
        && Objects.equals(minP, that.minP)
        && Objects.equals(repeatPenalty, that.repeatPenalty)
        && Objects.equals(logProbs, that.logProbs)
        && Objects.equals(reasoningBudget, that.reasoningBudget)
        && Objects.equals(parallelToolCalls, that.parallelToolCalls)
        && Objects.equals(timeout, that.timeout);
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        super.hashCode(),
        seed,
        minP,
        repeatPenalty,
        logProbs,
        reasoningBudget,
        parallelToolCalls,
        timeout);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "Phi4ChatRequestParameters{%s, seed=%s, minP=%s, repeatPenalty=%s, logProbs=%s,"
            + " reasoningBudget=%s, parallelToolCalls=%s, timeout=%s}",
        super.toString(),
        seed,
        minP,
        repeatPenalty,
        logProbs,
        reasoningBudget,
        parallelToolCalls,
        timeout);
  }

  /** Collects parameters. Not thread-safe. */
  public static final class Builder extends DefaultChatRequestParameters.Builder<Builder> {
    private Long seed;
    private Double minP;
    private Double repeatPenalty;
    private Integer logProbs;
    private Integer reasoningBudget;
    private Boolean parallelToolCalls;
    private Duration timeout;

    private Builder() {}

    @Override
    public Builder overrideWith(ChatRequestParameters parameters) {
      super.overrideWith(parameters);
      if (parameters instanceof Phi4ChatRequestParameters own) {
        seed = getOrDefault(own.seed, seed);
        minP = getOrDefault(own.minP, minP);
        repeatPenalty = getOrDefault(own.repeatPenalty, repeatPenalty);
        logProbs = getOrDefault(own.logProbs, logProbs);
        reasoningBudget = getOrDefault(own.reasoningBudget, reasoningBudget);
        parallelToolCalls = getOrDefault(own.parallelToolCalls, parallelToolCalls);
        timeout = getOrDefault(own.timeout, timeout);
      }
      return this;
    }

    /**
     * Sets {@link Phi4ChatRequestParameters#seed()}.
     *
     * @param value the seed; the same one gives the same text
     * @return this builder
     */
    public Builder seed(Long value) {
      seed = value;
      return this;
    }

    /**
     * Sets {@link Phi4ChatRequestParameters#minP()}.
     *
     * @param value from 0, which keeps all, to 1
     * @return this builder
     */
    public Builder minP(Double value) {
      minP = value;
      return this;
    }

    /**
     * Sets {@link Phi4ChatRequestParameters#repeatPenalty()}.
     *
     * @param value 1 for none
     * @return this builder
     */
    public Builder repeatPenalty(Double value) {
      repeatPenalty = value;
      return this;
    }

    /**
     * Sets {@link Phi4ChatRequestParameters#logProbs()}.
     *
     * @param alternatives 0 or above
     * @return this builder
     */
    public Builder logProbs(Integer alternatives) {
      logProbs = alternatives;
      return this;
    }

    /**
     * Sets {@link Phi4ChatRequestParameters#reasoningBudget()}.
     *
     * @param tokens 0 for no thoughts
     * @return this builder
     */
    public Builder reasoningBudget(Integer tokens) {
      reasoningBudget = tokens;
      return this;
    }

    /**
     * Sets {@link Phi4ChatRequestParameters#parallelToolCalls()}.
     *
     * @param value whether the model may call several tools at once
     * @return this builder
     */
    public Builder parallelToolCalls(Boolean value) {
      parallelToolCalls = value;
      return this;
    }

    /**
     * Sets {@link Phi4ChatRequestParameters#timeout()}.
     *
     * @param value the time after which the request fails with a {@link
     *     dev.langchain4j.exception.TimeoutException}
     * @return this builder
     */
    public Builder timeout(Duration value) {
      timeout = value;
      return this;
    }

    @Override
    public Phi4ChatRequestParameters build() {
      return new Phi4ChatRequestParameters(this);
    }
  }
}

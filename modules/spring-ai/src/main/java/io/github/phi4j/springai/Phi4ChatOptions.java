package io.github.phi4j.springai;

import io.github.phi4j.api.ToolChoice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.model.tool.DefaultToolCallingChatOptions;
import org.springframework.ai.model.tool.StructuredOutputChatOptions;

/**
 * Spring AI's chat options, extended with phi4j's. Null values use the model's defaults. Immutable.
 */
public final class Phi4ChatOptions extends DefaultToolCallingChatOptions
    implements StructuredOutputChatOptions {

  private final @Nullable String outputSchema;
  private final @Nullable ToolChoice toolChoice;
  private final @Nullable Long seed;
  private final @Nullable Double minP;
  private final @Nullable Double repeatPenalty;
  private final @Nullable Integer logProbs;
  private final @Nullable Integer reasoningBudget;
  private final @Nullable Duration timeout;

  private Phi4ChatOptions(Builder builder, ChatOptions common) {
    super(
        builder.toolCallbacks(),
        builder.toolContext(),
        common.getModel(),
        common.getFrequencyPenalty(),
        common.getMaxTokens(),
        common.getPresencePenalty(),
        common.getStopSequences(),
        common.getTemperature(),
        common.getTopK(),
        common.getTopP());
    outputSchema = builder.outputSchema;
    toolChoice = builder.toolChoice;
    seed = builder.seed;
    minP = builder.minP;
    repeatPenalty = builder.repeatPenalty;
    logProbs = builder.logProbs;
    reasoningBudget = builder.reasoningBudget;
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

  @Override
  public Builder mutate() {
    return builder()
        .model(getModel())
        .frequencyPenalty(getFrequencyPenalty())
        .maxTokens(getMaxTokens())
        .presencePenalty(getPresencePenalty())
        .stopSequences(getStopSequences())
        .temperature(getTemperature())
        .topK(getTopK())
        .topP(getTopP())
        .toolCallbacks(getToolCallbacks())
        .toolContext(getToolContext())
        .outputSchema(outputSchema)
        .toolChoice(toolChoice)
        .seed(seed)
        .minP(minP)
        .repeatPenalty(repeatPenalty)
        .logProbs(logProbs)
        .reasoningBudget(reasoningBudget)
        .timeout(timeout);
  }

  /** Returns the JSON Schema of answers, or null for text. */
  @Override
  public @Nullable String getOutputSchema() {
    return outputSchema;
  }

  /**
   * Returns the tool choice.
   *
   * @return the choice, or null
   */
  public @Nullable ToolChoice getToolChoice() {
    return toolChoice;
  }

  /**
   * Returns the random seed.
   *
   * @return the seed, or null
   */
  public @Nullable Long getSeed() {
    return seed;
  }

  /**
   * Returns the minimum probability of a token, as a fraction of the highest one.
   *
   * @return from 0 to 1, or null
   */
  public @Nullable Double getMinP() {
    return minP;
  }

  /**
   * Returns the penalty on repeated tokens.
   *
   * @return 1 for none, or null
   */
  public @Nullable Double getRepeatPenalty() {
    return repeatPenalty;
  }

  /**
   * Returns the number of most probable alternatives per token in the response's {@code completion}
   * metadata.
   *
   * @return 0 or above, or null for no log-probabilities
   */
  public @Nullable Integer getLogProbs() {
    return logProbs;
  }

  /**
   * Returns the maximum number of reasoning tokens.
   *
   * @return 0 or above, or null
   */
  public @Nullable Integer getReasoningBudget() {
    return reasoningBudget;
  }

  /**
   * Returns the time limit, after which a request ends with the text so far.
   *
   * @return the limit, or null
   */
  public @Nullable Duration getTimeout() {
    return timeout;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return super.equals(other)
        && other instanceof Phi4ChatOptions that
        && Objects.equals(own(), that.own());
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), own());
  }

  private List<@Nullable Object> own() {
    List<@Nullable Object> values = new ArrayList<>();
    values.add(outputSchema);
    values.add(toolChoice);
    values.add(seed);
    values.add(minP);
    values.add(repeatPenalty);
    values.add(logProbs);
    values.add(reasoningBudget);
    values.add(timeout);
    return values;
  }

  /** Collects options. Not thread-safe. */
  public static final class Builder extends DefaultToolCallingChatOptions.Builder<Builder>
      implements StructuredOutputChatOptions.Builder<Builder> {
    private @Nullable String outputSchema;
    private @Nullable ToolChoice toolChoice;
    private @Nullable Long seed;
    private @Nullable Double minP;
    private @Nullable Double repeatPenalty;
    private @Nullable Integer logProbs;
    private @Nullable Integer reasoningBudget;
    private @Nullable Duration timeout;

    private Builder() {}

    private @Nullable List<org.springframework.ai.tool.ToolCallback> toolCallbacks() {
      return toolCallbacks;
    }

    private java.util.@Nullable Map<String, Object> toolContext() {
      return toolContext;
    }

    @Override
    public Builder outputSchema(@Nullable String value) {
      outputSchema = value;
      return this;
    }

    /**
     * Sets {@link Phi4ChatOptions#getToolChoice()}.
     *
     * @param value the choice
     * @return this builder
     */
    public Builder toolChoice(@Nullable ToolChoice value) {
      toolChoice = value;
      return this;
    }

    /**
     * Sets {@link Phi4ChatOptions#getSeed()}.
     *
     * @param value the seed; the same one gives the same text
     * @return this builder
     */
    public Builder seed(@Nullable Long value) {
      seed = value;
      return this;
    }

    /**
     * Sets {@link Phi4ChatOptions#getMinP()}.
     *
     * @param value from 0, which keeps all, to 1
     * @return this builder
     */
    public Builder minP(@Nullable Double value) {
      minP = value;
      return this;
    }

    /**
     * Sets {@link Phi4ChatOptions#getRepeatPenalty()}.
     *
     * @param value 1 for none
     * @return this builder
     */
    public Builder repeatPenalty(@Nullable Double value) {
      repeatPenalty = value;
      return this;
    }

    /**
     * Sets {@link Phi4ChatOptions#getLogProbs()}.
     *
     * @param alternatives 0 or above
     * @return this builder
     */
    public Builder logProbs(@Nullable Integer alternatives) {
      logProbs = alternatives;
      return this;
    }

    /**
     * Sets {@link Phi4ChatOptions#getReasoningBudget()}.
     *
     * @param tokens 0 for no thoughts
     * @return this builder
     */
    public Builder reasoningBudget(@Nullable Integer tokens) {
      reasoningBudget = tokens;
      return this;
    }

    /**
     * Sets {@link Phi4ChatOptions#getTimeout()}.
     *
     * @param value the time limit
     * @return this builder
     */
    public Builder timeout(@Nullable Duration value) {
      timeout = value;
      return this;
    }

    @Override
    public Builder combineWith(ChatOptions.Builder<?> other) {
      super.combineWith(other);
      if (other instanceof Builder that) {
        outputSchema = that.outputSchema == null ? outputSchema : that.outputSchema;
        toolChoice = that.toolChoice == null ? toolChoice : that.toolChoice;
        seed = that.seed == null ? seed : that.seed;
        minP = that.minP == null ? minP : that.minP;
        repeatPenalty = that.repeatPenalty == null ? repeatPenalty : that.repeatPenalty;
        logProbs = that.logProbs == null ? logProbs : that.logProbs;
        reasoningBudget = that.reasoningBudget == null ? reasoningBudget : that.reasoningBudget;
        timeout = that.timeout == null ? timeout : that.timeout;
      } else if (other.build() instanceof StructuredOutputChatOptions structured
          && structured.getOutputSchema() != null) {
        outputSchema = structured.getOutputSchema();
      }
      return this;
    }

    @Override
    public Phi4ChatOptions build() {
      return new Phi4ChatOptions(this, super.build());
    }
  }
}

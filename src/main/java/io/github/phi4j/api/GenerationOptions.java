package io.github.phi4j.api;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Options for continuing a prompt. Immutable; created by {@link #builder()}.
 *
 * @since 0.1.0
 */
public final class GenerationOptions {

  private static final GenerationOptions DEFAULTS = builder().build();

  private final int maxTokens;
  private final int minTokens;
  private final Sampling sampling;
  private final List<String> stopStrings;
  private final int[] stopTokens;
  private final boolean ignoreModelStop;
  private final Optional<ContextShift> contextShift;
  private final Speculation speculation;
  private final OptionalInt logProbs;
  private final OptionalInt samplingProbs;
  private final Optional<Grammar> grammar;
  private final Reasoning reasoning;
  private final List<Tool> tools;
  private final ToolChoice toolChoice;
  private final Optional<Duration> timeout;
  private final Optional<Cancellation> cancellation;

  private GenerationOptions(Builder builder) {
    maxTokens = builder.maxTokens;
    minTokens = builder.minTokens;
    sampling = builder.sampling;
    stopStrings = builder.stopStrings;
    stopTokens = builder.stopTokens;
    ignoreModelStop = builder.ignoreModelStop;
    contextShift = builder.contextShift;
    speculation = builder.speculation;
    logProbs = builder.logProbs;
    samplingProbs = builder.samplingProbs;
    grammar = builder.grammar;
    reasoning = builder.reasoning;
    tools = builder.tools;
    toolChoice = builder.toolChoice;
    timeout = builder.timeout;
    cancellation = builder.cancellation;
  }

  /**
   * Returns the default options: greedy sampling until the model ends its turn or the context is
   * full.
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

  /**
   * Starts from these options.
   *
   * @return a builder
   */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * {@return the maximum number of tokens to generate; with {@link Integer#MAX_VALUE}, only the
   * context length limits it}
   */
  public int maxTokens() {
    return maxTokens;
  }

  /** {@return the minimum number of tokens to generate before the model may end its turn} */
  public int minTokens() {
    return minTokens;
  }

  /** {@return the sampling} */
  public Sampling sampling() {
    return sampling;
  }

  /** {@return texts that end the generation, unmodifiable; no part of them reaches the text} */
  public List<String> stopStrings() {
    return stopStrings;
  }

  /**
   * {@return a copy of the token ids that end the generation besides the model's own, ascending and
   * without duplicates}
   */
  public int[] stopTokens() {
    return stopTokens.clone();
  }

  /**
   * {@return whether to continue when the model would end its turn, as benchmarks do} The model's
   * stop tokens are then never chosen.
   */
  public boolean ignoreModelStop() {
    return ignoreModelStop;
  }

  /**
   * {@return the context shift, or empty to stop with {@link FinishReason#CONTEXT_FULL} when the
   * context is full}
   */
  public Optional<ContextShift> contextShift() {
    return contextShift;
  }

  /** {@return the speculation, which saves time and never changes the text} */
  public Speculation speculation() {
    return speculation;
  }

  /**
   * {@return the number of most probable alternatives that {@link Completion#logProbs()} lists for
   * each generated token, 0 for the token alone, or empty for no log-probabilities}
   */
  public OptionalInt logProbs() {
    return logProbs;
  }

  /**
   * {@return the number of most probable tokens that {@link TokenLogProb#sampled()} lists for each
   * generated token, 0 for the token alone, or empty for no sampling probabilities} If set, {@link
   * Completion#logProbs()} is present even if {@link #logProbs()} is empty.
   */
  public OptionalInt samplingProbs() {
    return samplingProbs;
  }

  /**
   * {@return the grammar of the text, if any} Thoughts precede the grammar. It takes precedence
   * over other end conditions: stop tokens, including {@link #stopTokens()}, are possible exactly
   * where the text may end, and where nothing else may follow, the generation ends at once,
   * regardless of {@link #minTokens()} and {@link #ignoreModelStop()}. With {@linkplain #tools()
   * tools}, it applies to answers without calls.
   */
  public Optional<Grammar> grammar() {
    return grammar;
  }

  /** {@return the handling of a reasoning model's thoughts} */
  public Reasoning reasoning() {
    return reasoning;
  }

  /**
   * {@return the tools that the model may call, unmodifiable} The prompt must then be a
   * conversation; its system message describes the tools to the model. Calls are always valid for
   * the tools' schemas.
   */
  public List<Tool> tools() {
    return tools;
  }

  /** {@return the tool choice} */
  public ToolChoice toolChoice() {
    return toolChoice;
  }

  /**
   * {@return the time limit, if any, after which a call ends with {@link FinishReason#TIMEOUT} and
   * the text so far} It starts with the call and includes queueing, compiling a grammar, and
   * prefill. It is checked between the layers of a forward pass and before each token, so a call
   * may exceed it by a fraction of a pass.
   */
  public Optional<Duration> timeout() {
    return timeout;
  }

  /** {@return the handle that cancels the call from another thread, if any} */
  public Optional<Cancellation> cancellation() {
    return cancellation;
  }

  /** Returns all values by name, for {@code equals}, {@code hashCode} and {@code toString}. */
  private Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("maxTokens", maxTokens);
    values.put("minTokens", minTokens);
    values.put("sampling", sampling);
    values.put("stopStrings", stopStrings);
    values.put("stopTokens", Arrays.stream(stopTokens).boxed().toList());
    values.put("ignoreModelStop", ignoreModelStop);
    values.put("contextShift", contextShift);
    values.put("speculation", speculation);
    values.put("logProbs", logProbs);
    values.put("samplingProbs", samplingProbs);
    values.put("grammar", grammar);
    values.put("reasoning", reasoning);
    values.put("tools", tools);
    values.put("toolChoice", toolChoice);
    values.put("timeout", timeout);
    values.put("cancellation", cancellation);
    return values;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof GenerationOptions that && values().equals(that.values());
  }

  @Override
  public int hashCode() {
    return values().hashCode();
  }

  @Override
  public String toString() {
    return "GenerationOptions" + values();
  }

  /**
   * Collects generation options. Setters check their arguments at once. Not thread-safe.
   *
   * @since 0.1.0
   */
  public static final class Builder {
    private int maxTokens = Integer.MAX_VALUE;
    private int minTokens;
    private Sampling sampling = Sampling.greedy();
    private List<String> stopStrings = List.of();
    private int[] stopTokens = {};
    private boolean ignoreModelStop;
    private Optional<ContextShift> contextShift = Optional.empty();
    private Speculation speculation = Speculation.off();
    private OptionalInt logProbs = OptionalInt.empty();
    private OptionalInt samplingProbs = OptionalInt.empty();
    private Optional<Grammar> grammar = Optional.empty();
    private Reasoning reasoning = Reasoning.defaults();
    private List<Tool> tools = List.of();
    private ToolChoice toolChoice = ToolChoice.auto();
    private Optional<Duration> timeout = Optional.empty();
    private Optional<Cancellation> cancellation = Optional.empty();

    private Builder() {}

    private Builder(GenerationOptions from) {
      maxTokens = from.maxTokens;
      minTokens = from.minTokens;
      sampling = from.sampling;
      stopStrings = from.stopStrings;
      stopTokens = from.stopTokens;
      ignoreModelStop = from.ignoreModelStop;
      contextShift = from.contextShift;
      speculation = from.speculation;
      logProbs = from.logProbs;
      samplingProbs = from.samplingProbs;
      grammar = from.grammar;
      reasoning = from.reasoning;
      tools = from.tools;
      toolChoice = from.toolChoice;
      timeout = from.timeout;
      cancellation = from.cancellation;
    }

    /**
     * Sets {@link GenerationOptions#maxTokens()}.
     *
     * @param maxTokens 0 or above
     * @return this builder
     * @throws IllegalArgumentException if the number is negative
     */
    public Builder maxTokens(int maxTokens) {
      if (maxTokens < 0) {
        throw new IllegalArgumentException("max tokens must not be negative: " + maxTokens);
      }
      this.maxTokens = maxTokens;
      return this;
    }

    /**
     * Sets {@link GenerationOptions#minTokens()}.
     *
     * @param minTokens from 0 to the maximum
     * @return this builder
     * @throws IllegalArgumentException if the number is negative
     */
    public Builder minTokens(int minTokens) {
      if (minTokens < 0) {
        throw new IllegalArgumentException("min tokens must not be negative: " + minTokens);
      }
      this.minTokens = minTokens;
      return this;
    }

    /**
     * Sets {@link GenerationOptions#sampling()}.
     *
     * @param sampling the sampling
     * @return this builder
     */
    public Builder sampling(Sampling sampling) {
      this.sampling = Objects.requireNonNull(sampling, "sampling");
      return this;
    }

    /**
     * Sets {@link GenerationOptions#stopStrings()}, replacing earlier ones.
     *
     * @param stopStrings texts, none empty
     * @return this builder
     * @throws IllegalArgumentException if a text is empty
     */
    public Builder stopStrings(String... stopStrings) {
      return stopStrings(Arguments.copy(stopStrings, "stopStrings"));
    }

    /**
     * Sets {@link GenerationOptions#stopStrings()}, replacing earlier ones.
     *
     * @param stopStrings texts, none empty
     * @return this builder
     * @throws IllegalArgumentException if a text is empty
     */
    public Builder stopStrings(Collection<String> stopStrings) {
      List<String> copy = Arguments.copy(stopStrings, "stopStrings");
      if (copy.contains("")) {
        throw new IllegalArgumentException("a stop string must not be empty");
      }
      this.stopStrings = copy;
      return this;
    }

    /**
     * Sets {@link GenerationOptions#stopTokens()}, replacing earlier ones.
     *
     * @param stopTokens token ids, 0 or above
     * @return this builder
     * @throws IllegalArgumentException if an id is negative
     */
    public Builder stopTokens(int... stopTokens) {
      int[] copy =
          Arrays.stream(Objects.requireNonNull(stopTokens, "stopTokens"))
              .sorted()
              .distinct()
              .toArray();
      if (copy.length > 0 && copy[0] < 0) {
        throw new IllegalArgumentException("a stop token must not be negative: " + copy[0]);
      }
      this.stopTokens = copy;
      return this;
    }

    /**
     * Sets {@link GenerationOptions#stopTokens()}, replacing earlier ones.
     *
     * @param stopTokens token ids, 0 or above
     * @return this builder
     * @throws IllegalArgumentException if an id is negative
     */
    public Builder stopTokens(Collection<Integer> stopTokens) {
      return stopTokens(Arguments.ids(stopTokens, "stopTokens"));
    }

    /**
     * Sets {@link GenerationOptions#ignoreModelStop()}.
     *
     * @param ignoreModelStop whether to continue when the model ends its turn
     * @return this builder
     */
    public Builder ignoreModelStop(boolean ignoreModelStop) {
      this.ignoreModelStop = ignoreModelStop;
      return this;
    }

    /**
     * Sets {@link GenerationOptions#contextShift()}.
     *
     * @param contextShift the context shift
     * @return this builder
     */
    public Builder contextShift(ContextShift contextShift) {
      return contextShift(Optional.of(Objects.requireNonNull(contextShift, "contextShift")));
    }

    /**
     * Sets or clears {@link GenerationOptions#contextShift()}.
     *
     * @param contextShift the context shift, or empty to stop when the context is full
     * @return this builder
     */
    public Builder contextShift(Optional<ContextShift> contextShift) {
      this.contextShift = Objects.requireNonNull(contextShift, "contextShift");
      return this;
    }

    /**
     * Sets {@link GenerationOptions#speculation()}.
     *
     * @param speculation the speculation
     * @return this builder
     */
    public Builder speculation(Speculation speculation) {
      this.speculation = Objects.requireNonNull(speculation, "speculation");
      return this;
    }

    /**
     * Sets {@link GenerationOptions#logProbs()}.
     *
     * @param alternatives the number of most probable tokens to list for each, 0 or above
     * @return this builder
     * @throws IllegalArgumentException if the number is negative
     */
    public Builder logProbs(int alternatives) {
      return logProbs(OptionalInt.of(alternatives));
    }

    /**
     * Sets or clears {@link GenerationOptions#logProbs()}.
     *
     * @param alternatives the number of most probable tokens to list for each, 0 or above; or empty
     *     for no log-probabilities
     * @return this builder
     * @throws IllegalArgumentException if the number is negative
     */
    public Builder logProbs(OptionalInt alternatives) {
      if (Objects.requireNonNull(alternatives, "alternatives").orElse(0) < 0) {
        throw new IllegalArgumentException(
            "log-probabilities need 0 alternatives or more, not " + alternatives.getAsInt());
      }
      logProbs = alternatives;
      return this;
    }

    /**
     * Sets {@link GenerationOptions#samplingProbs()}.
     *
     * @param best the number of most probable tokens to list for each, 0 or above
     * @return this builder
     * @throws IllegalArgumentException if the number is negative
     */
    public Builder samplingProbs(int best) {
      return samplingProbs(OptionalInt.of(best));
    }

    /**
     * Sets or clears {@link GenerationOptions#samplingProbs()}.
     *
     * @param best the number of most probable tokens to list for each, 0 or above; or empty for no
     *     sampling probabilities
     * @return this builder
     * @throws IllegalArgumentException if the number is negative
     */
    public Builder samplingProbs(OptionalInt best) {
      if (Objects.requireNonNull(best, "best").orElse(0) < 0) {
        throw new IllegalArgumentException(
            "sampling probabilities list 0 tokens or more, not " + best.getAsInt());
      }
      samplingProbs = best;
      return this;
    }

    /**
     * Sets {@link GenerationOptions#grammar()}.
     *
     * @param grammar the grammar of the text
     * @return this builder
     */
    public Builder grammar(Grammar grammar) {
      return grammar(Optional.of(Objects.requireNonNull(grammar, "grammar")));
    }

    /**
     * Sets or clears {@link GenerationOptions#grammar()}.
     *
     * @param grammar the grammar of the text, or empty for unconstrained text
     * @return this builder
     */
    public Builder grammar(Optional<Grammar> grammar) {
      this.grammar = Objects.requireNonNull(grammar, "grammar");
      return this;
    }

    /**
     * Sets {@link GenerationOptions#reasoning()}.
     *
     * @param reasoning the handling of thoughts
     * @return this builder
     */
    public Builder reasoning(Reasoning reasoning) {
      this.reasoning = Objects.requireNonNull(reasoning, "reasoning");
      return this;
    }

    /**
     * Sets {@link GenerationOptions#tools()}, replacing earlier ones.
     *
     * @param tools tools with distinct names
     * @return this builder
     * @throws IllegalArgumentException if two tools have the same name
     */
    public Builder tools(Tool... tools) {
      return tools(Arguments.copy(tools, "tools"));
    }

    /**
     * Sets {@link GenerationOptions#tools()}, replacing earlier ones.
     *
     * @param tools tools with distinct names
     * @return this builder
     * @throws IllegalArgumentException if two tools have the same name
     */
    public Builder tools(Collection<Tool> tools) {
      List<Tool> copy = Arguments.copy(tools, "tools");
      Set<String> names = new HashSet<>();
      for (Tool tool : copy) {
        if (!names.add(tool.name())) {
          throw new IllegalArgumentException("two tools have the name " + tool.name());
        }
      }
      this.tools = copy;
      return this;
    }

    /**
     * Sets {@link GenerationOptions#toolChoice()}.
     *
     * @param toolChoice the tool choice
     * @return this builder
     */
    public Builder toolChoice(ToolChoice toolChoice) {
      this.toolChoice = Objects.requireNonNull(toolChoice, "toolChoice");
      return this;
    }

    /**
     * Sets {@link GenerationOptions#timeout()}.
     *
     * @param timeout the time limit of a call, above zero
     * @return this builder
     * @throws IllegalArgumentException if the time is zero or negative
     */
    public Builder timeout(Duration timeout) {
      return timeout(Optional.of(Objects.requireNonNull(timeout, "timeout")));
    }

    /**
     * Sets or clears {@link GenerationOptions#timeout()}.
     *
     * @param timeout the time limit of a call, above zero, or empty for no limit
     * @return this builder
     * @throws IllegalArgumentException if the time is zero or negative
     */
    public Builder timeout(Optional<Duration> timeout) {
      this.timeout = Arguments.timeout(timeout, "timeout");
      return this;
    }

    /**
     * Sets {@link GenerationOptions#cancellation()}.
     *
     * @param cancellation the handle that cancels the call
     * @return this builder
     */
    public Builder cancellation(Cancellation cancellation) {
      return cancellation(Optional.of(Objects.requireNonNull(cancellation, "cancellation")));
    }

    /**
     * Sets or clears {@link GenerationOptions#cancellation()}.
     *
     * @param cancellation the handle that cancels the call, or empty for none
     * @return this builder
     */
    public Builder cancellation(Optional<Cancellation> cancellation) {
      this.cancellation = Objects.requireNonNull(cancellation, "cancellation");
      return this;
    }

    /**
     * Builds the options.
     *
     * @return the options
     * @throws IllegalArgumentException if the minimum number of tokens exceeds the maximum, or the
     *     required tool is not among the tools
     */
    public GenerationOptions build() {
      if (minTokens > maxTokens) {
        throw new IllegalArgumentException(
            "min tokens must be from 0 to max tokens (" + maxTokens + "): " + minTokens);
      }
      checkRequiredTool();
      return new GenerationOptions(this);
    }

    private void checkRequiredTool() {
      if (toolChoice.mode() != ToolChoice.Mode.REQUIRED) {
        return;
      }
      List<String> names = tools.stream().map(Tool::name).toList();
      Optional<String> required = toolChoice.name();
      if (required.isPresent() ? !names.contains(required.get()) : names.isEmpty()) {
        throw new IllegalArgumentException(
            "the model must call "
                + required.map(name -> "the tool " + name).orElse("a tool")
                + ", but the tools are "
                + names);
      }
    }
  }
}

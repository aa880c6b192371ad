package io.github.phi4j.api;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
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
 * @param contextShift how many tokens at the start stay, or {@link #KEEP_PROMPT}, when the context
 *     is full and the older half of the others is dropped to go on; empty to stop with {@link
 *     FinishReason#CONTEXT_FULL}
 * @param speculation how the next tokens are guessed to save time; the text does not depend on it
 * @param logProbs how many of the most probable tokens {@link Completion#logProbs()} tells beside
 *     each generated one, 0 for none but that; empty for no log-probabilities at all
 * @param grammar what the text must be, if anything; thoughts come before it. It outranks the other
 *     ends: stop tokens, {@code stopTokens} included, may come exactly where the text may end, and
 *     where nothing else may follow the generation ends at once, whatever {@code minTokens} and
 *     {@code ignoreModelStop} say
 * @param reasoning what becomes of a reasoning model's thoughts
 * @param tools the tools that the model may call; the prompt must be a conversation, whose system
 *     message describes them to the model. The model's calls cannot leave the tools' schemas.
 * @param toolChoice whether it calls them
 */
public record GenerationOptions(
    int maxTokens,
    int minTokens,
    Sampling sampling,
    List<String> stopStrings,
    Set<Integer> stopTokens,
    boolean ignoreModelStop,
    OptionalInt contextShift,
    Speculation speculation,
    OptionalInt logProbs,
    Optional<Grammar> grammar,
    Reasoning reasoning,
    List<Tool> tools,
    ToolChoice toolChoice) {

  /** For {@link #contextShift()}: the whole prompt stays. */
  public static final int KEEP_PROMPT = -1;

  private static final GenerationOptions DEFAULTS = builder().build();

  /**
   * Creates options.
   *
   * @throws IllegalArgumentException if a count is negative, the minimum exceeds the maximum, or a
   *     stop string is empty; if tools have the same name, the tool that is required is none of
   *     them, or there is a grammar beside tools that may be called
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
    if (contextShift.orElse(0) < KEEP_PROMPT) {
      throw new IllegalArgumentException(
          "a context shift keeps 0 tokens or more, or -1 for the prompt, not "
              + contextShift.getAsInt());
    }
    Objects.requireNonNull(speculation, "speculation");
    if (logProbs.orElse(0) < 0) {
      throw new IllegalArgumentException(
          "log-probabilities of at least 0 alternatives can be asked for, not of "
              + logProbs.getAsInt());
    }
    Objects.requireNonNull(grammar, "grammar");
    Objects.requireNonNull(reasoning, "reasoning");
    tools = List.copyOf(tools);
    checkTools(tools, toolChoice);
    if (grammar.isPresent() && !tools.isEmpty() && toolChoice.mode() != ToolChoice.Mode.NONE) {
      throw new IllegalArgumentException(
          "a grammar and tools that may be called exclude each other; with ToolChoice.none() the"
              + " model sees the tools and follows the grammar");
    }
  }

  private static void checkTools(List<Tool> tools, ToolChoice choice) {
    List<String> names = tools.stream().map(Tool::name).toList();
    for (int i = 0; i < names.size(); i++) {
      if (names.indexOf(names.get(i)) < i) {
        throw new IllegalArgumentException("two tools have the name " + names.get(i));
      }
    }
    if (choice.mode() == ToolChoice.Mode.REQUIRED
        && !(choice.name().isPresent() ? names.contains(choice.name().get()) : !names.isEmpty())) {
      throw new IllegalArgumentException(
          "the tool "
              + choice.name().map(name -> name + " ").orElse("")
              + "that the model must call is none of "
              + names);
    }
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
   * These options with another grammar.
   *
   * @param value what the text must be
   * @return the options
   * @throws IllegalArgumentException as {@link GenerationOptions#GenerationOptions}
   */
  public GenerationOptions withGrammar(Grammar value) {
    return toBuilder().grammar(value).build();
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
   * The same options with another sampling.
   *
   * @param newSampling the sampling
   * @return a copy with it
   */
  public GenerationOptions withSampling(Sampling newSampling) {
    return toBuilder().sampling(newSampling).build();
  }

  /**
   * The same options with another speculation.
   *
   * @param newSpeculation the speculation
   * @return a copy with it
   */
  public GenerationOptions withSpeculation(Speculation newSpeculation) {
    return toBuilder().speculation(newSpeculation).build();
  }

  private Builder toBuilder() {
    Builder builder = new Builder();
    builder.maxTokens = maxTokens;
    builder.minTokens = minTokens;
    builder.sampling = sampling;
    builder.stopStrings = stopStrings;
    builder.stopTokens = stopTokens;
    builder.ignoreModelStop = ignoreModelStop;
    builder.contextShift = contextShift;
    builder.speculation = speculation;
    builder.logProbs = logProbs;
    builder.grammar = grammar;
    builder.reasoning = reasoning;
    builder.tools = tools;
    builder.toolChoice = toolChoice;
    return builder;
  }

  /** Collects generation options; they are checked by {@link #build()}. Not thread-safe. */
  public static final class Builder {
    private int maxTokens = Integer.MAX_VALUE;
    private int minTokens;
    private Sampling sampling = Sampling.greedy();
    private List<String> stopStrings = List.of();
    private Set<Integer> stopTokens = Set.of();
    private boolean ignoreModelStop;
    private OptionalInt contextShift = OptionalInt.empty();
    private Speculation speculation = Speculation.off();
    private OptionalInt logProbs = OptionalInt.empty();
    private Optional<Grammar> grammar = Optional.empty();
    private Reasoning reasoning = Reasoning.defaults();
    private List<Tool> tools = List.of();
    private ToolChoice toolChoice = ToolChoice.auto();

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
     * Sets {@link GenerationOptions#contextShift()}: a full context goes on without the older half
     * of its tokens, as llama.cpp's does. Keys of the newer half are rotated to their new
     * positions, but what they know of the dropped tokens stays in them, so that the text is not
     * what the remaining tokens alone would give. Off unless it is asked for, and better left so
     * for a reasoning model, which loses the beginning of its thoughts.
     *
     * @param keep how many tokens at the start always stay, such as a system prompt, or {@link
     *     GenerationOptions#KEEP_PROMPT}; less than the context length by 2 or more
     * @return this builder
     */
    public Builder contextShift(int keep) {
      contextShift = OptionalInt.of(keep);
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
     * Sets {@link GenerationOptions#speculation()}.
     *
     * @param value how tokens are guessed
     * @return this builder
     */
    public Builder speculation(Speculation value) {
      speculation = value;
      return this;
    }

    /**
     * Sets {@link GenerationOptions#reasoning()}.
     *
     * @param value what becomes of thoughts
     * @return this builder
     */
    public Builder reasoning(Reasoning value) {
      reasoning = value;
      return this;
    }

    /**
     * Sets {@link GenerationOptions#logProbs()}.
     *
     * @param alternatives how many of the most probable tokens to tell beside each, 0 or above
     * @return this builder
     */
    public Builder logProbs(int alternatives) {
      logProbs = OptionalInt.of(alternatives);
      return this;
    }

    /**
     * Sets {@link GenerationOptions#tools()}.
     *
     * @param values the tools
     * @return this builder
     */
    public Builder tools(Tool... values) {
      tools = List.of(values);
      return this;
    }

    /**
     * Sets {@link GenerationOptions#toolChoice()}.
     *
     * @param value whether the model calls tools
     * @return this builder
     */
    public Builder toolChoice(ToolChoice value) {
      toolChoice = value;
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
          maxTokens,
          minTokens,
          sampling,
          stopStrings,
          stopTokens,
          ignoreModelStop,
          contextShift,
          speculation,
          logProbs,
          grammar,
          reasoning,
          tools,
          toolChoice);
    }
  }
}

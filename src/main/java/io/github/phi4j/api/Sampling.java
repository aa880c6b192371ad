package io.github.phi4j.api;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The sampling of the next token from the logits. Immutable; created by {@link #builder()}.
 *
 * <p>The steps run in llama.cpp's order, each on the result of the previous one: logit bias,
 * repetition penalties, DRY, custom {@linkplain TokenSampler samplers}, top-n-sigma, top-k,
 * typical-p, top-p, min-p, XTC, temperature, and a random draw from the remaining probabilities.
 * With mirostat, the steps from top-n-sigma to XTC are skipped and the temperature is not dynamic.
 * At temperature 0 sampling is greedy: the most probable token after bias, penalties, DRY and
 * custom samplers is chosen; ties go to the lower id.
 *
 * <p>The same seed gives the same text with any number of threads.
 *
 * @since 0.1.0
 */
public final class Sampling {

  private static final Sampling GREEDY = builder().build();

  private final float temperature;
  private final int topK;
  private final float topP;
  private final float minP;
  private final float typicalP;
  private final float repeatPenalty;
  private final float presencePenalty;
  private final float frequencyPenalty;
  private final Window penaltyWindow;
  private final Map<Integer, Float> logitBias;
  private final Optional<Dry> dry;
  private final float topNSigma;
  private final Optional<Xtc> xtc;
  private final Optional<DynamicTemperature> dynamicTemperature;
  private final Optional<Mirostat> mirostat;
  private final List<TokenSampler> samplers;
  private final OptionalLong seed;

  private Sampling(Builder builder) {
    temperature = builder.temperature;
    topK = builder.topK;
    topP = builder.topP;
    minP = builder.minP;
    typicalP = builder.typicalP;
    repeatPenalty = builder.repeatPenalty;
    presencePenalty = builder.presencePenalty;
    frequencyPenalty = builder.frequencyPenalty;
    penaltyWindow = builder.penaltyWindow;
    logitBias = Map.copyOf(builder.logitBias);
    dry = builder.dry;
    topNSigma = builder.topNSigma;
    xtc = builder.xtc;
    dynamicTemperature = builder.dynamicTemperature;
    mirostat = builder.mirostat;
    samplers = builder.samplers;
    seed = builder.seed;
  }

  /**
   * Returns greedy sampling: always the most probable token.
   *
   * @return greedy sampling
   */
  public static Sampling greedy() {
    return GREEDY;
  }

  /**
   * Returns nucleus sampling.
   *
   * @param temperature the temperature, 0 or above
   * @param topP the probability mass to keep, above 0 and at most 1
   * @return the sampling
   * @throws IllegalArgumentException if a value is out of range
   */
  public static Sampling topP(float temperature, float topP) {
    return builder().temperature(temperature).topP(topP).build();
  }

  /**
   * Starts from greedy sampling.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Starts from this sampling.
   *
   * @return a builder
   */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** {@return the divisor of the logits before the draw; 0 is greedy} */
  public float temperature() {
    return temperature;
  }

  /** {@return the number of most probable tokens to keep; 0 keeps all} */
  public int topK() {
    return topK;
  }

  /**
   * {@return the probability mass to keep; 1 keeps all} Nucleus sampling (Holtzman et al. 2019)
   * keeps the smallest set of most probable tokens whose probabilities sum to at least this.
   */
  public float topP() {
    return topP;
  }

  /** {@return the minimum probability of a token as a fraction of the highest one; 0 keeps all} */
  public float minP() {
    return minP;
  }

  /**
   * {@return the probability mass to keep of the tokens with information content closest to the
   * entropy; 1 keeps all} This is locally typical sampling (Meister et al. 2022).
   */
  public float typicalP() {
    return typicalP;
  }

  /**
   * {@return the factor that divides positive and multiplies negative logits of tokens in the
   * penalty window (Keskar et al. 2019); 1 is off}
   */
  public float repeatPenalty() {
    return repeatPenalty;
  }

  /**
   * {@return the amount subtracted from the logit of each token in the penalty window; 0 is off}
   */
  public float presencePenalty() {
    return presencePenalty;
  }

  /**
   * {@return the amount subtracted for each occurrence of a token in the penalty window; 0 is off}
   */
  public float frequencyPenalty() {
    return frequencyPenalty;
  }

  /** {@return the window of the repetition penalties; an empty one turns them off} */
  public Window penaltyWindow() {
    return penaltyWindow;
  }

  /** {@return the logit biases by token id; unmodifiable} Negative infinity bans a token. */
  public Map<Integer, Float> logitBias() {
    return logitBias;
  }

  /** {@return the parameters of the DRY repetition penalty, or empty if it is off} */
  public Optional<Dry> dry() {
    return dry;
  }

  /**
   * {@return the maximum distance of a kept logit from the highest one, in standard deviations of
   * all logits (Tang et al. 2024); 0 keeps all}
   */
  public float topNSigma() {
    return topNSigma;
  }

  /**
   * {@return the parameters of XTC, which removes the most probable tokens at random, or empty if
   * it is off}
   */
  public Optional<Xtc> xtc() {
    return xtc;
  }

  /** {@return the parameters of a dynamic temperature, or empty if it is fixed} */
  public Optional<DynamicTemperature> dynamicTemperature() {
    return dynamicTemperature;
  }

  /**
   * {@return the parameters of mirostat, which keeps the surprise of the text near a target, or
   * empty if it is off}
   */
  public Optional<Mirostat> mirostat() {
    return mirostat;
  }

  /** {@return the custom samplers in order, unmodifiable} */
  public List<TokenSampler> samplers() {
    return samplers;
  }

  /** {@return the random seed, or empty for a new one in each generation} */
  public OptionalLong seed() {
    return seed;
  }

  /** Returns all values by name, for {@code equals}, {@code hashCode} and {@code toString}. */
  private Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("temperature", temperature);
    values.put("topK", topK);
    values.put("topP", topP);
    values.put("minP", minP);
    values.put("typicalP", typicalP);
    values.put("repeatPenalty", repeatPenalty);
    values.put("presencePenalty", presencePenalty);
    values.put("frequencyPenalty", frequencyPenalty);
    values.put("penaltyWindow", penaltyWindow);
    values.put("logitBias", logitBias);
    values.put("dry", dry);
    values.put("topNSigma", topNSigma);
    values.put("xtc", xtc);
    values.put("dynamicTemperature", dynamicTemperature);
    values.put("mirostat", mirostat);
    values.put("samplers", samplers);
    values.put("seed", seed);
    return values;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Sampling that && values().equals(that.values());
  }

  @Override
  public int hashCode() {
    return values().hashCode();
  }

  @Override
  public String toString() {
    return "Sampling" + values();
  }

  private static boolean isFiniteFrom(float min, float value) {
    return value >= min && value < Float.POSITIVE_INFINITY;
  }

  private static boolean isProbability(float value) {
    return value >= 0 && value <= 1;
  }

  private static void require(boolean holds, String name, String range, Object value) {
    if (!holds) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s must be %s, not %s", name, range, value));
    }
  }

  /**
   * A number of recent tokens of the context, including the prompt.
   *
   * @since 0.1.0
   */
  public sealed interface Window {

    /**
     * Returns a window of the last tokens.
     *
     * @param tokens the number, 0 or above
     * @return the window
     * @throws IllegalArgumentException if the number is negative
     */
    static Window last(int tokens) {
      return new Last(tokens);
    }

    /**
     * Returns a window of the whole context.
     *
     * @return the window
     */
    static Window wholeContext() {
      return new WholeContext();
    }

    /**
     * Returns the size of the window in a context.
     *
     * @param contextLength the number of tokens in the context, 0 or above
     * @return a number of tokens, at most the context length
     */
    default int tokens(int contextLength) {
      return switch (this) {
        case Last last -> Math.min(last.tokens, contextLength);
        case WholeContext _ -> contextLength;
      };
    }

    /**
     * The last tokens.
     *
     * @param tokens the number, 0 or above
     * @since 0.1.0
     */
    record Last(int tokens) implements Window {
      /**
       * Creates a window.
       *
       * @throws IllegalArgumentException if the number is negative
       */
      public Last {
        require(tokens >= 0, "window", "0 tokens or more", tokens);
      }
    }

    /**
     * Every token of the context.
     *
     * @since 0.1.0
     */
    record WholeContext() implements Window {}
  }

  /**
   * DRY, "don't repeat yourself" (p-e-w 2024): a token that once followed the same tokens as the
   * last n of the context loses multiplier · base<sup>n − allowedLength</sup> from its logit, for n
   * ≥ allowedLength.
   *
   * @param multiplier scale of the penalty; 0 is off, 0.8 is common
   * @param base growth of the penalty with the length of the repetition, at least 1
   * @param allowedLength the number of tokens that may be repeated without penalty, 0 or above
   * @param window the tokens searched for repetitions; an empty one turns DRY off
   * @param sequenceBreakers texts that end a repetition, each of 1 to 40 bytes in UTF-8; a token
   *     that contains one is a breaker, as are tokens that form one together
   * @since 0.1.0
   */
  public record Dry(
      float multiplier,
      float base,
      int allowedLength,
      Window window,
      List<String> sequenceBreakers) {

    /** The sequence breakers of {@link #of(float)}: newline, colon, quotation mark and asterisk. */
    public static final List<String> DEFAULT_SEQUENCE_BREAKERS = List.of("\n", ":", "\"", "*");

    private static final int LONGEST_BREAKER = 40;

    /**
     * Creates the parameters of DRY.
     *
     * @throws IllegalArgumentException if a value is out of its range; the message names it
     */
    public Dry {
      require(isFiniteFrom(0, multiplier), "DRY multiplier", "0 or above", multiplier);
      require(isFiniteFrom(1, base), "DRY base", "1 or above", base);
      require(allowedLength >= 0, "DRY allowed length", "0 or above", allowedLength);
      Objects.requireNonNull(window, "window");
      sequenceBreakers = Arguments.copy(sequenceBreakers, "sequenceBreakers");
      for (String breaker : sequenceBreakers) {
        int length = breaker.getBytes(StandardCharsets.UTF_8).length;
        if (length < 1 || length > LONGEST_BREAKER) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "a DRY sequence breaker must have from 1 to %d bytes in UTF-8, but \"%s\" has %d",
                  LONGEST_BREAKER,
                  breaker,
                  length));
        }
      }
    }

    /**
     * Returns DRY with llama.cpp's defaults: base 1.75, allowed length 2, the whole context, and
     * {@link #DEFAULT_SEQUENCE_BREAKERS}.
     *
     * @param multiplier scale of the penalty, 0 or above
     * @return the parameters
     * @throws IllegalArgumentException if the multiplier is out of range
     */
    public static Dry of(float multiplier) {
      return new Dry(multiplier, 1.75f, 2, Window.wholeContext(), DEFAULT_SEQUENCE_BREAKERS);
    }

    private boolean isOn() {
      return multiplier != 0 && !window.equals(Window.last(0));
    }
  }

  /**
   * XTC, "exclude top choices" (p-e-w 2024): if several tokens are at least as probable as the
   * threshold, all but the least probable of them are removed.
   *
   * @param probability the probability of applying this, from 0 (never) to 1 (at each token)
   * @param threshold the minimum probability of a top choice, from 0 to 1; above 0.5 is off
   * @since 0.1.0
   */
  public record Xtc(float probability, float threshold) {
    /**
     * Creates the parameters of XTC.
     *
     * @throws IllegalArgumentException if a value is out of its range; the message names it
     */
    public Xtc {
      require(isProbability(probability), "XTC probability", "from 0 to 1", probability);
      require(isProbability(threshold), "XTC threshold", "from 0 to 1", threshold);
    }
  }

  /**
   * A temperature from T − range (at least 0) to T + range, where T is {@link
   * Sampling#temperature()}: it grows with the entropy of the remaining tokens, relative to the
   * highest possible entropy, raised to the exponent.
   *
   * @param range the largest deviation from T; 0 is off
   * @param exponent above 0; above 1 keeps the temperature low for longer, below 1 raises it sooner
   * @since 0.1.0
   */
  public record DynamicTemperature(float range, float exponent) {
    /**
     * Creates the parameters of a dynamic temperature.
     *
     * @throws IllegalArgumentException if a value is out of its range; the message names it
     */
    public DynamicTemperature {
      require(isFiniteFrom(0, range), "dynamic temperature range", "0 or above", range);
      require(
          exponent > 0 && exponent < Float.POSITIVE_INFINITY,
          "dynamic temperature exponent",
          "above 0",
          exponent);
    }
  }

  /**
   * Mirostat (Basu et al. 2021): truncates the distribution so that the surprise of the chosen
   * tokens stays near a target. It replaces truncation by fixed limits.
   *
   * @param version the variant of the algorithm
   * @param targetEntropy the target τ in bits, 0 or above; 5 is common
   * @param learningRate the rate η at which the limit follows the surprise, 0 or above; 0.1 is
   *     common
   * @since 0.1.0
   */
  public record Mirostat(Version version, float targetEntropy, float learningRate) {

    /**
     * A variant of mirostat.
     *
     * @since 0.1.0
     */
    public enum Version {
      /**
       * The paper's algorithm: estimates the Zipf exponent, and keeps the k most probable tokens.
       */
      V1,
      /** Mirostat 2.0: removes each token whose surprise exceeds the limit. */
      V2
    }

    /**
     * Creates the parameters of mirostat.
     *
     * @throws IllegalArgumentException if a value is out of its range; the message names it
     */
    public Mirostat {
      Objects.requireNonNull(version, "version");
      require(
          isFiniteFrom(0, targetEntropy), "mirostat target entropy", "0 or above", targetEntropy);
      require(isFiniteFrom(0, learningRate), "mirostat learning rate", "0 or above", learningRate);
    }

    /**
     * Returns the usual parameters: a target entropy of 5 bits and a learning rate of 0.1.
     *
     * @param version the variant of the algorithm
     * @return the parameters
     */
    public static Mirostat of(Version version) {
      return new Mirostat(version, 5, 0.1f);
    }
  }

  /**
   * Collects the steps of a sampling. Setters check their arguments at once. Not thread-safe.
   *
   * @since 0.1.0
   */
  public static final class Builder {
    private float temperature;
    private int topK;
    private float topP = 1;
    private float minP;
    private float typicalP = 1;
    private float repeatPenalty = 1;
    private float presencePenalty;
    private float frequencyPenalty;
    private Window penaltyWindow = Window.last(64);
    private final Map<Integer, Float> logitBias = new HashMap<>();
    private Optional<Dry> dry = Optional.empty();
    private float topNSigma;
    private Optional<Xtc> xtc = Optional.empty();
    private Optional<DynamicTemperature> dynamicTemperature = Optional.empty();
    private Optional<Mirostat> mirostat = Optional.empty();
    private List<TokenSampler> samplers = List.of();
    private OptionalLong seed = OptionalLong.empty();

    private Builder() {}

    private Builder(Sampling from) {
      temperature = from.temperature;
      topK = from.topK;
      topP = from.topP;
      minP = from.minP;
      typicalP = from.typicalP;
      repeatPenalty = from.repeatPenalty;
      presencePenalty = from.presencePenalty;
      frequencyPenalty = from.frequencyPenalty;
      penaltyWindow = from.penaltyWindow;
      logitBias.putAll(from.logitBias);
      dry = from.dry;
      topNSigma = from.topNSigma;
      xtc = from.xtc;
      dynamicTemperature = from.dynamicTemperature;
      mirostat = from.mirostat;
      samplers = from.samplers;
      seed = from.seed;
    }

    /**
     * Sets {@link Sampling#temperature()}.
     *
     * @param temperature 0 or above; 0 is greedy
     * @return this builder
     * @throws IllegalArgumentException if the value is out of range
     */
    public Builder temperature(float temperature) {
      require(isFiniteFrom(0, temperature), "temperature", "0 or above", temperature);
      this.temperature = temperature;
      return this;
    }

    /**
     * Sets {@link Sampling#topK()}.
     *
     * @param topK 0 or above; 0 keeps all
     * @return this builder
     * @throws IllegalArgumentException if the value is out of range
     */
    public Builder topK(int topK) {
      require(topK >= 0, "top-k", "0 or above", topK);
      this.topK = topK;
      return this;
    }

    /**
     * Sets {@link Sampling#topP()}.
     *
     * @param topP above 0, at most 1
     * @return this builder
     * @throws IllegalArgumentException if the value is out of range
     */
    public Builder topP(float topP) {
      require(topP > 0 && topP <= 1, "top-p", "above 0 and at most 1", topP);
      this.topP = topP;
      return this;
    }

    /**
     * Sets {@link Sampling#minP()}.
     *
     * @param minP from 0 to 1
     * @return this builder
     * @throws IllegalArgumentException if the value is out of range
     */
    public Builder minP(float minP) {
      require(isProbability(minP), "min-p", "from 0 to 1", minP);
      this.minP = minP;
      return this;
    }

    /**
     * Sets {@link Sampling#typicalP()}.
     *
     * @param typicalP above 0, at most 1
     * @return this builder
     * @throws IllegalArgumentException if the value is out of range
     */
    public Builder typicalP(float typicalP) {
      require(typicalP > 0 && typicalP <= 1, "typical-p", "above 0 and at most 1", typicalP);
      this.typicalP = typicalP;
      return this;
    }

    /**
     * Sets {@link Sampling#repeatPenalty()}.
     *
     * @param repeatPenalty above 0; 1 is off
     * @return this builder
     * @throws IllegalArgumentException if the value is out of range
     */
    public Builder repeatPenalty(float repeatPenalty) {
      require(
          repeatPenalty > 0 && repeatPenalty < Float.POSITIVE_INFINITY,
          "repeat penalty",
          "above 0",
          repeatPenalty);
      this.repeatPenalty = repeatPenalty;
      return this;
    }

    /**
     * Sets {@link Sampling#presencePenalty()}.
     *
     * @param presencePenalty any finite number
     * @return this builder
     * @throws IllegalArgumentException if the value is out of range
     */
    public Builder presencePenalty(float presencePenalty) {
      require(
          Float.isFinite(presencePenalty), "presence penalty", "a finite number", presencePenalty);
      this.presencePenalty = presencePenalty;
      return this;
    }

    /**
     * Sets {@link Sampling#frequencyPenalty()}.
     *
     * @param frequencyPenalty any finite number
     * @return this builder
     * @throws IllegalArgumentException if the value is out of range
     */
    public Builder frequencyPenalty(float frequencyPenalty) {
      require(
          Float.isFinite(frequencyPenalty),
          "frequency penalty",
          "a finite number",
          frequencyPenalty);
      this.frequencyPenalty = frequencyPenalty;
      return this;
    }

    /**
     * Sets {@link Sampling#penaltyWindow()} to the last tokens, 64 by default.
     *
     * @param tokens the number of tokens, 0 or above; 0 turns the penalties off
     * @return this builder
     * @throws IllegalArgumentException if the value is out of range
     */
    public Builder penaltyWindow(int tokens) {
      require(tokens >= 0, "penalty window", "0 tokens or more", tokens);
      return penaltyWindow(Window.last(tokens));
    }

    /**
     * Sets {@link Sampling#penaltyWindow()}.
     *
     * @param window the window
     * @return this builder
     */
    public Builder penaltyWindow(Window window) {
      penaltyWindow = Objects.requireNonNull(window, "window");
      return this;
    }

    /**
     * Sets the bias of one token, and keeps those of others.
     *
     * @param tokenId the token's id, 0 or above
     * @param bias the amount to add to its logit; negative infinity bans the token
     * @return this builder
     * @throws IllegalArgumentException if a value is out of range
     */
    public Builder logitBias(int tokenId, float bias) {
      require(
          tokenId >= 0 && !Float.isNaN(bias) && bias != Float.POSITIVE_INFINITY,
          "logit bias",
          "a number below infinity for a token id of 0 or above",
          bias + " for token " + tokenId);
      logitBias.put(tokenId, bias);
      return this;
    }

    /**
     * Sets {@link Sampling#logitBias()}, replacing all earlier biases.
     *
     * @param biases biases by token id, as for {@link #logitBias(int, float)}
     * @return this builder
     * @throws IllegalArgumentException if a value is out of range
     */
    public Builder logitBias(Map<Integer, Float> biases) {
      Map<Integer, Float> copy = Map.copyOf(Objects.requireNonNull(biases, "biases"));
      logitBias.clear();
      copy.forEach(this::logitBias);
      return this;
    }

    /**
     * Sets {@link Sampling#dry()}.
     *
     * @param dry the parameters; a multiplier of 0 or an empty window clears them
     * @return this builder
     */
    public Builder dry(Dry dry) {
      return dry(Optional.of(Objects.requireNonNull(dry, "dry")));
    }

    /**
     * Sets or clears {@link Sampling#dry()}.
     *
     * @param dry the parameters, or empty for off
     * @return this builder
     */
    public Builder dry(Optional<Dry> dry) {
      this.dry = Objects.requireNonNull(dry, "dry").filter(Dry::isOn);
      return this;
    }

    /**
     * Sets {@link Sampling#topNSigma()}.
     *
     * @param topNSigma 0 or above; 0 keeps all
     * @return this builder
     * @throws IllegalArgumentException if the value is out of range
     */
    public Builder topNSigma(float topNSigma) {
      require(isFiniteFrom(0, topNSigma), "top-n-sigma", "0 or above", topNSigma);
      this.topNSigma = topNSigma;
      return this;
    }

    /**
     * Sets {@link Sampling#xtc()}.
     *
     * @param xtc the parameters; a probability of 0 clears them
     * @return this builder
     */
    public Builder xtc(Xtc xtc) {
      return xtc(Optional.of(Objects.requireNonNull(xtc, "xtc")));
    }

    /**
     * Sets or clears {@link Sampling#xtc()}.
     *
     * @param xtc the parameters, or empty for off
     * @return this builder
     */
    public Builder xtc(Optional<Xtc> xtc) {
      this.xtc = Objects.requireNonNull(xtc, "xtc").filter(values -> values.probability() != 0);
      return this;
    }

    /**
     * Sets {@link Sampling#dynamicTemperature()}.
     *
     * @param dynamicTemperature the parameters; a range of 0 clears them
     * @return this builder
     */
    public Builder dynamicTemperature(DynamicTemperature dynamicTemperature) {
      return dynamicTemperature(
          Optional.of(Objects.requireNonNull(dynamicTemperature, "dynamicTemperature")));
    }

    /**
     * Sets or clears {@link Sampling#dynamicTemperature()}.
     *
     * @param dynamicTemperature the parameters, or empty for off
     * @return this builder
     */
    public Builder dynamicTemperature(Optional<DynamicTemperature> dynamicTemperature) {
      this.dynamicTemperature =
          Objects.requireNonNull(dynamicTemperature, "dynamicTemperature")
              .filter(values -> values.range() != 0);
      return this;
    }

    /**
     * Sets {@link Sampling#mirostat()}.
     *
     * @param mirostat the parameters
     * @return this builder
     */
    public Builder mirostat(Mirostat mirostat) {
      return mirostat(Optional.of(Objects.requireNonNull(mirostat, "mirostat")));
    }

    /**
     * Sets or clears {@link Sampling#mirostat()}.
     *
     * @param mirostat the parameters, or empty for off
     * @return this builder
     */
    public Builder mirostat(Optional<Mirostat> mirostat) {
      this.mirostat = Objects.requireNonNull(mirostat, "mirostat");
      return this;
    }

    /**
     * Sets {@link Sampling#samplers()}, replacing earlier ones.
     *
     * @param samplers the samplers in order
     * @return this builder
     */
    public Builder samplers(TokenSampler... samplers) {
      this.samplers = Arguments.copy(samplers, "samplers");
      return this;
    }

    /**
     * Sets {@link Sampling#samplers()}, replacing earlier ones.
     *
     * @param samplers the samplers in order
     * @return this builder
     */
    public Builder samplers(Collection<? extends TokenSampler> samplers) {
      this.samplers = Arguments.copy(samplers, "samplers");
      return this;
    }

    /**
     * Sets {@link Sampling#seed()}.
     *
     * @param seed any number
     * @return this builder
     */
    public Builder seed(long seed) {
      return seed(OptionalLong.of(seed));
    }

    /**
     * Sets or clears {@link Sampling#seed()}.
     *
     * @param seed the seed, or empty for a new one in each generation
     * @return this builder
     */
    public Builder seed(OptionalLong seed) {
      this.seed = Objects.requireNonNull(seed, "seed");
      return this;
    }

    /**
     * Builds the sampling.
     *
     * @return the sampling
     */
    public Sampling build() {
      return new Sampling(this);
    }
  }
}

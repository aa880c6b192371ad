package io.github.phi4j.api;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How the next token is chosen from the logits.
 *
 * <p>The steps run in llama.cpp's order, each on what the one before left over: logit bias,
 * repetition penalties, DRY, the program's own {@linkplain TokenSampler samplers}, top-n-sigma,
 * top-k, typical-p, top-p, min-p, XTC, temperature, and a random draw by the remaining
 * probabilities. With mirostat, the steps from top-n-sigma to XTC are left out and the temperature
 * is not dynamic. With temperature 0 the most probable token that bias, penalties, DRY and own
 * samplers leave is taken instead (greedy; the lower id wins a tie).
 *
 * <p>The same seed gives the same text, on any number of threads.
 *
 * @param temperature divides the logits before the draw; 0 is greedy
 * @param topK keeps the k most probable tokens; 0 keeps all
 * @param topP keeps the smallest set of most probable tokens whose probabilities sum to at least
 *     this (nucleus sampling, Holtzman et al. 2019); 1 keeps all
 * @param minP keeps tokens at least this fraction as probable as the most probable one; 0 keeps all
 * @param typicalP keeps the tokens whose information is nearest to the expected one, up to this sum
 *     of probabilities (locally typical sampling, Meister et al. 2022); 1 keeps all
 * @param repeatPenalty divides positive and multiplies negative logits of tokens in the penalty
 *     window (Keskar et al. 2019); 1 is off
 * @param presencePenalty subtracted from the logits of tokens in the penalty window; 0 is off
 * @param frequencyPenalty subtracted once for each occurrence in the penalty window; 0 is off
 * @param penaltyWindow how many of the last tokens, prompt included, the penalties look at; 0 turns
 *     them off, −1 takes the whole context
 * @param logitBias added to the logits of these token ids; negative infinity bans a token
 * @param dry makes tokens less probable that continue a repetition; empty is off, and is what an
 *     object whose values turn it off becomes, here and below
 * @param topNSigma keeps tokens whose logits lie at most this many standard deviations of all
 *     logits below the highest one (Tang et al. 2024); 0 keeps all
 * @param xtc leaves out the most probable tokens at random; empty is off
 * @param dynamicTemperature makes the temperature follow the entropy; empty is off
 * @param mirostat keeps the surprise of the text near a target; empty is off
 * @param samplers the program's own steps, run in this order
 * @param seed of all that is random; empty takes a new one each time
 */
public record Sampling(
    float temperature,
    int topK,
    float topP,
    float minP,
    float typicalP,
    float repeatPenalty,
    float presencePenalty,
    float frequencyPenalty,
    int penaltyWindow,
    Map<Integer, Float> logitBias,
    Optional<Dry> dry,
    float topNSigma,
    Optional<Xtc> xtc,
    Optional<DynamicTemperature> dynamicTemperature,
    Optional<Mirostat> mirostat,
    List<TokenSampler> samplers,
    OptionalLong seed) {

  /**
   * DRY, "don't repeat yourself" (p-e-w 2024): a token that once followed the same tokens as the
   * last n of the context loses multiplier · base<sup>n − allowedLength</sup> from its logit, where
   * n is at least the allowed length.
   *
   * @param multiplier scales the penalty; 0 is off, 0.8 is usual
   * @param base how fast it grows with the repetition, at least 1
   * @param allowedLength how many tokens may be repeated freely, 0 or above
   * @param penaltyLastN how many of the last tokens, prompt included, are searched; 0 turns DRY
   *     off, −1 takes the whole context
   * @param sequenceBreakers texts over which no repetition is followed, each of 1 to 40 bytes in
   *     UTF-8; a token that contains one is a breaker, as are tokens that make one together
   */
  public record Dry(
      float multiplier,
      float base,
      int allowedLength,
      int penaltyLastN,
      List<String> sequenceBreakers) {

    /** The sequence breakers of {@link #of(float)}: newline, colon, quotation mark and asterisk. */
    public static final List<String> DEFAULT_SEQUENCE_BREAKERS = List.of("\n", ":", "\"", "*");

    private static final int LONGEST_BREAKER = 40;

    /**
     * Creates the values of DRY.
     *
     * @throws IllegalArgumentException if a value is out of its range; the message names it
     */
    public Dry {
      require(isFiniteFrom(0, multiplier), "DRY multiplier", multiplier);
      require(isFiniteFrom(1, base), "DRY base", base);
      require(allowedLength >= 0, "DRY allowed length", allowedLength);
      require(penaltyLastN >= -1, "DRY penalty last n", penaltyLastN);
      sequenceBreakers = List.copyOf(sequenceBreakers);
      for (String breaker : sequenceBreakers) {
        int length = breaker.getBytes(StandardCharsets.UTF_8).length;
        if (length < 1 || length > LONGEST_BREAKER) {
          throw new IllegalArgumentException(
              "a DRY sequence breaker must have from 1 to %d bytes in UTF-8, but \"%s\" has %d"
                  .formatted(LONGEST_BREAKER, breaker, length));
        }
      }
    }

    /**
     * DRY with llama.cpp's defaults: base 1.75, allowed length 2, the whole context, and {@link
     * #DEFAULT_SEQUENCE_BREAKERS}.
     *
     * @param multiplier scales the penalty, 0 or above
     * @return the values
     * @throws IllegalArgumentException if the multiplier is out of range
     */
    public static Dry of(float multiplier) {
      return new Dry(multiplier, 1.75f, 2, -1, DEFAULT_SEQUENCE_BREAKERS);
    }
  }

  /**
   * XTC, "exclude top choices" (p-e-w 2024): where several tokens are at least as probable as the
   * threshold, all of them but the least probable are left out.
   *
   * @param probability how often this happens, from 0 (never) to 1 (at each token)
   * @param threshold the least probability of a top choice, from 0 to 1; above 0.5 is off
   */
  public record Xtc(float probability, float threshold) {
    /**
     * Creates the values of XTC.
     *
     * @throws IllegalArgumentException if a value is out of its range; the message names it
     */
    public Xtc {
      require(probability >= 0 && probability <= 1, "XTC probability", probability);
      require(threshold >= 0 && threshold <= 1, "XTC threshold", threshold);
    }
  }

  /**
   * A temperature from T − range (at least 0) to T + range, where T is {@link
   * Sampling#temperature()}: it grows with the entropy of the remaining tokens, in relation to the
   * highest possible one, raised to the exponent.
   *
   * @param range how far the temperature may move; 0 is off
   * @param exponent above 1 keeps the temperature low for longer, below 1 raises it sooner; above 0
   */
  public record DynamicTemperature(float range, float exponent) {
    /**
     * Creates the values of a dynamic temperature.
     *
     * @throws IllegalArgumentException if a value is out of its range; the message names it
     */
    public DynamicTemperature {
      require(isFiniteFrom(0, range), "dynamic temperature range", range);
      require(
          exponent > 0 && exponent < Float.POSITIVE_INFINITY,
          "dynamic temperature exponent",
          exponent);
    }
  }

  /**
   * Mirostat (Basu et al. 2021): leaves out tokens so that the surprise of those that are chosen
   * stays near a target. It takes the place of the steps that truncate by fixed limits.
   *
   * @param version 1 or 2
   * @param targetEntropy the target τ in bits, 0 or above; 5 is usual
   * @param learningRate how fast the limit follows, η, 0 or above; 0.1 is usual
   */
  public record Mirostat(int version, float targetEntropy, float learningRate) {
    /**
     * Creates the values of mirostat.
     *
     * @throws IllegalArgumentException if a value is out of its range; the message names it
     */
    public Mirostat {
      require(version == 1 || version == 2, "mirostat version", version);
      require(isFiniteFrom(0, targetEntropy), "mirostat target entropy", targetEntropy);
      require(isFiniteFrom(0, learningRate), "mirostat learning rate", learningRate);
    }
  }

  /**
   * Creates a sampling.
   *
   * @throws IllegalArgumentException if a value is not a number or out of its range; the message
   *     names it
   */
  public Sampling {
    require(temperature >= 0 && temperature < Float.POSITIVE_INFINITY, "temperature", temperature);
    require(topK >= 0, "top-k", topK);
    require(topP > 0 && topP <= 1, "top-p", topP);
    require(minP >= 0 && minP <= 1, "min-p", minP);
    require(typicalP > 0 && typicalP <= 1, "typical-p", typicalP);
    require(
        repeatPenalty > 0 && repeatPenalty < Float.POSITIVE_INFINITY,
        "repeat penalty",
        repeatPenalty);
    require(Float.isFinite(presencePenalty), "presence penalty", presencePenalty);
    require(Float.isFinite(frequencyPenalty), "frequency penalty", frequencyPenalty);
    require(penaltyWindow >= -1, "penalty window", penaltyWindow);
    logitBias = Map.copyOf(logitBias);
    logitBias.forEach((id, bias) ->
        require(
            id >= 0 && !bias.isNaN() && bias != Float.POSITIVE_INFINITY,
            "logit bias of token " + id,
            bias));
    dry = dry.filter(values -> values.multiplier() != 0 && values.penaltyLastN() != 0);
    require(isFiniteFrom(0, topNSigma), "top-n-sigma", topNSigma);
    xtc = xtc.filter(values -> values.probability() != 0);
    dynamicTemperature = dynamicTemperature.filter(values -> values.range() != 0);
    Objects.requireNonNull(mirostat, "mirostat");
    samplers = List.copyOf(samplers);
    Objects.requireNonNull(seed, "seed");
  }

  private static boolean isFiniteFrom(float least, float value) {
    return value >= least && value < Float.POSITIVE_INFINITY;
  }

  private static void require(boolean holds, String name, Number value) {
    if (!holds) {
      throw new IllegalArgumentException(name + " is out of range: " + value);
    }
  }

  /**
   * Always the most probable token.
   *
   * @return greedy sampling
   */
  public static Sampling greedy() {
    return builder().build();
  }

  /**
   * A random draw from the nucleus.
   *
   * @param temperature the temperature, above 0
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
   * The same sampling with a fixed seed.
   *
   * @param newSeed the seed
   * @return a copy with that seed
   */
  public Sampling withSeed(long newSeed) {
    return toBuilder().seed(newSeed).build();
  }

  /**
   * Starts from this sampling.
   *
   * @return a builder
   */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.temperature = temperature;
    builder.topK = topK;
    builder.topP = topP;
    builder.minP = minP;
    builder.typicalP = typicalP;
    builder.repeatPenalty = repeatPenalty;
    builder.presencePenalty = presencePenalty;
    builder.frequencyPenalty = frequencyPenalty;
    builder.penaltyWindow = penaltyWindow;
    builder.logitBias.putAll(logitBias);
    builder.dry = dry;
    builder.topNSigma = topNSigma;
    builder.xtc = xtc;
    builder.dynamicTemperature = dynamicTemperature;
    builder.mirostat = mirostat;
    builder.samplers.addAll(samplers);
    builder.seed = seed;
    return builder;
  }

  /** Collects the steps of a sampling; ranges are checked by {@link #build()}. Not thread-safe. */
  public static final class Builder {
    private float temperature;
    private int topK;
    private float topP = 1;
    private float minP;
    private float typicalP = 1;
    private float repeatPenalty = 1;
    private float presencePenalty;
    private float frequencyPenalty;
    private int penaltyWindow = 64;
    private final Map<Integer, Float> logitBias = new HashMap<>();
    private Optional<Dry> dry = Optional.empty();
    private float topNSigma;
    private Optional<Xtc> xtc = Optional.empty();
    private Optional<DynamicTemperature> dynamicTemperature = Optional.empty();
    private Optional<Mirostat> mirostat = Optional.empty();
    private final List<TokenSampler> samplers = new ArrayList<>();
    private OptionalLong seed = OptionalLong.empty();

    private Builder() {}

    /**
     * Sets {@link Sampling#temperature()}.
     *
     * @param value 0 or above
     * @return this builder
     */
    public Builder temperature(float value) {
      temperature = value;
      return this;
    }

    /**
     * Sets {@link Sampling#topK()}.
     *
     * @param value 0 or above
     * @return this builder
     */
    public Builder topK(int value) {
      topK = value;
      return this;
    }

    /**
     * Sets {@link Sampling#topP()}.
     *
     * @param value above 0, at most 1
     * @return this builder
     */
    public Builder topP(float value) {
      topP = value;
      return this;
    }

    /**
     * Sets {@link Sampling#minP()}.
     *
     * @param value from 0 to 1
     * @return this builder
     */
    public Builder minP(float value) {
      minP = value;
      return this;
    }

    /**
     * Sets {@link Sampling#typicalP()}.
     *
     * @param value above 0, at most 1
     * @return this builder
     */
    public Builder typicalP(float value) {
      typicalP = value;
      return this;
    }

    /**
     * Sets {@link Sampling#repeatPenalty()}.
     *
     * @param value above 0
     * @return this builder
     */
    public Builder repeatPenalty(float value) {
      repeatPenalty = value;
      return this;
    }

    /**
     * Sets {@link Sampling#presencePenalty()}.
     *
     * @param value any finite number
     * @return this builder
     */
    public Builder presencePenalty(float value) {
      presencePenalty = value;
      return this;
    }

    /**
     * Sets {@link Sampling#frequencyPenalty()}.
     *
     * @param value any finite number
     * @return this builder
     */
    public Builder frequencyPenalty(float value) {
      frequencyPenalty = value;
      return this;
    }

    /**
     * Sets {@link Sampling#penaltyWindow()}.
     *
     * @param value −1 or above
     * @return this builder
     */
    public Builder penaltyWindow(int value) {
      penaltyWindow = value;
      return this;
    }

    /**
     * Adds to the logit of one token.
     *
     * @param tokenId the token's id
     * @param bias what to add; negative infinity bans the token
     * @return this builder
     */
    public Builder logitBias(int tokenId, float bias) {
      logitBias.put(tokenId, bias);
      return this;
    }

    /**
     * Sets {@link Sampling#dry()}.
     *
     * @param value the values of DRY
     * @return this builder
     */
    public Builder dry(Dry value) {
      dry = Optional.of(value);
      return this;
    }

    /**
     * Sets {@link Sampling#topNSigma()}.
     *
     * @param value 0 or above
     * @return this builder
     */
    public Builder topNSigma(float value) {
      topNSigma = value;
      return this;
    }

    /**
     * Sets {@link Sampling#xtc()}.
     *
     * @param value the values of XTC
     * @return this builder
     */
    public Builder xtc(Xtc value) {
      xtc = Optional.of(value);
      return this;
    }

    /**
     * Sets {@link Sampling#dynamicTemperature()}.
     *
     * @param value the values of the dynamic temperature
     * @return this builder
     */
    public Builder dynamicTemperature(DynamicTemperature value) {
      dynamicTemperature = Optional.of(value);
      return this;
    }

    /**
     * Sets {@link Sampling#mirostat()}.
     *
     * @param value the values of mirostat
     * @return this builder
     */
    public Builder mirostat(Mirostat value) {
      mirostat = Optional.of(value);
      return this;
    }

    /**
     * Adds a step of the program's own to {@link Sampling#samplers()}.
     *
     * @param value the step
     * @return this builder
     */
    public Builder sampler(TokenSampler value) {
      samplers.add(Objects.requireNonNull(value, "sampler"));
      return this;
    }

    /**
     * Sets {@link Sampling#seed()}.
     *
     * @param value any number
     * @return this builder
     */
    public Builder seed(long value) {
      seed = OptionalLong.of(value);
      return this;
    }

    /**
     * Makes the sampling.
     *
     * @return the sampling
     * @throws IllegalArgumentException if a value is not a number or out of its range
     */
    public Sampling build() {
      return new Sampling(
          temperature,
          topK,
          topP,
          minP,
          typicalP,
          repeatPenalty,
          presencePenalty,
          frequencyPenalty,
          penaltyWindow,
          logitBias,
          dry,
          topNSigma,
          xtc,
          dynamicTemperature,
          mirostat,
          samplers,
          seed);
    }
  }
}

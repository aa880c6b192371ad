package io.github.phi4j.api;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * How the next token is chosen from the logits.
 *
 * <p>The steps run in llama.cpp's order, each on what the one before left over: logit bias,
 * repetition penalties, top-k, typical-p, top-p, min-p, temperature, and a random draw by the
 * remaining probabilities. With temperature 0 the most probable token after bias and penalties is
 * taken instead (greedy; the lower id wins a tie).
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
 * @param seed of the random draw; empty takes a new one each time
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
    OptionalLong seed) {

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
    Objects.requireNonNull(seed, "seed");
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
        OptionalLong.of(newSeed));
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
          seed);
    }
  }
}

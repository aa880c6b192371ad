package io.github.phi4j.internal.sampling;

import io.github.phi4j.api.InvalidLogitsException;
import io.github.phi4j.api.NoTokenLeftException;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.TokenLogProb;
import io.github.phi4j.api.TokenSampler;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Chooses the tokens of one generation by the steps of a {@link Sampling}, in llama.cpp's order.
 * Not thread-safe. Allocates nothing per token once the buffers have grown.
 */
public final class SamplerChain {

  private static final int[] NONE = {};

  private final Candidates candidates;
  private final List<SamplingStep> steps;
  private final TokenChoice choice;

  /**
   * Creates a chain without a minimum of tokens.
   *
   * @throws IllegalArgumentException if a banned or biased id is outside of the vocabulary
   */
  public SamplerChain(Sampling sampling, int vocabularySize, int[] neverSampled) {
    this(sampling, vocabularySize, neverSampled, NONE, 0, SequenceBreakers.NONE);
  }

  /**
   * Creates a chain.
   *
   * @param sampling the settings
   * @param vocabularySize the length of the logits
   * @param neverSampled ids that are never chosen
   * @param stopTokens ids that are not chosen in the first {@code minTokens} calls of {@link #next}
   * @param minTokens the number of tokens before any of {@code stopTokens} may be chosen
   * @param breakers the sequence breakers of DRY
   * @throws IllegalArgumentException if a banned or biased id is outside of the vocabulary
   */
  public SamplerChain(
      Sampling sampling,
      int vocabularySize,
      int[] neverSampled,
      int[] stopTokens,
      int minTokens,
      SequenceBreakers breakers) {
    this(sampling, vocabularySize, neverSampled, stopTokens, minTokens, breakers, Optional.empty());
  }

  /**
   * Creates a chain with an optional constraint. Filters see only tokens that it allows. The caller
   * advances the constraint by the chosen tokens.
   *
   * @throws IllegalArgumentException if a banned or biased id is outside of the vocabulary
   */
  public SamplerChain(
      Sampling sampling,
      int vocabularySize,
      int[] neverSampled,
      int[] stopTokens,
      int minTokens,
      SequenceBreakers breakers,
      Optional<TokenConstraint> constraint) {
    check("token that must not be sampled", neverSampled, vocabularySize);
    check("stop token", stopTokens, vocabularySize);
    check(
        "logit bias of token",
        sampling.logitBias().keySet().stream().mapToInt(Integer::intValue).sorted().toArray(),
        vocabularySize);
    candidates = new Candidates(vocabularySize);
    long seed = sampling.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong());
    SplitMix64 random = new SplitMix64(seed);
    boolean greedy = sampling.temperature() == 0;
    List<SamplingStep> on = new ArrayList<>();
    addLogitSteps(on, sampling, vocabularySize);
    sampling.dry().ifPresent(dry -> on.add(new Dry(dry, breakers, vocabularySize)));
    on.add(new Bans(neverSampled, stopTokens, minTokens));
    boolean onlyBest = greedy && sampling.samplers().isEmpty();
    constraint.ifPresent(given -> on.add(new Constrained(given, onlyBest)));
    for (TokenSampler sampler : sampling.samplers()) {
      on.add(
          new PluggedSampler(
              Objects.requireNonNull(sampler.start(seed), "the result of TokenSampler.start")));
    }
    if (!greedy) {
      if (sampling.mirostat().isEmpty()) {
        addFilters(on, sampling, vocabularySize, random);
      }
      addTemperature(on, sampling);
    }
    steps = List.copyOf(on);
    choice = greedy ? new Greedy() : draw(sampling, vocabularySize, new SeededDraw(random));
    if (choice instanceof MirostatV1) { // the number of kept candidates varies from token to token
      candidates.reserveRanks();
    }
  }

  private static void addLogitSteps(
      List<SamplingStep> steps, Sampling sampling, int vocabularySize) {
    if (!sampling.logitBias().isEmpty()) {
      steps.add(new LogitBias(sampling.logitBias()));
    }
    if (!sampling.penaltyWindow().equals(Sampling.Window.last(0))
        && (sampling.repeatPenalty() != 1
            || sampling.presencePenalty() != 0
            || sampling.frequencyPenalty() != 0)) {
      steps.add(
          new Penalties(
              sampling.repeatPenalty(),
              sampling.presencePenalty(),
              sampling.frequencyPenalty(),
              sampling.penaltyWindow(),
              vocabularySize));
    }
  }

  private static void addFilters(
      List<SamplingStep> steps, Sampling sampling, int vocabularySize, SplitMix64 random) {
    if (sampling.topNSigma() > 0) {
      steps.add(new TopNSigma(sampling.topNSigma()));
    }
    if (sampling.topK() > 0) {
      steps.add(new TopK(sampling.topK()));
    }
    if (sampling.typicalP() < 1) {
      steps.add(new TypicalP(sampling.typicalP(), vocabularySize));
    }
    if (sampling.topP() < 1) {
      steps.add(new TopP(sampling.topP()));
    }
    if (sampling.minP() > 0) {
      steps.add(new MinP(sampling.minP()));
    }
    sampling.xtc().ifPresent(xtc -> steps.add(new Xtc(xtc.probability(), xtc.threshold(), random)));
  }

  private static void addTemperature(List<SamplingStep> steps, Sampling sampling) {
    float temperature = sampling.temperature();
    Optional<Sampling.DynamicTemperature> dynamic =
        sampling.dynamicTemperature().filter(_ -> sampling.mirostat().isEmpty());
    if (dynamic.isPresent()) {
      steps.add(
          new DynamicTemperature(temperature, dynamic.get().range(), dynamic.get().exponent()));
    } else if (temperature != 1) {
      steps.add(new Temperature(temperature));
    }
  }

  private static TokenChoice draw(Sampling sampling, int vocabularySize, SeededDraw draw) {
    if (sampling.mirostat().isEmpty()) {
      return draw;
    }
    Sampling.Mirostat mirostat = sampling.mirostat().get();
    MirostatTarget target = new MirostatTarget(mirostat.targetEntropy(), mirostat.learningRate());
    return switch (mirostat.version()) {
      case V1 -> new MirostatV1(target, draw, vocabularySize);
      case V2 -> new Mirostat(target, draw);
    };
  }

  private static void check(String what, int[] ids, int vocabularySize) {
    for (int id : ids) {
      if (id < 0 || id >= vocabularySize) {
        throw new IllegalArgumentException(
            what + " " + id + ": the model's token ids go from 0 to " + (vocabularySize - 1));
      }
    }
  }

  /**
   * Chooses the next token.
   *
   * @param logits the model's logits, one for each id; unchanged
   * @param tokens the tokens of the context, prompt included, oldest first
   * @param count the number of tokens in the context
   * @return the id
   * @throws InvalidLogitsException if a logit is NaN or positive infinity
   * @throws NoTokenLeftException if all tokens are banned, or all that the constraint allows
   */
  public int next(float[] logits, int[] tokens, int count) {
    candidates.load(logits, tokens, count);
    for (int i = 0; i < steps.size(); i++) { // an iterator would allocate for each token
      steps.get(i).apply(candidates);
    }
    return choice.choose(candidates);
  }

  /**
   * The distribution that the last token was drawn from.
   *
   * @param token the result of {@link #next}
   * @param count the number of most probable tokens to list
   */
  public TokenLogProb.Sampled sampled(int token, int count) {
    return choice instanceof Greedy ? certain(token, count) : candidates.sampled(token, count);
  }

  /** The distribution of a token without alternatives. */
  public static TokenLogProb.Sampled certain(int token, int count) {
    return new TokenLogProb.Sampled(
        1, count == 0 ? List.of() : List.of(new TokenLogProb.Candidate(token, 1)));
  }

  /**
   * The distribution of the next token.
   *
   * @param logits as for {@link #next}
   * @param tokens as for {@link #next}
   * @param count as for {@link #next}
   * @return a probability for each id
   */
  public double[] distribution(float[] logits, int[] tokens, int count) {
    int token = next(logits, tokens, count);
    double[] probabilities = new double[logits.length];
    if (choice instanceof Greedy) {
      probabilities[token] = 1;
    } else {
      candidates.writeProbabilities(probabilities);
    }
    return probabilities;
  }
}

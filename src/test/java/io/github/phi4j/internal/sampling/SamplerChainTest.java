package io.github.phi4j.internal.sampling;

import static io.github.phi4j.internal.sampling.CandidatesFixture.NO_CONTEXT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.github.phi4j.api.InvalidLogitsException;
import io.github.phi4j.api.NoTokenLeftException;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.TokenCandidates;
import io.github.phi4j.api.TokenSampler;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SamplerChainTest {

  private static final int[] NONE = {};
  private static final float BANNED = Float.NEGATIVE_INFINITY;

  private static SamplerChain chain(Sampling sampling, int vocabularySize, int... neverSampled) {
    return new SamplerChain(sampling, vocabularySize, neverSampled);
  }

  private static int next(SamplerChain chain, float... logits) {
    return chain.next(logits, NO_CONTEXT, 0);
  }

  /** Returns the ids of many draws. */
  private static Set<Integer> drawn(Sampling.Builder sampling, float[] logits, int... context) {
    SamplerChain chain = chain(sampling.seed(1).build(), logits.length);
    Set<Integer> ids = new TreeSet<>();
    for (int i = 0; i < 2000; i++) {
      ids.add(chain.next(logits, context, context.length));
    }
    return ids;
  }

  private static float[] logitsOf(double... probabilities) {
    float[] logits = new float[probabilities.length];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) Math.log(probabilities[i]);
    }
    return logits;
  }

  private static float[] randomLogits(int size, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] logits = new float[size];
    for (int i = 0; i < size; i++) {
      logits[i] = (float) (random.nextGaussian() * 3);
    }
    return logits;
  }

  @Test
  void greedyTakesTheMostProbableTokenAndLeavesTheLogitsAlone() {
    float[] logits = {1, 5, 5, 2};
    assertThat(next(chain(Sampling.greedy(), 4), logits)).isEqualTo(1);
    assertThat(logits).containsExactly(1, 5, 5, 2);
  }

  @Test
  void greedyLooksAtBiasPenaltiesAndBansOnly() {
    Sampling.Builder greedy = Sampling.builder().typicalP(0.01f).topK(1).topP(0.1f).minP(1);
    assertThat(next(chain(greedy.build(), 3), 1, 3, 2)).isEqualTo(1);
    assertThat(next(chain(greedy.build(), 3, 1), 1, 3, 2)).isEqualTo(2);
    assertThat(next(chain(greedy.logitBias(0, 9).build(), 3), 1, 3, 2)).isZero();
    SamplerChain penalized = chain(Sampling.builder().presencePenalty(1.5f).build(), 3);
    assertThat(penalized.next(new float[] {1, 3, 2}, new int[] {1}, 1)).isEqualTo(2);
  }

  @Test
  void biasComesBeforePenalties() {
    // (1 + 3) / 4 is below 1.5; 1 / 4 + 3 is above it
    Sampling sampling = Sampling.builder().logitBias(0, 3).repeatPenalty(4).build();
    assertThat(chain(sampling, 2).next(new float[] {1, 1.5f}, new int[] {0}, 1)).isEqualTo(1);
  }

  @Test
  void penaltiesComeBeforeTopK() {
    Sampling.Builder sampling = Sampling.builder().temperature(1).topK(1).presencePenalty(2);
    assertThat(drawn(sampling, new float[] {3, 2}, 0)).containsExactly(1);
  }

  @Test
  void topKComesBeforeTopP() {
    // Of all, 0.45 alone is below 0.5; of the first two, 0.45 / 0.83 is not.
    float[] logits = logitsOf(0.45, 0.38, 0.17);
    assertThat(drawn(Sampling.builder().temperature(1).topP(0.5f), logits)).containsExactly(0, 1);
    assertThat(drawn(Sampling.builder().temperature(1).topP(0.5f).topK(2), logits))
        .containsExactly(0);
  }

  @Test
  void typicalPComesBeforeTopP() {
    // Typical-p keeps 0.25 alone (see StepsTest); top-p would have kept 0.6 alone.
    float[] logits = logitsOf(0.05, 0.6, 0.1, 0.25);
    assertThat(drawn(Sampling.builder().temperature(1).typicalP(0.2f).topP(0.5f), logits))
        .containsExactly(3);
  }

  @Test
  void filtersComeBeforeTemperature() {
    // A high temperature makes all probabilities nearly equal, so that a filter after it would keep
    // all.
    float[] logits = {9, 5, 0, -5};
    assertThat(drawn(Sampling.builder().temperature(100).topP(0.99f), logits))
        .containsExactly(0, 1);
    assertThat(drawn(Sampling.builder().temperature(100).minP(0.01f), logits))
        .containsExactly(0, 1);
    assertThat(drawn(Sampling.builder().temperature(100), logits)).containsExactly(0, 1, 2, 3);
  }

  static Sampling[] samplings() {
    return new Sampling[] {
      Sampling.greedy(),
      Sampling.topP(0.8f, 0.95f),
      Sampling.builder().temperature(1).build(),
      Sampling.builder().temperature(0.7f).topK(40).topP(0.9f).minP(0.05f).build(),
      Sampling.builder().temperature(1.5f).typicalP(0.9f).repeatPenalty(1.1f).build(),
      Sampling.builder().temperature(1).minP(0.1f).frequencyPenalty(0.2f).build(),
      Sampling.builder()
          .temperature(0.5f)
          .topK(500)
          .typicalP(0.8f)
          .topP(0.8f)
          .minP(0.01f)
          .repeatPenalty(1.2f)
          .presencePenalty(0.3f)
          .frequencyPenalty(0.1f)
          .penaltyWindow(Sampling.Window.wholeContext())
          .logitBias(3, 2)
          .build(),
      Sampling.builder()
          .temperature(1.5f)
          .dry(Sampling.Dry.of(0.8f))
          .topNSigma(1.5f)
          .xtc(new Sampling.Xtc(0.5f, 0.05f))
          .dynamicTemperature(new Sampling.DynamicTemperature(0.7f, 1.2f))
          .build(),
      mirostat(Sampling.Mirostat.Version.V1, 0.1f),
      mirostat(Sampling.Mirostat.Version.V2, 0.1f),
      Sampling.builder()
          .temperature(1)
          .samplers(candidates -> candidates.keep(id -> id > 3))
          .build()
    };
  }

  private static Sampling mirostat(Sampling.Mirostat.Version version, float learningRate) {
    return Sampling.builder()
        .temperature(0.9f)
        .mirostat(new Sampling.Mirostat(version, 4, learningRate))
        .build();
  }

  @ParameterizedTest
  @MethodSource("samplings")
  void theSameSeedGivesTheSameTokens(Sampling sampling) {
    int[] first = generate(sampling.toBuilder().seed(5).build());
    assertThat(generate(sampling.toBuilder().seed(5).build())).isEqualTo(first);
    if (sampling.temperature() > 0) {
      assertThat(generate(sampling.toBuilder().seed(6).build())).isNotEqualTo(first);
    }
  }

  @Test
  void withoutASeedTheTokensDifferEachTime() {
    Sampling sampling = Sampling.builder().temperature(1).build();
    assertThat(generate(sampling)).isNotEqualTo(generate(sampling));
  }

  private static int[] generate(Sampling sampling) {
    SamplerChain chain = chain(sampling, 1000);
    int[] tokens = new int[51];
    for (int count = 1; count < tokens.length; count++) {
      tokens[count] = chain.next(randomLogits(1000, tokens[count - 1]), tokens, count);
    }
    return tokens;
  }

  @ParameterizedTest
  @MethodSource("samplings")
  void theOnlyPossibleTokenIsChosen(Sampling sampling) {
    float[] logits = new float[1000];
    Arrays.fill(logits, BANNED);
    logits[700] = -5;
    assertThat(chain(sampling, 1000).next(logits, new int[] {700, 1}, 2)).isEqualTo(700);
  }

  @ParameterizedTest
  @MethodSource("samplings")
  void bannedTokensAreNeverChosen(Sampling sampling) {
    int[] banned = IntStream.range(0, 1000).filter(id -> id % 100 != 7).toArray();
    SamplerChain chain = chain(sampling.toBuilder().seed(3).build(), 1000, banned);
    for (int i = 0; i < 200; i++) {
      assertThat(next(chain, randomLogits(1000, i)) % 100).isEqualTo(7);
    }
  }

  @ParameterizedTest
  @MethodSource("samplings")
  void banningAllTokensIsAnError(Sampling sampling) {
    SamplerChain chain = chain(sampling, 50, IntStream.range(0, 50).toArray());
    assertThatExceptionOfType(NoTokenLeftException.class)
        .isThrownBy(() -> next(chain, randomLogits(50, 1)))
        .withMessageContaining("no token is left to choose from");
  }

  @ParameterizedTest
  @MethodSource("samplings")
  void nanLogitsAreAnError(Sampling sampling) {
    float[] logits = randomLogits(1000, 1);
    logits[999] = Float.NaN;
    assertThatThrownBy(() -> next(chain(sampling, 1000, 999), logits))
        .isInstanceOf(InvalidLogitsException.class)
        .hasMessageContaining("NaN for token 999");
  }

  @ParameterizedTest
  @MethodSource("samplings")
  void hugeLogitsDoNoHarm(Sampling sampling) {
    float[] logits = new float[1000];
    Arrays.fill(logits, -Float.MAX_VALUE);
    logits[4] = Float.MAX_VALUE;
    assertThat(next(chain(sampling, 1000), logits)).isEqualTo(4);
  }

  @Test
  void dryComesBeforeTopNSigmaAndTopK() {
    int[] context = {1, 2, 0, 1, 2}; // 0 would continue the repetition
    Sampling.Builder sampling =
        Sampling.builder()
            .temperature(1)
            .dry(new Sampling.Dry(4, 1, 2, Sampling.Window.wholeContext(), List.of()))
            .topK(1);
    assertThat(drawn(sampling, new float[] {9, 6, 0, 0}, context)).containsExactly(1);
    // Of 9, 6, 0, 0 two standard deviations keep 0 and 1; of 9, 0, 0, 0 they keep 0 alone.
    assertThat(
            drawn(Sampling.builder().temperature(5).topNSigma(2).topK(3), new float[] {9, 6, 0, 0}))
        .containsExactly(0, 1);
  }

  @Test
  void xtcAppliesAfterTheFilters() {
    // Of the first two 0.5 and 0.3 make 0.62 and 0.38: both are top choices, and one is left.
    float[] logits = logitsOf(0.5, 0.3, 0.2);
    Sampling.Builder sampling =
        Sampling.builder().temperature(1).topK(2).xtc(new Sampling.Xtc(1, 0.35f));
    assertThat(drawn(sampling, logits)).containsExactly(1);
  }

  @Test
  void mirostatReplacesTheFilters() {
    Sampling.Builder sampling =
        Sampling.builder()
            .temperature(1)
            .topK(1)
            .minP(1)
            .topNSigma(0.01f)
            .xtc(new Sampling.Xtc(1, 0.1f))
            .dynamicTemperature(new Sampling.DynamicTemperature(1, 1))
            .mirostat(new Sampling.Mirostat(Sampling.Mirostat.Version.V2, 5, 0));
    assertThat(drawn(sampling, logitsOf(0.5, 0.3, 0.2))).containsExactly(0, 1, 2);
  }

  @Test
  void aCustomSamplerRunsBetweenBansAndFilters() {
    TokenSampler sampler =
        candidates -> {
          assertThat(candidates.size()).isEqualTo(4);
          assertThat(candidates.logit(2)).isEqualTo(BANNED);
          candidates.setLogit(3, 10);
        };
    SamplerChain chain =
        chain(Sampling.builder().temperature(1).topK(1).samplers(sampler).build(), 4, 2);
    assertThat(next(chain, 1, 2, 3, 0)).isEqualTo(3);
  }

  @Test
  void customSamplersRunInOrderAndInGreedySamplingToo() {
    Sampling sampling =
        Sampling.builder()
            .samplers(
                candidates -> candidates.keep(id -> id != 1),
                candidates -> candidates.choose(candidates.indexOf(2)))
            .build();
    assertThat(next(chain(sampling, 4), 1, 9, 3, 5)).isEqualTo(2);
  }

  /** Chooses the ids in order. */
  private static final class Counting implements TokenSampler {
    private final List<Long> seeds;
    private int next;

    Counting(List<Long> seeds) {
      this.seeds = seeds;
    }

    @Override
    public TokenSampler start(long seed) {
      seeds.add(seed);
      return new Counting(seeds);
    }

    @Override
    public void apply(TokenCandidates candidates) {
      candidates.choose(next++);
    }
  }

  @Test
  void aCustomSamplerIsStartedForEachGenerationWithItsSeed() {
    List<Long> seeds = new ArrayList<>();
    Sampling sampling = Sampling.builder().seed(8).samplers(new Counting(seeds)).build();
    SamplerChain first = chain(sampling, 3);
    assertThat(next(first, 1, 2, 3)).isZero();
    assertThat(next(first, 1, 2, 3)).isEqualTo(1);
    assertThat(next(chain(sampling.toBuilder().seed(9).build(), 3), 1, 2, 3)).isZero();
    assertThat(next(first, 1, 2, 3)).isEqualTo(2);
    assertThat(seeds).containsExactly(8L, 9L);
  }

  @Test
  void stopTokensAreAllowedOnlyAfterTheMinimum() {
    SamplerChain chain =
        new SamplerChain(Sampling.greedy(), 3, NONE, new int[] {0}, 2, SequenceBreakers.NONE);
    assertThat(next(chain, 9, 2, 1)).isEqualTo(1);
    assertThat(next(chain, 9, 2, 1)).isEqualTo(1);
    assertThat(next(chain, 9, 2, 1)).isZero();
  }

  @Test
  void idsOutsideOfTheVocabularyAreRefusedByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> chain(Sampling.builder().logitBias(10, 1).build(), 10))
        .withMessage("logit bias of token 10: the model's token ids go from 0 to 9");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> chain(Sampling.greedy(), 10, 2, -1))
        .withMessageContaining("must not be sampled -1:");
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new SamplerChain(Sampling.greedy(), 10, NONE, new int[] {11}, 1, SequenceBreakers.NONE))
        .withMessageContaining("stop token 11:");
  }

  @ParameterizedTest
  @MethodSource("samplings")
  void tokensAllocateNothingAfterWarmUp(Sampling sampling) {
    int vocabularySize = 20_000;
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    SamplerChain chain = chain(sampling.toBuilder().seed(1).build(), vocabularySize, 1, 2);
    float[][] logits = new float[8][];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = randomLogits(vocabularySize, i);
    }
    int[] tokens = new int[400];
    for (int count = 0; count < 200; count++) {
      tokens[count] = chain.next(logits[count % 8], tokens, count);
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int count = 200; count < 400; count++) {
      tokens[count] = chain.next(logits[count % 8], tokens, count);
    }
    long perToken = (threads.getCurrentThreadAllocatedBytes() - before) / 200;
    assertThat(perToken).isLessThan(100); // the JVM itself, such as compilation
  }
}

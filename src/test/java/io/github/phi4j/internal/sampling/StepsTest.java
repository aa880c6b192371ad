package io.github.phi4j.internal.sampling;

import static io.github.phi4j.internal.sampling.CandidatesFixture.ids;
import static io.github.phi4j.internal.sampling.CandidatesFixture.logits;
import static io.github.phi4j.internal.sampling.CandidatesFixture.ofLogits;
import static io.github.phi4j.internal.sampling.CandidatesFixture.ofProbabilities;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.phi4j.api.Sampling;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each step against values computed by hand. */
final class StepsTest {

  private static final float BANNED = Float.NEGATIVE_INFINITY;

  private static Candidates apply(SamplingStep step, Candidates candidates) {
    step.apply(candidates);
    return candidates;
  }

  private static Candidates withContext(float[] logits, int... context) {
    Candidates candidates = new Candidates(logits.length);
    candidates.load(logits, context, context.length);
    return candidates;
  }

  @Test
  void biasIsAddedToTheLogitsOfItsTokensAlone() {
    Candidates candidates =
        apply(new LogitBias(Map.of(1, 2.5f, 3, -1f, 0, BANNED)), ofLogits(1, 2, 3, 4));
    assertThat(logits(candidates)).containsExactly(BANNED, 4.5f, 3, 3);
  }

  @Test
  void biasThatOverflowsGivesTheHighestFiniteLogit() {
    Candidates candidates = apply(new LogitBias(Map.of(0, 3e38f)), ofLogits(3e38f, 1));
    assertThat(logits(candidates)).containsExactly(Float.MAX_VALUE, 1);
  }

  @Test
  void biasDoesNotUndoABan() {
    Candidates candidates = apply(new LogitBias(Map.of(0, 100f)), ofLogits(BANNED, 1));
    assertThat(logits(candidates)).containsExactly(BANNED, 1);
  }

  @Test
  void bansApplyAlwaysOrToTheFirstTokensOnly() {
    Bans bans = new Bans(new int[] {0}, new int[] {2}, 2);
    assertThat(logits(apply(bans, ofLogits(1, 2, 3)))).containsExactly(BANNED, 2, BANNED);
    assertThat(logits(apply(bans, ofLogits(1, 2, 3)))).containsExactly(BANNED, 2, BANNED);
    assertThat(logits(apply(bans, ofLogits(1, 2, 3)))).containsExactly(BANNED, 2, 3);
  }

  @Test
  void repeatPenaltyDividesPositiveAndMultipliesNegativeLogitsOnce() {
    Candidates candidates = withContext(new float[] {4, -4, 0, 4, -4}, 0, 1, 0, 2, 0);
    apply(new Penalties(2, 0, 0, Sampling.Window.wholeContext(), 5), candidates);
    assertThat(logits(candidates)).containsExactly(2, -8, 0, 4, -4);
  }

  @Test
  void presenceIsSubtractedOnceAndFrequencyForEachOccurrence() {
    Candidates candidates = withContext(new float[] {4, -4, 1}, 0, 1, 0, 0);
    apply(new Penalties(1, 0.5f, 0.25f, Sampling.Window.wholeContext(), 3), candidates);
    assertThat(logits(candidates)).containsExactly(4 - 0.5f - 0.75f, -4 - 0.5f - 0.25f, 1);
  }

  @Test
  void repeatPenaltyComesBeforeTheOthers() {
    Candidates candidates = withContext(new float[] {4, 1}, 0);
    apply(new Penalties(2, 3, 0.5f, Sampling.Window.last(64), 2), candidates);
    assertThat(logits(candidates)).containsExactly(4 / 2f - 3 - 0.5f, 1);
  }

  @Test
  void penaltiesConsiderOnlyTheLastTokensOfTheContext() {
    int[] context = {0, 0, 1, 0, 2, 3}; // the last one is not in the context yet
    Candidates candidates = new Candidates(4);
    candidates.load(new float[] {8, 8, 8, 8}, context, 5);
    Penalties penalties = new Penalties(1, 0, 1, Sampling.Window.last(2), 4);
    penalties.apply(candidates);
    assertThat(logits(candidates)).containsExactly(7, 8, 7, 8);
    candidates.load(new float[] {8, 8, 8, 8}, context, 5);
    penalties.apply(candidates);
    assertThat(logits(candidates)).containsExactly(7, 8, 7, 8);
    candidates.load(new float[] {8, 8, 8, 8}, context, 5);
    apply(new Penalties(1, 0, 1, Sampling.Window.last(1000), 4), candidates);
    assertThat(logits(candidates)).containsExactly(5, 7, 7, 8);
  }

  @Test
  void overflowingPenaltiesNeitherUndoABanNorGiveNaN() {
    Candidates candidates = withContext(new float[] {BANNED, 3e38f, -3e38f, 1}, 0, 1, 2, 2);
    apply(new Penalties(1e-3f, 0, -3e38f, Sampling.Window.wholeContext(), 4), candidates);
    assertThat(logits(candidates)).containsExactly(BANNED, Float.MAX_VALUE, Float.MAX_VALUE, 1);
  }

  @Test
  void topKKeepsTheMostProbableSorted() {
    assertThat(ids(apply(new TopK(3), ofLogits(1, 5, 3, 5, 4)))).containsExactly(1, 3, 4);
    assertThat(ids(apply(new TopK(1), ofLogits(1, 5, 3, 5, 4)))).containsExactly(1);
  }

  @Test
  void topKAboveTheNumberOfTokensKeepsAll() {
    assertThat(ids(apply(new TopK(5), ofLogits(1, 5, 3)))).containsExactly(0, 1, 2);
    assertThat(ids(apply(new TopK(3), ofLogits(1, 5, 3)))).containsExactly(0, 1, 2);
  }

  @Test
  void topPKeepsTheSmallestSetThatReachesTheSum() {
    double[] probabilities = {0.1, 0.5, 0.15, 0.25};
    assertThat(ids(apply(new TopP(0.3f), ofProbabilities(probabilities)))).containsExactly(1);
    assertThat(ids(apply(new TopP(0.51f), ofProbabilities(probabilities)))).containsExactly(1, 3);
    assertThat(ids(apply(new TopP(0.74f), ofProbabilities(probabilities)))).containsExactly(1, 3);
    assertThat(ids(apply(new TopP(0.76f), ofProbabilities(probabilities))))
        .containsExactly(1, 3, 2);
    assertThat(ids(apply(new TopP(0.91f), ofProbabilities(probabilities))))
        .containsExactly(1, 3, 2, 0);
  }

  @Test
  void topPReachesASumExactly() {
    // Powers of two, whose sums have no rounding: 1/2 + 1/4 is at least 0.75.
    Candidates candidates = ofProbabilities(0.125, 0.5, 0.125, 0.25);
    assertThat(ids(apply(new TopP(0.75f), candidates))).containsExactly(1, 3);
  }

  @Test
  void topPKeepsAtLeastOne() {
    assertThat(ids(apply(new TopP(Float.MIN_VALUE), ofProbabilities(0.4, 0.6)))).containsExactly(1);
  }

  @Test
  void topPExtendsTheRanking() {
    float[] flat = new float[100_000];
    Candidates candidates = apply(new TopP(0.5f), ofLogits(flat));
    assertThat(candidates.size()).isBetween(49_999, 50_001);
    assertThat(ids(candidates)).isEqualTo(IntStream.range(0, candidates.size()).toArray());
  }

  @Test
  void topPOfSortedCandidatesIsTheSame() {
    Candidates candidates = apply(new TopK(3), ofProbabilities(0.1, 0.5, 0.15, 0.25));
    // 0.5, 0.25 and 0.15 make 0.556, 0.278 and 0.167 once the fourth is gone
    assertThat(ids(apply(new TopP(0.8f), candidates))).containsExactly(1, 3);
  }

  @Test
  void minPIsRelativeToTheMostProbable() {
    double[] probabilities = {0.1, 0.5, 0.15, 0.25};
    assertThat(ids(apply(new MinP(0.19f), ofProbabilities(probabilities))))
        .containsExactly(0, 1, 2, 3);
    assertThat(ids(apply(new MinP(0.21f), ofProbabilities(probabilities))))
        .containsExactly(1, 2, 3);
    assertThat(ids(apply(new MinP(0.31f), ofProbabilities(probabilities)))).containsExactly(1, 3);
    assertThat(ids(apply(new MinP(1), ofProbabilities(probabilities)))).containsExactly(1);
  }

  @Test
  void minPKeepsTheOrderOfSortedCandidates() {
    Candidates candidates = apply(new TopK(3), ofProbabilities(0.1, 0.5, 0.15, 0.25));
    assertThat(ids(apply(new MinP(0.4f), candidates))).containsExactly(1, 3);
    assertThat(candidates.sorted()).isTrue();
  }

  @Test
  void typicalPKeepsTheTokensNearestToTheEntropy() {
    // Entropy 0.6·0.511 + 0.25·1.386 + 0.1·2.303 + 0.05·2.996 = 1.033; the distances from it are
    // 0.522 (0.6), 0.353 (0.25), 1.269 (0.1) and 1.963 (0.05).
    double[] probabilities = {0.05, 0.6, 0.1, 0.25};
    assertThat(ids(apply(new TypicalP(0.2f, 4), ofProbabilities(probabilities))))
        .containsExactly(3);
    assertThat(ids(apply(new TypicalP(0.26f, 4), ofProbabilities(probabilities))))
        .containsExactly(1, 3);
    assertThat(ids(apply(new TypicalP(0.84f, 4), ofProbabilities(probabilities))))
        .containsExactly(1, 3);
    assertThat(ids(apply(new TypicalP(0.86f, 4), ofProbabilities(probabilities))))
        .containsExactly(1, 2, 3);
    assertThat(ids(apply(new TypicalP(0.96f, 4), ofProbabilities(probabilities))))
        .containsExactly(0, 1, 2, 3);
  }

  @Test
  void typicalPTakesTheLowerIdOfEquallyTypicalTokensUntilTheSumIsExceeded() {
    Candidates candidates = apply(new TypicalP(0.5f, 4), ofLogits(0, 0, 0, 0));
    assertThat(ids(candidates)).containsExactly(0, 1, 2); // two make 0.5, which is not more
  }

  @Test
  void typicalPIgnoresImpossibleTokens() {
    Candidates candidates = ofLogits(BANNED, 0, -1e30f, 0);
    assertThat(ids(apply(new TypicalP(0.9f, 4), candidates))).containsExactly(1, 3);
  }

  @Test
  void typicalPExtendsTheRankingAndKeepsTheOrder() {
    Candidates flat = apply(new TypicalP(0.5f, 10_000), ofLogits(new float[10_000]));
    assertThat(flat.size()).isBetween(4_999, 5_002);
    Candidates sorted = apply(new TopK(3), ofProbabilities(0.05, 0.6, 0.1, 0.25));
    assertThat(ids(apply(new TypicalP(0.7f, 4), sorted))).containsExactly(1, 3);
    assertThat(sorted.sorted()).isTrue();
  }

  @Test
  void temperatureScalesTheDifferencesOfLogits() {
    Candidates candidates = apply(new Temperature(0.5f), ofLogits(1, 3, BANNED));
    candidates.softmax();
    double odds = candidates.probabilities()[1] / candidates.probabilities()[0];
    assertThat(odds).isBetween(Math.exp(4) - 1e-3, Math.exp(4) + 1e-3);
    assertThat(candidates.probabilities()[2]).isZero();
  }

  @Test
  void temperatureDoesNotOverflow() {
    Candidates candidates = apply(new Temperature(0.01f), ofLogits(3e38f, 2e38f, -3e38f));
    candidates.softmax();
    assertThat(candidates.probabilities()).containsExactly(1, 0, 0);
    candidates = apply(new Temperature(Float.MIN_VALUE), ofLogits(1, 1, 0));
    candidates.softmax();
    assertThat(candidates.probabilities()).containsExactly(0.5f, 0.5f, 0);
  }

  @Test
  void topNSigmaKeepsTheLogitsNearTheHighest() {
    // Of 1, 2, 3, 4 the mean is 2.5 and the deviation √1.25 = 1.118; bans are excluded.
    assertThat(ids(apply(new TopNSigma(0.5f), ofLogits(1, 4, BANNED, 3, 2)))).containsExactly(1);
    assertThat(ids(apply(new TopNSigma(1), ofLogits(1, 4, BANNED, 3, 2)))).containsExactly(1, 3);
    assertThat(ids(apply(new TopNSigma(2), ofLogits(1, 4, BANNED, 3, 2)))).containsExactly(1, 3, 4);
    assertThat(ids(apply(new TopNSigma(3), ofLogits(1, 4, BANNED, 3, 2))))
        .containsExactly(0, 1, 3, 4);
  }

  @Test
  void topNSigmaOfEqualLogitsKeepsThemAll() {
    assertThat(ids(apply(new TopNSigma(1), ofLogits(0.1f, 0.1f, BANNED, 0.1f))))
        .containsExactly(0, 1, 3);
  }

  private static int[] xtc(float probability, float threshold, double... probabilities) {
    Xtc xtc = new Xtc(probability, threshold, new SplitMix64(1));
    return ids(apply(xtc, ofProbabilities(probabilities)));
  }

  @Test
  void xtcExcludesAllTopChoicesButTheLeastProbable() {
    assertThat(xtc(1, 0.15f, 0.2, 0.4, 0.1, 0.3)).containsExactly(0, 2);
    assertThat(xtc(1, 0.25f, 0.2, 0.4, 0.1, 0.3)).containsExactly(0, 2, 3);
    assertThat(xtc(1, 0.05f, 0.2, 0.4, 0.1, 0.3)).containsExactly(2);
  }

  @ParameterizedTest
  @ValueSource(floats = {0, 1e-30f, 0.1f})
  void xtcNeverLeavesOnlyBannedTokens(float threshold) {
    assertThat(xtc(1, threshold, 0.2, 0, 0.5, 0, 0.3)).contains(0).doesNotContain(2, 4);
    assertThat(xtc(1, threshold, 0, 0, 1)).contains(2);
    Candidates candidates =
        apply(new Xtc(1, 0, new SplitMix64(1)), ofProbabilities(0, 0.7, 0.3, 0));
    assertThat(candidates.logit(candidates.best())).isGreaterThan(Float.NEGATIVE_INFINITY);
  }

  @Test
  void xtcNeedsTwoTopChoices() {
    assertThat(xtc(1, 0.35f, 0.2, 0.4, 0.1, 0.3)).containsExactly(0, 1, 2, 3);
    assertThat(xtc(1, 0.45f, 0.2, 0.4, 0.1, 0.3)).containsExactly(0, 1, 2, 3);
    assertThat(xtc(1, 0.51f, 0.2, 0.4, 0.1, 0.3)).containsExactly(0, 1, 2, 3);
  }

  @Test
  void xtcOfEqualTopChoicesKeepsTheLastInOrder() {
    assertThat(xtc(1, 0.2f, 0.25, 0.25, 0.25, 0.25)).containsExactly(3);
    Candidates sorted = apply(new TopK(3), ofProbabilities(0.1, 0.3, 0.3, 0.3));
    apply(new Xtc(1, 0.2f, new SplitMix64(1)), sorted);
    assertThat(ids(sorted)).containsExactly(3);
    assertThat(sorted.sorted()).isTrue();
  }

  @Test
  void xtcHappensAsOftenAsItsProbabilitySays() {
    Xtc xtc = new Xtc(0.3f, 0.1f, new SplitMix64(5));
    int happened = 0;
    for (int i = 0; i < 10_000; i++) {
      happened += apply(xtc, ofProbabilities(0.6, 0.4)).size() == 1 ? 1 : 0;
    }
    assertThat(happened).isBetween(2800, 3200); // four standard deviations of 46
  }

  @Test
  void dynamicTemperatureFollowsTheEntropy() {
    // 0.8 and 0.2 have the entropy 0.8 ln 1.25 + 0.2 ln 5 = 0.50040, a share of 0.72193 of ln 2;
    // temperatures from 0.5 to 1.5 make 1.22193 of it, and 1.02118 of its square.
    float difference = (float) Math.log(4);
    float[] linear = logits(apply(new DynamicTemperature(1, 0.5f, 1), ofProbabilities(0.8, 0.2)));
    assertThat(linear[0] - linear[1]).isCloseTo(difference / 1.22193f, within(1e-5f));
    float[] squared = logits(apply(new DynamicTemperature(1, 0.5f, 2), ofProbabilities(0.8, 0.2)));
    assertThat(squared[0] - squared[1]).isCloseTo(difference / 1.02118f, within(1e-5f));
  }

  @Test
  void dynamicTemperatureOfZeroKeepsTheBest() {
    assertThat(ids(apply(new DynamicTemperature(1, 2, 1), ofLogits(BANNED, 3, BANNED))))
        .containsExactly(1);
  }

  @Test
  void greedyTakesTheLowestIdOfTheMostProbable() {
    assertThat(new Greedy().choose(ofLogits(1, 3, 3, 2))).isEqualTo(1);
    assertThat(new Greedy().choose(apply(new TopK(2), ofLogits(1, 3, 4, 2)))).isEqualTo(2);
  }
}

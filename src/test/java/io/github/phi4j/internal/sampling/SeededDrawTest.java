package io.github.phi4j.internal.sampling;

import static io.github.phi4j.internal.sampling.CandidatesFixture.ofLogits;
import static io.github.phi4j.internal.sampling.CandidatesFixture.ofProbabilities;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SeededDrawTest {

  @Test
  void theGeneratorMatchesPublishedNumbers() {
    SplitMix64 random = new SplitMix64(1234567);
    assertThat(random.nextLong()).isEqualTo(6457827717110365317L);
    assertThat(random.nextLong()).isEqualTo(3203168211198807973L);
    assertThat(random.nextLong()).isEqualTo(Long.parseUnsignedLong("9817491932198370423"));
  }

  @Test
  void theGeneratorAgreesWithTheOneOfTheJdk() {
    for (long seed : new long[] {0, 1, -1, 42, Long.MIN_VALUE}) {
      SplitMix64 actual = new SplitMix64(seed);
      SplittableRandom expected = new SplittableRandom(seed);
      for (int i = 0; i < 100; i++) {
        assertThat(actual.nextDouble()).isEqualTo((expected.nextLong() >>> 11) * 0x1p-53);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 7, -1})
  void drawsFollowTheProbabilities(long seed) {
    double[] probabilities = {0.02, 0.4, 0.08, 0.2, 0.3};
    int draws = 100_000;
    int[] seen = new int[probabilities.length];
    SeededDraw draw = new SeededDraw(new SplitMix64(seed));
    Candidates candidates = ofProbabilities(probabilities);
    for (int i = 0; i < draws; i++) {
      seen[draw.choose(candidates)]++;
    }
    double chiSquare = 0;
    for (int i = 0; i < seen.length; i++) {
      double expected = draws * probabilities[i];
      chiSquare += (seen[i] - expected) * (seen[i] - expected) / expected;
    }
    assertThat(chiSquare).isLessThan(18.47); // 4 degrees of freedom, p = 0.001
  }

  @Test
  void theFirstDrawsOfNeighbouringSeedsFollowTheProbabilities() {
    int[] seen = new int[4];
    for (int seed = 0; seed < 10_000; seed++) {
      seen[new SeededDraw(new SplitMix64(seed)).choose(ofLogits(0, 0, 0, 0))]++;
    }
    assertThat(IntStream.of(seen)).allMatch(count -> Math.abs(count - 2500) < 150);
  }

  @Test
  void impossibleTokensAreNeverDrawn() {
    float banned = Float.NEGATIVE_INFINITY;
    for (int seed = 0; seed < 1000; seed++) {
      SeededDraw draw = new SeededDraw(new SplitMix64(seed));
      assertThat(draw.choose(ofLogits(banned, -1e30f, 2, banned, -200, banned))).isEqualTo(2);
      assertThat(draw.choose(ofLogits(banned, 1, banned, 1, banned))).isIn(1, 3);
    }
  }
}

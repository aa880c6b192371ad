package io.github.phi4j.internal.sampling;

import static io.github.phi4j.internal.sampling.CandidatesFixture.ofProbabilities;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class MirostatTest {

  private static SeededDraw draw(long seed) {
    return new SeededDraw(new SplitMix64(seed));
  }

  @Test
  void theLimitStartsAtTwiceTheTargetAndFollowsTheSurprise() {
    MirostatTarget target = new MirostatTarget(1, 0.1f);
    assertThat(target.mu()).isEqualTo(2);
    target.observe(0.25f); // two bits, one too many
    assertThat(target.mu()).isCloseTo(1.9, within(1e-7));
    target.observe(1); // none, one too few
    assertThat(target.mu()).isCloseTo(2, within(1e-7));
  }

  @Test
  void tokensOfMoreSurpriseThanTheLimitAreDropped() {
    // μ = 2 bits keeps 1/2 and 1/4, which become 2/3 and 1/3. Drawing the second, log2 3 = 1.585
    // bits, makes μ = 2 − 0.585 = 1.415, which keeps 1/2 alone; drawing the first raises μ.
    Set<Integer> first = new TreeSet<>();
    for (int seed = 0; seed < 100; seed++) {
      Mirostat mirostat = new Mirostat(new MirostatTarget(1, 1), draw(seed));
      int drawn = mirostat.choose(ofProbabilities(0.125, 0.25, 0.5, 0.125));
      first.add(drawn);
      int next = mirostat.choose(ofProbabilities(0.125, 0.25, 0.5, 0.125));
      assertThat(next).isIn(drawn == 1 ? Set.of(2) : Set.of(1, 2));
    }
    assertThat(first).containsExactly(1, 2);
  }

  @Test
  void theMostProbableTokenIsAlwaysKept() {
    Mirostat mirostat = new Mirostat(new MirostatTarget(0, 1), draw(1));
    for (int i = 0; i < 50; i++) {
      assertThat(mirostat.choose(ofProbabilities(0.3, 0.4, 0.3))).isEqualTo(1);
    }
  }

  @Test
  void theMeanSurpriseComesNearTheTarget() {
    double[] zipf = zipf(1000, 1.1);
    MirostatTarget target = new MirostatTarget(3, 0.1f);
    Mirostat mirostat = new Mirostat(target, draw(2));
    double start = target.mu();
    int count = 3000;
    for (int i = 0; i < count; i++) {
      mirostat.choose(ofProbabilities(zipf));
    }
    // μ moves by the rate times the summed errors, so a bounded μ bounds their mean.
    assertThat(Math.abs(target.mu() - start) / 0.1 / count).isLessThan(0.05);
  }

  @Test
  void theFirstVersionKeepsTheNumberOfZipfsLaw() {
    // Exactly Zipf with exponent 2, μ = 4 bits, 100 tokens: (1 · 16 / (1 − 1/100))^½ = 4.02.
    MirostatV1 mirostat = new MirostatV1(new MirostatTarget(2, 0), draw(3), 100);
    Set<Integer> drawn = new TreeSet<>();
    for (int i = 0; i < 2000; i++) {
      drawn.add(mirostat.choose(ofProbabilities(zipf(100, 2))));
    }
    assertThat(drawn).containsExactly(0, 1, 2, 3);
  }

  @Test
  void theFirstVersionHandlesSingleAndEqualTokens() {
    MirostatV1 single = new MirostatV1(new MirostatTarget(2, 0.1f), draw(4), 1);
    assertThat(single.choose(ofProbabilities(1))).isZero();
    MirostatV1 equal = new MirostatV1(new MirostatTarget(2, 0.1f), draw(4), 2);
    assertThat(equal.choose(ofProbabilities(0.5, 0.5))).isBetween(0, 1);
  }

  private static double[] zipf(int size, double exponent) {
    double[] probabilities = new double[size];
    double sum = 0;
    for (int i = 0; i < size; i++) {
      probabilities[i] = Math.pow(i + 1, -exponent);
      sum += probabilities[i];
    }
    for (int i = 0; i < size; i++) {
      probabilities[i] /= sum;
    }
    return probabilities;
  }
}

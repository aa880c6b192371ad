package io.github.phi4j.internal.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.phi4j.api.TokenLogProb;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LogProbabilitiesTest {

  private static float log(double probability) {
    return (float) Math.log(probability);
  }

  @Test
  void theTokenAndTheMostProbableOnesAreReported() {
    float[] logits = {log(0.125), log(0.5), log(0.125), log(0.25)};
    TokenLogProb token = new LogProbabilities().of(logits, 2, 3, Optional.empty());
    assertThat(token.id()).isEqualTo(2);
    assertThat(token.logProb()).isCloseTo(Math.log(0.125), within(1e-6));
    assertThat(token.alternatives())
        .extracting(TokenLogProb.Alternative::id)
        .containsExactly(1, 3, 0);
    assertThat(token.alternatives().getFirst().logProb()).isCloseTo(Math.log(0.5), within(1e-6));
  }

  @Test
  void moreAlternativesThanTokensAreAll() {
    TokenLogProb token = new LogProbabilities().of(new float[] {1, 1}, 0, 9, Optional.empty());
    assertThat(token.alternatives()).hasSize(2);
    assertThat(new LogProbabilities().of(new float[] {1, 1}, 0, 0, Optional.empty()).alternatives())
        .isEmpty();
  }

  @Test
  void hugeLogitsDoNotOverflow() {
    assertThat(LogProbabilities.of(new float[] {1000, 1000}, 0).logProb())
        .isCloseTo(-Math.log(2), within(1e-12));
    assertThat(LogProbabilities.of(new float[] {1000, -1000}, 1).logProb())
        .isCloseTo(-2000, within(1e-9));
  }

  @Test
  void sumsOverLargeVocabulariesAreExact() {
    float[] logits = new float[200_064]; // a sum of floats would be off in the sixth digit
    logits[0] = 12;
    double expected = Math.log(Math.exp(12) + 200_063);
    assertThat(LogProbabilities.logSum(logits)).isCloseTo(expected, within(1e-11));
  }
}

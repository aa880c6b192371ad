package io.github.phi4j.internal.sampling;

import static io.github.phi4j.internal.sampling.CandidatesFixture.NO_CONTEXT;
import static io.github.phi4j.internal.sampling.CandidatesFixture.ids;
import static io.github.phi4j.internal.sampling.CandidatesFixture.logits;
import static io.github.phi4j.internal.sampling.CandidatesFixture.ofLogits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.phi4j.api.InvalidLogitsException;
import io.github.phi4j.api.NoTokenLeftException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CandidatesTest {

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void aNanLogitIsRefusedWithItsToken(float logit) {
    assertThatThrownBy(() -> ofLogits(1, 2, logit, 3))
        .isInstanceOf(InvalidLogitsException.class)
        .hasMessageContaining("logit " + logit + " for token 2");
    assertThatThrownBy(() -> ofLogits(logit)).isInstanceOf(InvalidLogitsException.class);
  }

  @Test
  void aWrongNumberOfLogitsOrTokensIsRefused() {
    Candidates candidates = new Candidates(3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> candidates.load(new float[2], NO_CONTEXT, 0))
        .withMessage("2 logits for a vocabulary of 3 tokens");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> candidates.load(new float[3], new int[4], 5))
        .withMessage("5 tokens in an array of 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> candidates.load(new float[3], new int[4], -1));
  }

  @Test
  void softmaxGivesProbabilitiesAndTheLogOfTheSum() {
    Candidates candidates = ofLogits(0, (float) Math.log(3), Float.NEGATIVE_INFINITY);
    assertThat(candidates.softmax()).isCloseTo(Math.log(4), within(1e-7));
    assertThat(candidates.probabilities())
        .containsExactly(new float[] {0.25f, 0.75f, 0}, within(1e-7f));
  }

  @Test
  void softmaxOfHugeLogitsIsFinite() {
    Candidates candidates = ofLogits(Float.MAX_VALUE, -Float.MAX_VALUE, Float.MAX_VALUE);
    assertThat(candidates.softmax()).isEqualTo(Float.MAX_VALUE + Math.log(2));
    assertThat(candidates.probabilities()).containsExactly(0.5f, 0, 0.5f);
  }

  @Test
  void theBestIsTheHighestWithTheLowestId() {
    assertThat(ofLogits(-3, -1, -2, -1).best()).isEqualTo(1);
    assertThat(ofLogits(-0f, 0f).best()).isZero();
  }

  @Test
  void thereIsNoBestIfAllAreBanned() {
    Candidates candidates = ofLogits(Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY);
    assertThatExceptionOfType(NoTokenLeftException.class)
        .isThrownBy(candidates::best)
        .withMessageContaining("all 2 of the vocabulary are banned");
  }

  @Test
  void rankedCandidatesStaySortedWhenMoreAreDropped() {
    Candidates candidates = ofLogits(1, 4, 2, 4, 3);
    assertThat(candidates.rank(4)).isGreaterThanOrEqualTo(4);
    candidates.keepRanked(4);
    assertThat(candidates.sorted()).isTrue();
    assertThat(ids(candidates)).containsExactly(1, 3, 4, 2);
    assertThat(logits(candidates)).containsExactly(4, 4, 3, 2);
    assertThat(candidates.rank(1)).isEqualTo(4);
    candidates.keepRanked(3);
    assertThat(ids(candidates)).containsExactly(1, 3, 4);
    candidates.keepAtLeast(4, candidates.logits());
    assertThat(ids(candidates)).containsExactly(1, 3);
    assertThat(candidates.best()).isZero();
  }

  @Test
  void loadingResetsCandidates() {
    Candidates candidates = ofLogits(1, 4, 2);
    candidates.rank(1);
    candidates.keepRanked(1);
    candidates.load(new float[] {7, 8, 9}, new int[] {5, 6}, 1);
    assertThat(candidates.sorted()).isFalse();
    assertThat(ids(candidates)).containsExactly(0, 1, 2);
    assertThat(logits(candidates)).containsExactly(7, 8, 9);
    assertThat(candidates.contextLength()).isEqualTo(1);
  }

  @Test
  void aLogitIsReplacedOnlyBeforeAnyTokenIsDropped() {
    Candidates candidates = ofLogits(1, 2);
    candidates.setLogit(0, Float.POSITIVE_INFINITY);
    assertThat(candidates.logit(0)).isEqualTo(Float.MAX_VALUE);
    candidates.rank(1);
    candidates.keepRanked(1);
    assertThatIllegalStateException().isThrownBy(() -> candidates.setLogit(0, 1));
  }
}

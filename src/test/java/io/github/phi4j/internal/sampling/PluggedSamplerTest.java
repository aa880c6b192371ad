package io.github.phi4j.internal.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.phi4j.api.NoTokenLeftException;
import io.github.phi4j.api.TokenCandidates;
import io.github.phi4j.api.TokenSampler;
import org.junit.jupiter.api.Test;

final class PluggedSamplerTest {

  private static final float BANNED = Float.NEGATIVE_INFINITY;

  private static Candidates apply(TokenSampler sampler, float... logits) {
    Candidates candidates = new Candidates(logits.length);
    candidates.load(logits, new int[] {7, 8, 9}, 2);
    new PluggedSampler(sampler).apply(candidates);
    return candidates;
  }

  @Test
  void candidatesAreOrderedByIdWithTheirLogitsAndContext() {
    apply(
        candidates -> {
          assertThat(candidates.size()).isEqualTo(3);
          assertThat(candidates.id(1)).isEqualTo(1);
          assertThat(candidates.logit(1)).isEqualTo(5);
          assertThat(candidates.indexOf(2)).isEqualTo(2);
          assertThat(candidates.indexOf(3)).isEqualTo(-1);
          assertThat(candidates.contextLength()).isEqualTo(2);
          assertThat(candidates.contextToken(1)).isEqualTo(8);
          assertThatExceptionOfType(IndexOutOfBoundsException.class)
              .isThrownBy(() -> candidates.contextToken(2));
          assertThatExceptionOfType(IndexOutOfBoundsException.class)
              .isThrownBy(() -> candidates.id(3));
        },
        4,
        5,
        6);
  }

  @Test
  void logitsAndCandidatesMoveTogether() {
    Candidates left =
        apply(
            candidates -> {
              candidates.keep(id -> id % 2 == 1);
              assertThat(candidates.indexOf(3)).isEqualTo(1);
              assertThat(candidates.indexOf(2)).isEqualTo(-1);
              candidates.setLogit(1, 8);
            },
            0,
            1,
            2,
            3);
    assertThat(CandidatesFixture.ids(left)).containsExactly(1, 3);
    assertThat(CandidatesFixture.logits(left)).containsExactly(1, 8);
  }

  @Test
  void aChosenCandidateIsTheOnlyOne() {
    assertThat(CandidatesFixture.ids(apply(candidates -> candidates.choose(2), 0, 1, 2, 3)))
        .containsExactly(2);
  }

  @Test
  void missingChoicesAreRefused() {
    assertThatExceptionOfType(NoTokenLeftException.class)
        .isThrownBy(() -> apply(candidates -> candidates.keep(id -> false), 1, 2))
        .withMessageContaining("a token sampler kept none");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> apply(candidates -> candidates.choose(1), 1, BANNED))
        .withMessageContaining("token 1 cannot be chosen");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> apply(candidates -> candidates.setLogit(0, Float.NaN), 1, 2))
        .withMessageContaining("not NaN");
  }

  @Test
  void candidatesAreInvalidAfterTheSamplerReturns() {
    TokenCandidates[] kept = new TokenCandidates[1];
    apply(candidates -> kept[0] = candidates, 1, 2);
    assertThatIllegalStateException()
        .isThrownBy(() -> kept[0].id(0))
        .withMessageContaining("until it returns");
  }
}

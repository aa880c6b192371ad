package io.github.phi4j.internal.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RankingTest {

  private final Ranking ranking = new Ranking();

  private int[] rank(float[] values, int count) {
    int ranked = ranking.rank(values, values.length, count);
    assertThat(ranked).isBetween(count, values.length);
    return IntStream.range(0, ranked).map(ranking::index).toArray();
  }

  @Test
  void theHighestComeFirstAndEqualOnesByIndex() {
    float[] values = {
      1, -2, 3, Float.NEGATIVE_INFINITY, 3, -0f, 0f, Float.MAX_VALUE, -Float.MAX_VALUE
    };
    assertThat(rank(values, values.length)).containsExactly(7, 2, 4, 0, 5, 6, 1, 8, 3);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 40, 1000, 99_999, 100_352})
  void theRankingEqualsThatOfACompleteSort(int count) {
    SplittableRandom random = new SplittableRandom(count);
    float[] values = new float[100_352];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.round(random.nextDouble() * 4000) / 100 - 20;
    }
    int[] expected =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.<Integer>comparingDouble(i -> -values[i]).thenComparing(i -> i))
            .mapToInt(Integer::intValue)
            .toArray();
    int[] actual = rank(values, count);
    assertThat(actual).isEqualTo(Arrays.copyOf(expected, actual.length));
  }

  @Test
  void onlyTheGivenNumberOfValuesIsRanked() {
    float[] values = {1, 2, 9};
    assertThat(ranking.rank(values, 2, 1)).isBetween(1, 2);
    assertThat(ranking.index(0)).isEqualTo(1);
  }

  @Test
  void noValuesHaveNoRanking() {
    assertThat(ranking.rank(new float[0], 0, 0)).isZero();
  }
}

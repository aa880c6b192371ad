package io.github.phi4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatisticsTest {

  private static final int REPEATS = 3000;

  private static Statistics.Question question(String group, double... values) {
    return new Statistics.Question(
        group, java.util.Arrays.stream(values).mapToObj(Measure::of).toList());
  }

  @Test
  void theTwoErrorsAreThoseOfTheTextbooks() {
    Estimate estimate =
        Statistics.estimate(List.of(question("a", 1, 0), question("b", 1, 1), question("c", 0, 0)));
    assertThat(estimate.value()).isEqualTo(0.5);
    // Runs: the one question that varies has variance 1/2 over 2 runs, in a mean of 3.
    assertThat(estimate.runError()).isCloseTo(Math.sqrt(0.25) / 3, within(1e-12));
    // Questions: means 0.5, 1, 0 have the standard deviation 0.5.
    assertThat(estimate.questionError()).isCloseTo(0.5 / Math.sqrt(3), within(1e-12));
  }

  @Test
  void relatedQuestionsCountAsOneGroup() {
    List<Statistics.Question> apart = new ArrayList<>();
    List<Statistics.Question> together = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      double value = i / 4 % 2;
      apart.add(question("q" + i, value));
      together.add(question("g" + i / 4, value));
    }
    // Four copies of each answer count as one question.
    double ratio =
        Statistics.estimate(together).questionError() / Statistics.estimate(apart).questionError();
    assertThat(ratio).isCloseTo(2 * Math.sqrt(10 / 9.0 * 39 / 40.0), within(1e-9));
  }

  @Test
  void weightsMakeARatio() {
    Estimate estimate =
        Statistics.estimate(
            List.of(
                new Statistics.Question("a", List.of(new Measure(1, 3))),
                new Statistics.Question("b", List.of(new Measure(0, 1))),
                new Statistics.Question("c", List.of(new Measure(1, 0)))));
    assertThat(estimate.value()).isEqualTo(0.75);
    assertThat(estimate.runError()).isNaN();
  }

  @ParameterizedTest
  @CsvSource({
    "8,10,0.490162,0.943318",
    "0,10,0,0.277533",
    "10,10,0.722467,1",
    "50,100,0.403832,0.596168"
  })
  void wilsonsInterval(double successes, double trials, double low, double high) {
    Interval interval = Statistics.wilson(successes, trials, Statistics.Z95);
    assertThat(interval.low()).isCloseTo(low, within(1e-6));
    assertThat(interval.high()).isCloseTo(high, within(1e-6));
  }

  @Test
  void passAtKIsTheShareOfSubsetsWithARightReply() {
    assertThat(Statistics.passAtK(10, 3, 1)).isCloseTo(0.3, within(1e-12));
    assertThat(Statistics.passAtK(5, 2, 2)).isCloseTo(1 - 3.0 / 10, within(1e-12));
    assertThat(Statistics.passAtK(5, 2, 4)).isEqualTo(1);
    assertThat(Statistics.passAtK(200, 0, 100)).isEqualTo(0);
    assertThatThrownBy(() -> Statistics.passAtK(5, 2, 6))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void majorityCountsVotes() {
    List<String> answers = List.of("7", "7", "9", "9", "9", "", "", "", "");
    List<Boolean> right = answers.stream().map("7"::equals).toList();
    assertThat(Statistics.majorityAtK(answers, right, 9)).isEqualTo(0);
    assertThat(Statistics.majorityAtK(answers, right, 1)).isEqualTo(2 / 9.0);
    assertThat(Statistics.majorityAtK(List.of("7", "9"), List.of(true, false), 2)).isEqualTo(0.5);
    // Two of three: 7 wins with two 7s (one way of three) and ties never.
    double three = Statistics.majorityAtK(List.of("7", "7", "9"), List.of(true, true, false), 2);
    assertThat(three).isCloseTo(1 / 3.0 + 2 / 3.0 * 0.5, within(0.03));
  }

  @Test
  void theNormalDistribution() {
    assertThat(Statistics.normalCdf(0)).isEqualTo(0.5);
    assertThat(Statistics.normalCdf(1.959963984540054)).isCloseTo(0.975, within(1e-14));
    assertThat(Statistics.normalCdf(-5)).isCloseTo(2.866515718791939e-7, within(1e-18));
    assertThat(Statistics.normalQuantile(0.975)).isCloseTo(1.959963984540054, within(1e-12));
    assertThat(Statistics.normalQuantile(0.001)).isCloseTo(-3.090232306167813, within(1e-12));
  }

  @Test
  void signFlips() {
    assertThat(Statistics.signFlipTest(1, 1, 1, 1, 1)).isEqualTo(2 / 32.0);
    assertThat(Statistics.signFlipTest(0, 0, 0)).isEqualTo(1);
    assertThat(Statistics.signFlipTest(3, -3)).isEqualTo(1);
    double[] many = IntStream.range(0, 60).mapToDouble(i -> i % 3 == 0 ? -1 : 1).toArray();
    // 40 against 20: two-sided binomial.
    assertThat(Statistics.signFlipTest(many)).isCloseTo(0.0135, within(0.004));
  }

  @Test
  void falseDiscoveryRate() {
    assertThat(Statistics.falseDiscoveries(new double[] {0.01, 0.04, 0.03, 0.5}, 0.05))
        .containsExactly(true, false, false, false);
    assertThat(Statistics.falseDiscoveries(new double[] {0.01, 0.02, 0.03, 0.5}, 0.05))
        .containsExactly(true, true, true, false);
  }

  @ParameterizedTest
  @CsvSource({"0.1,60", "0.35,40", "0.5,50", "0.9,60", "0.97,100"})
  void wilsonsIntervalCoversItsProbability(double p, int n) {
    // Averaged over nearby probabilities, since coverage jumps on a lattice of counts.
    SplittableRandom random = new SplittableRandom(1);
    int covered = 0;
    for (int i = 0; i < 4 * REPEATS; i++) {
      double near = Math.min(0.99, p + random.nextDouble(-0.03, 0.03));
      int successes = 0;
      for (int j = 0; j < n; j++) {
        successes += random.nextDouble() < near ? 1 : 0;
      }
      covered += Statistics.wilson(successes, n, Statistics.Z95).contains(near) ? 1 : 0;
    }
    assertThat(covered / (4.0 * REPEATS)).isBetween(0.93, 0.97);
  }

  @Test
  void theIntervalOverQuestionsCoversTheMeanOfAllQuestions() {
    SplittableRandom random = new SplittableRandom(2);
    int covered = 0;
    for (int i = 0; i < REPEATS; i++) {
      List<Statistics.Question> questions = new ArrayList<>();
      for (int group = 0; group < 60; group++) {
        // Groups of two questions that share their difficulty, whose mean is 0.6.
        double p = random.nextDouble() < 0.5 ? 0.9 : 0.3;
        for (int q = 0; q < 2; q++) {
          questions.add(question("g" + group, draws(random, p, 3)));
        }
      }
      Estimate estimate = Statistics.estimate(questions);
      covered += new Interval(estimate.low(), estimate.high()).contains(0.6) ? 1 : 0;
    }
    assertThat(covered / (double) REPEATS).isBetween(0.93, 0.97);
  }

  @Test
  void twoErrorsOfTheRunsCoverTheExpectedScoreOfTheseQuestions() {
    SplittableRandom random = new SplittableRandom(3);
    double[] p = random.doubles(40).toArray();
    double truth = java.util.Arrays.stream(p).average().orElseThrow();
    int covered = 0;
    for (int i = 0; i < REPEATS; i++) {
      List<Statistics.Question> questions = new ArrayList<>();
      for (int q = 0; q < p.length; q++) {
        questions.add(question("q" + q, draws(random, p[q], 6)));
      }
      Estimate estimate = Statistics.estimate(questions);
      double error = Statistics.Z95 * estimate.runError();
      covered += Math.abs(estimate.value() - truth) <= error ? 1 : 0;
    }
    assertThat(covered / (double) REPEATS).isBetween(0.93, 0.97);
  }

  @Test
  void pValuesOfEqualModelsAreUniform() {
    SplittableRandom random = new SplittableRandom(4);
    int below = 0;
    int repeats = 600;
    for (int i = 0; i < repeats; i++) {
      double[] differences = new double[14];
      for (int j = 0; j < differences.length; j++) {
        differences[j] = random.nextGaussian();
      }
      below += Statistics.signFlipTest(differences) <= 0.1 ? 1 : 0;
    }
    assertThat(below / (double) repeats).isBetween(0.06, 0.14);
  }

  private static double[] draws(SplittableRandom random, double p, int n) {
    return IntStream.range(0, n).mapToDouble(_ -> random.nextDouble() < p ? 1 : 0).toArray();
  }
}

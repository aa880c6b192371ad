package io.github.phi4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Estimates from the durations of passes. */
final class PassCostTest {

  private final PassCost cost = new PassCost();

  private void learn(int... lengths) {
    for (int tokens : lengths) {
      cost.add(tokens, 1000 + 200L * tokens);
    }
  }

  @Test
  void passesOfOneLengthDoNotPredictOthers() {
    learn(1, 1, 1);

    assertThat(cost.known()).isFalse();
    assertThat(cost.nanos(1)).isCloseTo(1200, within(1e-6));
  }

  @Test
  void passesOfTwoLengthsGiveALine() {
    learn(1, 200, 1, 8);

    assertThat(cost.known()).isTrue();
    assertThat(cost.nanos(1)).isCloseTo(1200, within(1e-3));
    assertThat(cost.nanos(50)).isCloseTo(11_000, within(1e-3));
    assertThat(cost.room(5, 2)).isCloseTo(10, within(1e-6)); // 2000 of 200 each
  }

  @Test
  void longAfterAnotherLengthItsCostIsStillKnown() {
    learn(1, 64);
    for (int i = 0; i < 5000; i++) {
      learn(1);
    }
    assertThat(cost.nanos(64)).isCloseTo(13_800, within(20.0));
  }

  @Test
  void newerPassesWeighMore() {
    learn(1, 16, 1, 16);
    for (int i = 0; i < 200; i++) {
      cost.add(1, 500);
      cost.add(11, 1500);
    }
    assertThat(cost.nanos(1)).isCloseTo(500, within(1.0));
    assertThat(cost.nanos(21)).isCloseTo(2500, within(10.0));
  }

  @Test
  void noiseNeverMakesTheCostNegative() {
    cost.add(1, 1000);
    cost.add(2, 900);

    assertThat(cost.known()).isFalse();
    assertThat(cost.nanos(100)).isPositive();
  }
}

package io.github.phi4j.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Actions run once, on cancellation, unless they were removed. */
final class CancellationTest {

  private final Cancellation cancellation = new Cancellation();
  private final AtomicInteger runs = new AtomicInteger();

  @Test
  void actionsRunOnceUnlessRemoved() {
    cancellation.onCancel(runs::incrementAndGet);
    Cancellation.Registration forgotten = cancellation.onCancel(runs::incrementAndGet);
    forgotten.close();
    forgotten.close();
    assertThat(cancellation.isCancelled()).isFalse();
    assertThat(runs).hasValue(0);

    cancellation.cancel();
    cancellation.cancel();
    assertThat(cancellation.isCancelled()).isTrue();
    assertThat(runs).hasValue(1);
  }

  @Test
  void actionsAddedAfterwardsRunAtOnce() {
    cancellation.cancel();
    cancellation.onCancel(runs::incrementAndGet).close();
    assertThat(runs).hasValue(1);
  }

  @Test
  void anActionMayRemoveItself() {
    Cancellation.Registration[] own = new Cancellation.Registration[1];
    own[0] =
        cancellation.onCancel(() -> {
          own[0].close();
          runs.incrementAndGet();
        });
    cancellation.cancel();
    assertThat(runs).hasValue(1);
  }
}

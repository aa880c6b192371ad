package io.github.phi4j.internal.engine;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs actions after a delay; replaced in tests, which must not depend on the clock. */
@FunctionalInterface
interface Timer {

  /** The JDK's timer thread. */
  Timer SYSTEM =
      (delay, action) -> {
        CompletableFuture<Void> elapsed = new CompletableFuture<>();
        var _ = elapsed.thenRun(action);
        elapsed.completeOnTimeout(null, TimeUnit.NANOSECONDS.convert(delay), TimeUnit.NANOSECONDS);
        return () -> elapsed.cancel(false);
      };

  /**
   * Runs a short action after a delay.
   *
   * @return a function that cancels the action, unless it is already running
   */
  Runnable schedule(Duration delay, Runnable action);
}

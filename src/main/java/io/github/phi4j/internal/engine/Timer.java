package io.github.phi4j.internal.engine;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs actions later. A test that runs them itself does not depend on the clock. */
@FunctionalInterface
interface Timer {

  /** Uses the thread that the JDK has for this. */
  Timer SYSTEM =
      (delay, action) -> {
        CompletableFuture<Void> elapsed = new CompletableFuture<>();
        var _ = elapsed.thenRun(action);
        elapsed.completeOnTimeout(null, TimeUnit.NANOSECONDS.convert(delay), TimeUnit.NANOSECONDS);
        return () -> elapsed.cancel(false);
      };

  /**
   * Runs an action, which is short, after a delay.
   *
   * @return to run when the action is not wanted any more; it may run all the same
   */
  Runnable schedule(Duration delay, Runnable action);
}

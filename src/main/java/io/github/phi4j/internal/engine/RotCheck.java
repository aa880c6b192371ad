package io.github.phi4j.internal.engine;

import io.github.phi4j.api.ModelException;
import io.github.phi4j.internal.storage.WeightFile;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Verifies a packed file once, in the background. */
final class RotCheck implements AutoCloseable {

  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread thread;

  /**
   * Starts reading.
   *
   * @param damaged receives the fault, if any
   */
  RotCheck(WeightFile file, Consumer<ModelException> damaged) {
    thread = new Thread(() -> check(file, damaged), "phi4j-check");
    thread.setDaemon(true);
    thread.start();
  }

  private void check(WeightFile file, Consumer<ModelException> damaged) {
    try {
      file.check(this::pause);
    } catch (ModelException e) {
      damaged.accept(e);
    } catch (InternalError _) {
      return; // the file was truncated, which all calls report
    }
  }

  private boolean pause(long nanos) {
    try {
      return !stopped.await(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException _) {
      return false; // nothing else interrupts this thread
    }
  }

  /** Stops reading. */
  @Override
  public void close() {
    stopped.countDown();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

package io.github.phi4j.cli;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;

/**
 * Turns Ctrl-C into a clean stop while it is open. The JVM begins to shut down at the signal; a
 * hook cancels the work and holds the shutdown up until {@link #close()}, so that what was
 * generated is written to the end. The JVM then exits with 128 plus the signal's number.
 */
final class Interrupt implements AutoCloseable {

  /** What a shell reports for a program that Ctrl-C ended: 128 plus the number of SIGINT. */
  static final int EXIT_CODE = 130;

  private static final long PATIENCE_NANOS = SECONDS.toNanos(10);

  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook;
  private volatile boolean requested;

  /**
   * Begins to watch.
   *
   * @param cancel makes the running work end; called again until it does, since a call before the
   *     work has begun has no effect
   * @throws CancellationException if the JVM is shutting down already
   */
  Interrupt(Runnable cancel) {
    hook = new Thread(() -> stop(cancel), "phi4-interrupt");
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException e) {
      CancellationException cancelled = new CancellationException("interrupted");
      cancelled.initCause(e);
      throw cancelled;
    }
  }

  /** Whether the user asked to stop. */
  boolean requested() {
    return requested;
  }

  private void stop(Runnable cancel) {
    requested = true;
    long start = System.nanoTime();
    try {
      do {
        cancel.run();
      } while (!done.await(50, MILLISECONDS) && System.nanoTime() - start < PATIENCE_NANOS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    done.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      requested = true; // shutting down: the hook is the one that waited for this
    }
  }
}

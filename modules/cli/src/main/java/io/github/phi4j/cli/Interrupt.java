package io.github.phi4j.cli;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;

/**
 * Turns Ctrl-C into a clean stop while open. The signal starts the JVM's shutdown; a shutdown hook
 * cancels the work and delays the shutdown until {@link #close()}, so that generated text is fully
 * written. The JVM then exits with 128 plus the signal number.
 */
final class Interrupt implements AutoCloseable {

  /** The exit code after Ctrl-C: 128 plus SIGINT. */
  static final int EXIT_CODE = 130;

  private static final long PATIENCE_NANOS = SECONDS.toNanos(10);

  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook;
  private volatile boolean requested;

  /**
   * Starts watching for Ctrl-C.
   *
   * @param cancel cancels the work; called repeatedly, since a call before the work starts has no
   *     effect
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

  /** Returns whether the user asked to stop. */
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
      requested = true; // shutting down already: the hook has run
    }
  }
}

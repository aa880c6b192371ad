package io.github.phi4j.internal.engine;

import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.ThreadPool;
import io.github.phi4j.internal.concurrent.PhysicalCores;
import io.github.phi4j.internal.concurrent.WorkerPool;

/**
 * The threads of a model: its own or those of a shared pool.
 *
 * @param pool the thread pool
 * @param shared whether the pool belongs to the caller
 */
record Threads(WorkerPool pool, boolean shared) implements AutoCloseable {

  static Threads of(LoadOptions options) {
    if (options.threadPool().isEmpty()) {
      int count = options.threads().orElseGet(PhysicalCores::available);
      return new Threads(new WorkerPool(count), false);
    }
    ThreadPool pool = options.threadPool().get();
    if (!(pool instanceof WorkerPool workers)) {
      throw new IllegalArgumentException(
          "a thread pool of " + pool.getClass() + "; only those of Phi4.newThreadPool can be used");
    }
    workers.checkOpen();
    return new Threads(workers, true);
  }

  /** Stops the threads unless shared. */
  @Override
  public void close() {
    if (!shared) {
      pool.close();
    }
  }
}

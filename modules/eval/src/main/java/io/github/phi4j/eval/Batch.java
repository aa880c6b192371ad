package io.github.phi4j.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/** Runs many tasks concurrently; the first failure cancels the others. */
public final class Batch {

  private Batch() {}

  /**
   * Runs all tasks, started in order, and waits for them.
   *
   * @param <T> the type of the items
   * @param work the items
   * @param size the size of an item
   * @param parallel the maximum total size of concurrent items; a larger item runs alone
   * @param action the task, run on a virtual thread
   * @throws CancellationException if the thread is interrupted
   */
  public static <T> void run(
      List<T> work, ToIntFunction<T> size, int parallel, Consumer<T> action) {
    Semaphore room = new Semaphore(parallel, true);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> futures = new ArrayList<>();
      for (T one : work) {
        int permits = Math.min(parallel, Math.max(1, size.applyAsInt(one)));
        futures.add(
            threads.submit(() -> {
              room.acquire(permits);
              try {
                action.accept(one);
              } finally {
                room.release(permits);
              }
              return null;
            }));
      }
      try {
        for (Future<?> future : futures) {
          future.get();
        }
      } catch (InterruptedException e) {
        threads.shutdownNow();
        Thread.currentThread().interrupt();
        throw new CancellationException("interrupted");
      } catch (ExecutionException e) {
        threads.shutdownNow();
        switch (e.getCause()) {
          case RuntimeException failure -> throw failure;
          case Error error -> throw error;
          default -> throw new IllegalStateException(e.getCause());
        }
      }
    }
  }
}

package io.github.phi4j.api;

/**
 * Threads that several generators share: each generator uses all of them for a batch of tokens, in
 * fair turns. Created by {@code Phi4.newThreadPool}; other implementations are not supported.
 *
 * <p>Generators that share a pool never use more threads than the pool has, whereas generators with
 * separate pools, the default, slow each other down when they run concurrently.
 *
 * <p>Thread-safe. The creator owns the pool: generators do not close it; close it after them.
 *
 * @since 0.1.0
 */
public interface ThreadPool extends AutoCloseable {

  /**
   * Returns the number of computing threads, including the caller's.
   *
   * @return at least 1
   */
  int threads();

  /**
   * Stops the threads after the current batch. Generators that are still open then throw {@link
   * ClosedException} instead of computing, and can be closed. Closing twice is harmless.
   */
  @Override
  void close();
}

package io.github.phi4j.api;

/**
 * Threads that several generators compute with, one after the other: each has all of them for a
 * batch of tokens, in fair turns. Made by {@code Phi4.newThreadPool}; no other implementation can
 * be used.
 *
 * <p>Generators of one pool together keep no more threads busy than the pool has, whereas
 * generators with pools of their own, as by default, slow each other down when they run at a time.
 *
 * <p>Thread-safe. The creator owns the pool: generators do not close it; close it after them.
 *
 * @since 0.1.0
 */
public interface ThreadPool extends AutoCloseable {

  /**
   * The number of threads that compute, the caller's among them.
   *
   * @return at least 1
   */
  int threads();

  /**
   * Ends the threads, once the batch that they compute is done. Generators that are still open
   * refuse to compute from then on with a {@link ClosedException}, and can be closed. Closing twice
   * is harmless.
   */
  @Override
  void close();
}

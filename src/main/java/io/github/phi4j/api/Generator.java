package io.github.phi4j.api;

/**
 * A loaded model.
 *
 * <p>Each call of {@code generate} starts from an empty context; {@link #newSession()} keeps one.
 * Generators are thread-safe. Concurrent calls share the worker threads and take turns.
 *
 * <p>A generator holds a memory-mapped file and threads: close it. {@link #close()} refuses new
 * work, cancels what runs and waits for it, and closes all sessions; closing twice is harmless.
 */
public interface Generator extends Completer, AutoCloseable {

  /**
   * Describes the model.
   *
   * @return the model's properties; also available after {@link #close()}
   */
  ModelInfo info();

  /**
   * The model's tokenizer.
   *
   * @return the thread-safe tokenizer; it stays usable after {@link #close()}
   */
  Tokenizer tokenizer();

  /**
   * The number of threads that compute, the caller's among them.
   *
   * @return at least 1
   */
  int threads();

  /**
   * Opens a session with an empty context of the generator's context length. Its KV cache takes
   * memory as the context grows, up to {@link ModelInfo#kvCacheBytes}.
   *
   * @return the session; the caller closes it
   * @throws IllegalStateException if this generator is closed
   */
  Session newSession();

  /**
   * Checks a grammar and makes it ready for this model, as the first generation that uses it would
   * otherwise do. The grammars that were used last stay ready.
   *
   * @param grammar the grammar
   * @throws GrammarException if it is wrong; the message tells where and why
   */
  void prepare(Grammar grammar);

  /**
   * Cancels running work, waits for it, and releases threads and memory.
   *
   * @throws IllegalStateException if called from a sink of this generator, which it would wait for
   */
  @Override
  void close();
}

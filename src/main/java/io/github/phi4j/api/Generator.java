package io.github.phi4j.api;

import java.nio.file.Path;

/**
 * A loaded model.
 *
 * <p>Each call of {@code generate} starts from an empty context; {@link #newSession()} keeps one.
 * Prefixes that a prompt shares with earlier ones come from a prefix cache, which changes no
 * result: see {@link LoadOptions.Builder#prefixCacheBytes}. Generators are thread-safe. Concurrent
 * calls, of sessions too, are computed together: each pass over the weights serves all of them, and
 * each gets the text that it would have got alone. Calls may come from virtual threads.
 *
 * <p>A generator holds a memory-mapped file and threads: close it. {@link #close()} refuses new
 * work, cancels running work, waits for it, and closes all sessions; closing twice is harmless.
 *
 * @since 0.1.0
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
   * The context length of sessions whose options name none: see {@link
   * LoadOptions.Builder#contextLength}.
   *
   * @return tokens, at most {@link ModelInfo#trainedContextLength}
   */
  default int contextLength() {
    return info().trainedContextLength();
  }

  /**
   * Opens a session with an empty context, as the generator was loaded.
   *
   * @return the session; the caller closes it
   * @throws ClosedException as {@link #newSession(SessionOptions)}
   * @throws ContextMemoryException as {@link #newSession(SessionOptions)}
   */
  default Session newSession() {
    return newSession(SessionOptions.defaults());
  }

  /**
   * Opens a session with an empty context. Its KV cache takes memory as the context grows, up to
   * {@link ModelInfo#kvCacheBytes}.
   *
   * <p>On Linux a session is refused if less memory than that is available to the process at this
   * moment, by what the kernel tells of the machine and of control groups (version 2); pages of
   * mapped files count as available. Nothing is set aside: where others take the memory meanwhile,
   * a context that grows fails with a {@link ContextMemoryException} later.
   *
   * @param options the settings of the session
   * @return the session; the caller closes it
   * @throws IllegalArgumentException if the context is longer than the model was trained for
   * @throws ClosedException if this generator is closed
   * @throws ContextMemoryException if there is too little memory for the KV cache
   */
  Session newSession(SessionOptions options);

  /**
   * Opens a session as it was {@linkplain Session#save saved}, with the number formats of its KV
   * cache and the generator's context length. The whole file is read and checked. Then it stays
   * mapped, and what the session holds is used where it lies, so that it takes no memory of its
   * own; it may be replaced, renamed or deleted, but not be cut short.
   *
   * @param file the file
   * @return the session; the caller closes it
   * @throws FileException if the file cannot be read
   * @throws ModelException if the file is damaged, is of another version or of another model, or
   *     holds more tokens than the context does
   * @throws ClosedException if this generator is closed
   * @throws ContextMemoryException if there is too little memory for the rest of the context
   */
  Session restore(Path file);

  /**
   * Statistics of the prefix cache.
   *
   * @return its figures at this moment
   */
  PrefixCacheUsage prefixCacheUsage();

  /**
   * The current load of this generator.
   *
   * @return its figures at this moment
   */
  Workload workload();

  /**
   * Checks a grammar and makes it ready for this model, as the first generation that uses it would
   * otherwise do. The grammars that were used last stay ready.
   *
   * @param grammar the grammar
   * @throws GrammarException if it is wrong; the message tells where and why
   */
  void prepare(Grammar grammar);

  /**
   * Compiles a grammar, if it is not ready, and follows texts through it without generating.
   *
   * @param grammar the grammar
   * @return a matcher at the beginning of a text
   * @throws GrammarException if it is wrong; the message tells where and why
   * @throws UnsupportedOperationException if this generator has no grammars, which those of phi4j
   *     do
   */
  default GrammarMatcher matcher(Grammar grammar) {
    throw new UnsupportedOperationException("no grammars here");
  }

  /**
   * Cancels running work, waits for it, and releases threads and memory.
   *
   * @throws IllegalStateException if called from a sink of this generator, which it would wait for
   */
  @Override
  void close();
}

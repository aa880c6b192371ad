package io.github.phi4j.api;

import java.nio.file.Path;

/**
 * A loaded model.
 *
 * <p>Each call of {@code generate} starts from an empty context; {@link #newSession()} keeps one.
 * Prefixes that a prompt shares with earlier ones come from a prefix cache, which does not change
 * results; see {@link LoadOptions.Builder#prefixCacheBytes}. Generators are thread-safe. Concurrent
 * calls, including those of sessions, are batched: each forward pass serves all of them, and each
 * gets the same text as alone. Calls may come from virtual threads.
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
   * Returns the model's tokenizer.
   *
   * @return the thread-safe tokenizer; it remains usable after {@link #close()}
   */
  Tokenizer tokenizer();

  /**
   * Returns the number of computing threads, including the caller's.
   *
   * @return at least 1
   */
  int threads();

  /**
   * Returns the default context length of sessions; see {@link LoadOptions.Builder#contextLength}.
   *
   * @return tokens, at most {@link ModelInfo#trainedContextLength}
   */
  int contextLength();

  /**
   * Returns the maximum number of sequences that are computed at once; further calls wait. See
   * {@link LoadOptions.Builder#maxSequences}.
   *
   * @return at least 1
   */
  int maxSequences();

  /**
   * Opens a session with an empty context and the generator's settings.
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
   * <p>On Linux, opening fails if less than that is currently available to the process, according
   * to the kernel's figures for the machine and for control groups (version 2); pages of mapped
   * files count as available. The memory is not reserved: if other processes take it, a growing
   * context may still fail with a {@link ContextMemoryException}.
   *
   * @param options the settings of the session
   * @return the session; the caller closes it
   * @throws IllegalArgumentException if the context is longer than the model was trained for
   * @throws ClosedException if this generator is closed
   * @throws ContextMemoryException if there is too little memory for the KV cache
   */
  Session newSession(SessionOptions options);

  /**
   * Restores a {@linkplain Session#save saved} session, with its KV cache types and the generator's
   * context length. The whole file is read and verified. It then stays mapped, and the session uses
   * the data in place, which takes no further memory; the file may be replaced, renamed or deleted,
   * but not truncated. On Windows, where a mapped file cannot be replaced or deleted, the data is
   * copied to memory instead.
   *
   * @param file the file
   * @return the session; the caller closes it
   * @throws FileException if the file cannot be read
   * @throws ModelException if the file is damaged, of another version or another model, or has more
   *     tokens than the context
   * @throws ClosedException if this generator is closed
   * @throws ContextMemoryException if there is too little memory for the context
   */
  Session restore(Path file);

  /**
   * Returns statistics of the prefix cache.
   *
   * @return the current figures
   */
  PrefixCacheUsage prefixCacheUsage();

  /**
   * Returns the current load of this generator.
   *
   * @return the current figures
   */
  Workload workload();

  /**
   * Validates a grammar and compiles it for this model, which otherwise happens in the first
   * generation that uses it. Recently used grammars stay compiled.
   *
   * @param grammar the grammar
   * @throws GrammarException if the grammar is invalid; the message has position and reason
   */
  void prepare(Grammar grammar);

  /**
   * Compiles a grammar, unless already compiled, and returns a matcher for texts, without
   * generating.
   *
   * @param grammar the grammar
   * @return a matcher at the beginning of a text
   * @throws GrammarException if the grammar is invalid; the message has position and reason
   */
  GrammarMatcher matcher(Grammar grammar);

  /**
   * Cancels running work, waits for it, and releases threads and memory.
   *
   * @throws IllegalStateException if called from a sink of this generator, which it would wait for
   */
  @Override
  void close();
}

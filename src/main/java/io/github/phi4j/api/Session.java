package io.github.phi4j.api;

import java.nio.file.Path;

/**
 * A separate context: the tokens so far and their KV cache.
 *
 * <p>{@code generate} sets the context to the rendered prompt and continues from there. If the
 * prompt starts with tokens that the session already holds, as in the next turn of a chat, only the
 * rest is computed; the result is the same as from an empty context. Afterwards, the context holds
 * the prompt and the generated tokens; after {@code choose}, the prompt; after {@code score}, the
 * prompt without its last token.
 *
 * <p>Programs that do their own sampling use {@link #feed(int...)}, {@link #logits()}, {@link
 * #position()} and {@link #rewind(int)}.
 *
 * <p>A session serves one thread at a time: a concurrent call from a second thread throws {@link
 * IllegalStateException}, as does a sink that calls its own session. Only {@link #cancel()} and
 * {@link #close()} may be called from any thread at any time.
 *
 * @since 0.1.0
 */
public interface Session extends Completer, AutoCloseable {

  /**
   * Appends tokens to the context and computes the logits after the last one.
   *
   * @param tokens the token ids, at least one
   * @throws IllegalArgumentException if there is no token or an id is outside the vocabulary
   * @throws PromptTooLongException if the context has no room for all of them; it is then unchanged
   * @throws ClosedException if the session is closed
   * @throws IllegalStateException if the session is in use by another thread
   * @throws Phi4Exception as {@link #generate(Prompt, GenerationOptions, TextSink)}
   * @throws java.util.concurrent.CancellationException if it was cancelled or interrupted; the
   *     context then ends with the tokens computed so far
   */
  void feed(int... tokens);

  /**
   * Appends tokens to the context and passes the logits after each of them to a sink, in order.
   *
   * @param tokens the token ids, at least one
   * @param sink receives the logits after each token
   * @throws IllegalArgumentException as {@link #feed(int...)}
   * @throws Phi4Exception as {@link #feed(int...)}
   * @throws IllegalStateException as {@link #feed(int...)}
   * @throws java.util.concurrent.CancellationException as {@link #feed(int...)}
   */
  void feed(int[] tokens, LogitsSink sink);

  /**
   * Returns the logits after the last token of the context.
   *
   * @return a copy, one value per vocabulary entry
   * @throws ClosedException if the session is closed
   * @throws IllegalStateException if the context is empty or the session is in use by another
   *     thread
   * @throws Phi4Exception as {@link #generate(Prompt, GenerationOptions, TextSink)}
   */
  float[] logits();

  /**
   * Returns the distribution from which a sampling would draw the next token: the softmax of the
   * logits after penalties, filters and temperature. Random steps such as {@link Sampling.Xtc} are
   * those of one draw with the sampling's seed; mirostat is in its initial state; greedy sampling
   * gives the best token probability 1.
   *
   * @param sampling the sampling
   * @return one probability per vocabulary entry, with sum 1; 0 for removed tokens
   * @throws IllegalArgumentException if the sampling names an id outside the vocabulary
   * @throws NoTokenLeftException if the sampling removes every token
   * @throws IllegalStateException as {@link #logits()}
   * @throws Phi4Exception as {@link #logits()}
   */
  double[] distribution(Sampling sampling);

  /**
   * Returns the number of tokens in the context, which is the position of the next one.
   *
   * @return a number from 0 to {@link #contextLength()}
   * @throws ClosedException if the session is closed
   * @throws IllegalStateException if the session is in use by another thread
   */
  int position();

  /**
   * Returns the maximum number of tokens in the context.
   *
   * @return the context length in tokens
   */
  int contextLength();

  /**
   * Removes all tokens from a position on. {@link #logits()} then returns those after the last
   * remaining token, which it computes again.
   *
   * @param position the number of tokens to keep, from 0 to {@link #position()}
   * @throws IllegalArgumentException if the position is outside that range
   * @throws ClosedException if the session is closed
   * @throws IllegalStateException if the session is in use by another thread
   */
  void rewind(int position);

  /**
   * Opens another, independent session with the same context. Both share the computed memory,
   * copy-on-write.
   *
   * @return the new session; the caller closes it
   * @throws ClosedException if the session is closed
   * @throws IllegalStateException if the session is in use by another thread
   * @throws ContextMemoryException if there is too little memory for the rest of the context
   */
  Session fork();

  /**
   * Writes the context to a file, for {@link Generator#restore}. The write is atomic: an existing
   * file is replaced only at the end.
   *
   * @param file the file, in an existing folder
   * @throws FileException if it cannot be written
   * @throws ClosedException if the session is closed
   * @throws IllegalStateException if the session is in use by another thread
   */
  void save(Path file);

  /**
   * Cancels a call that computes tokens on another thread. A {@code generate} returns with {@link
   * FinishReason#CANCELLED}; other calls throw {@link java.util.concurrent.CancellationException},
   * and the context ends with the tokens computed so far. Without running work this has no effect.
   */
  void cancel();

  /**
   * Cancels running work, waits for it, and releases the KV cache. Closing twice is harmless.
   *
   * @throws IllegalStateException if called from a sink of this session, which it would wait for
   */
  @Override
  void close();
}

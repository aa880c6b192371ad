package io.github.phi4j.api;

import java.nio.file.Path;

/**
 * A context of its own: the tokens seen so far and their KV cache.
 *
 * <p>{@code generate} brings the context to the rendered prompt and continues from there. Where the
 * prompt begins with tokens that the session already holds, as the next turn of a chat does, only
 * the rest is computed; the result is the same as from an empty context. After it, the context
 * holds the prompt and the generated tokens; after {@code choose} the prompt; after {@code score}
 * the prompt save its last token.
 *
 * <p>For programs that sample by themselves there are {@link #feed(int...)}, {@link #logits()},
 * {@link #position()} and {@link #rewind(int)}.
 *
 * <p>A session serves one thread at a time: a second thread that calls it while the first is still
 * inside gets an {@link IllegalStateException}, as does a sink that calls its own session. Only
 * {@link #cancel()} and {@link #close()} may be called from any thread at any time.
 *
 * @since 0.1.0
 */
public interface Session extends Completer, AutoCloseable {

  /**
   * Appends tokens to the context and computes the logits after the last one.
   *
   * @param tokens the token ids, at least one
   * @throws IllegalArgumentException if there is no token or an id is outside of the vocabulary
   * @throws PromptTooLongException if the context has no room for all of them; it is then unchanged
   * @throws ClosedException if the session is closed
   * @throws IllegalStateException if the session is in use by another thread
   * @throws java.util.concurrent.CancellationException if it was cancelled or interrupted; the
   *     context then ends with those of the tokens that were computed
   */
  void feed(int... tokens);

  /**
   * Appends tokens to the context and hands over the logits after each of them, in order.
   *
   * @param tokens the token ids, at least one
   * @param sink receives the logits after each token
   * @throws IllegalArgumentException as {@link #feed(int...)}
   * @throws PromptTooLongException as {@link #feed(int...)}
   * @throws ClosedException if the session is closed
   * @throws IllegalStateException if the session is in use by another thread
   */
  void feed(int[] tokens, LogitsSink sink);

  /**
   * The logits after the last token of the context.
   *
   * @return a copy, one value per vocabulary entry
   * @throws ClosedException if the session is closed
   * @throws IllegalStateException if the context is empty or the session is in use by another
   *     thread
   */
  float[] logits();

  /**
   * The distribution from which a sampling would draw the token after the last one of the context:
   * the softmax of the logits after penalties, filters and temperature. Random steps, as that of
   * {@link Sampling.Xtc}, are those of one draw with the sampling's seed; mirostat is that of a
   * text's first token; greedy sampling gives the best token the probability 1.
   *
   * @param sampling how the token would be chosen
   * @return one probability per vocabulary entry, which sum to 1; 0 for those that are left out
   * @throws IllegalArgumentException if the sampling names an id outside of the vocabulary
   * @throws NoTokenLeftException if the sampling leaves out every token
   * @throws IllegalStateException as {@link #logits()}
   */
  double[] distribution(Sampling sampling);

  /**
   * The number of tokens in the context, which is the position of the next one.
   *
   * @return a number from 0 to {@link #contextLength()}
   * @throws ClosedException if the session is closed
   * @throws IllegalStateException if the session is in use by another thread
   */
  int position();

  /**
   * The number of tokens the context can hold.
   *
   * @return the context length in tokens
   */
  int contextLength();

  /**
   * Forgets all tokens from a position on. The {@link #logits()} are then those after the last
   * token that is kept, which is computed again when they are asked for.
   *
   * @param position the number of tokens to keep, from 0 to {@link #position()}
   * @throws IllegalArgumentException if the position is outside of that range
   * @throws ClosedException if the session is closed
   * @throws IllegalStateException if the session is in use by another thread
   */
  void rewind(int position);

  /**
   * Opens another session with the same context. Both share the memory of what is computed until
   * one of them goes on, and know nothing of each other.
   *
   * @return the new session; the caller closes it
   * @throws ClosedException if the session is closed
   * @throws IllegalStateException if the session is in use by another thread
   * @throws ContextMemoryException if there is too little memory for the rest of the context
   */
  Session fork();

  /**
   * Writes the context to a file, from which {@link Generator#restore} makes a session again. The
   * file appears whole or not at all: an earlier one is replaced in one step at the end.
   *
   * @param file the file, in a folder that exists
   * @throws FileException if it cannot be written
   * @throws ClosedException if the session is closed
   * @throws IllegalStateException if the session is in use by another thread
   */
  void save(Path file);

  /**
   * Makes the running {@code generate} or {@code feed} of another thread end soon. A {@code
   * generate} returns with {@link FinishReason#CANCELLED}; a {@code feed} throws {@link
   * java.util.concurrent.CancellationException} and leaves the context at the tokens computed so
   * far. Without running work this does nothing.
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

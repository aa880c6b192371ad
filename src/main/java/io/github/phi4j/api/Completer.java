package io.github.phi4j.api;

/**
 * Continues a prompt, which is always the whole of what the model is to see: no call builds on the
 * one before. A {@link Session} only saves the work for what it already holds of the prompt.
 *
 * <p>All methods block until the text is finished. Generation ends early, with {@link
 * FinishReason#CANCELLED} and the text so far, when the sink returns {@code false} or when the
 * calling thread is interrupted; the thread's interrupt status is then still set.
 */
public interface Completer {

  /**
   * Continues a prompt, handing the text over as it grows.
   *
   * <p>The context may fill up while generating; the completion then ends with {@link
   * FinishReason#CONTEXT_FULL}.
   *
   * @param prompt what to continue
   * @param options how to continue it
   * @param sink receives each piece of new text, on the calling thread
   * @return the finished completion; its text is the concatenation of all pieces given to the sink
   * @throws IllegalArgumentException if the prompt is empty, does not fit into the context, or
   *     contains a token id outside of the vocabulary; or if an option names such an id
   * @throws GrammarException if the options have a grammar that is wrong
   * @throws IllegalStateException if this completer is closed, if the KV cache cannot grow, or if
   *     the options ban every token, or every one that the grammar allows; the message says what to
   *     change
   * @throws ArithmeticException if the model's logits are not numbers, as those of a damaged file
   *     may be
   * @throws ModelException if the model file was cut short since it was loaded
   */
  Completion generate(Prompt prompt, GenerationOptions options, TextSink sink);

  /**
   * Continues a prompt and returns the whole text.
   *
   * @param prompt what to continue
   * @param options how to continue it
   * @return the finished completion
   * @throws IllegalArgumentException as {@link #generate(Prompt, GenerationOptions, TextSink)}
   * @throws IllegalStateException if this completer is closed
   */
  default Completion generate(Prompt prompt, GenerationOptions options) {
    return generate(prompt, options, text -> true);
  }

  /**
   * Continues a prompt with {@linkplain GenerationOptions#defaults() default options}.
   *
   * @param prompt what to continue
   * @return the finished completion
   * @throws IllegalArgumentException as {@link #generate(Prompt, GenerationOptions, TextSink)}
   * @throws IllegalStateException if this completer is closed
   */
  default Completion generate(Prompt prompt) {
    return generate(prompt, GenerationOptions.defaults());
  }

  /**
   * Answers a conversation of one user message in the model's chat format, with {@linkplain
   * GenerationOptions#defaults() default options}. For a further turn, give {@link
   * #generate(Prompt)} all messages so far.
   *
   * @param userMessage the user's words
   * @return the finished completion
   * @throws IllegalArgumentException as {@link #generate(Prompt, GenerationOptions, TextSink)}
   * @throws IllegalStateException if this completer is closed
   */
  default Completion generate(String userMessage) {
    return generate(Prompt.chat(Message.user(userMessage)));
  }
}

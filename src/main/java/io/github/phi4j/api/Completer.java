package io.github.phi4j.api;

import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;

/**
 * Continues prompts. Each call takes the whole prompt; calls do not build on previous ones. A
 * {@link Session} only avoids recomputing the part of the prompt that it already holds.
 *
 * <p>All methods block until the text is finished. Generation ends early, with {@link
 * FinishReason#CANCELLED} and the text so far, when the sink returns {@code false}, when {@link
 * GenerationOptions#cancellation()} is cancelled, or when the calling thread is interrupted; the
 * thread's interrupt status is then still set. It ends with {@link FinishReason#TIMEOUT} when
 * {@link GenerationOptions#timeout()} has elapsed. The other methods have no partial result: they
 * throw {@link java.util.concurrent.CancellationException} or {@link CallTimeoutException}.
 *
 * @since 0.1.0
 */
public interface Completer {

  /**
   * Continues a prompt and streams the text.
   *
   * <p>If the context fills up, the completion ends with {@link FinishReason#CONTEXT_FULL}.
   *
   * @param prompt the prompt
   * @param options the generation options
   * @param sink receives each piece of new text, on the calling thread
   * @return the finished completion; its text is the concatenation of all pieces given to the sink
   * @throws IllegalArgumentException if the prompt is empty, or the prompt or an option contains a
   *     token id outside the vocabulary
   * @throws PromptTooLongException if the prompt is longer than the context
   * @throws GrammarException if the options have an invalid grammar
   * @throws IllegalStateException if the prompt is a conversation and the model has no chat format,
   *     or if a session is in use by another call
   * @throws ClosedException if this completer is closed
   * @throws BusyException if more calls are running and waiting than {@link
   *     LoadOptions#maxWaiting()} allows
   * @throws ContextMemoryException if there is too little memory for the growing KV cache
   * @throws NoTokenLeftException if the options ban every token, or every token that the grammar
   *     allows
   * @throws InvalidLogitsException if the model's logits are not numbers, for instance because the
   *     file is damaged
   * @throws ModelChangedException if the model file was modified or truncated since it was loaded
   */
  Completion generate(Prompt prompt, GenerationOptions options, TextSink sink);

  /**
   * Samples several completions of a prompt in parallel and streams their texts. The prompt is
   * computed once. Sample {@code i}, from 0, equals the result of {@link #generate(Prompt,
   * GenerationOptions)} with {@code i} added to the seed; without a seed, each sample gets its own.
   *
   * @param prompt the prompt
   * @param options the generation options; time limit and cancellation apply to all samples
   *     together
   * @param samples the number of completions, at least 1
   * @param sinks returns the sink for each sample, by index; called before generation begins. A
   *     sink ends its own sample by returning {@code false}, and all samples by throwing an
   *     exception, which this method then throws. Each sink is called on a single thread other than
   *     the calling one; sinks of different samples are called concurrently.
   * @return the completions; each counts the whole prompt as cached, and a session's context then
   *     holds only the prompt
   * @throws IllegalArgumentException as {@link #generate(Prompt, GenerationOptions, TextSink)}, or
   *     if the number is below 1
   * @throws Phi4Exception as {@link #generate(Prompt, GenerationOptions, TextSink)}
   */
  List<Completion> generate(
      Prompt prompt, GenerationOptions options, int samples, IntFunction<? extends TextSink> sinks);

  /**
   * Samples several completions of a prompt in parallel.
   *
   * @param prompt the prompt
   * @param options the generation options
   * @param samples the number of completions, at least 1
   * @return the completions, as for {@link #generate(Prompt, GenerationOptions, int, IntFunction)}
   * @throws IllegalArgumentException as {@link #generate(Prompt, GenerationOptions, int,
   *     IntFunction)}
   * @throws Phi4Exception as {@link #generate(Prompt, GenerationOptions, TextSink)}
   */
  default List<Completion> generate(Prompt prompt, GenerationOptions options, int samples) {
    return generate(prompt, options, samples, _ -> text -> true);
  }

  /**
   * Continues a prompt and returns the whole text.
   *
   * @param prompt the prompt
   * @param options the generation options
   * @return the finished completion
   * @throws IllegalArgumentException as {@link #generate(Prompt, GenerationOptions, TextSink)}
   * @throws Phi4Exception as {@link #generate(Prompt, GenerationOptions, TextSink)}
   */
  default Completion generate(Prompt prompt, GenerationOptions options) {
    return generate(prompt, options, text -> true);
  }

  /**
   * Continues a prompt with {@linkplain GenerationOptions#defaults() default options}.
   *
   * @param prompt the prompt
   * @return the finished completion
   * @throws IllegalArgumentException as {@link #generate(Prompt, GenerationOptions, TextSink)}
   * @throws Phi4Exception as {@link #generate(Prompt, GenerationOptions, TextSink)}
   */
  default Completion generate(Prompt prompt) {
    return generate(prompt, GenerationOptions.defaults());
  }

  /**
   * Answers a conversation of one user message in the model's chat format, with {@linkplain
   * GenerationOptions#defaults() default options}. For a further turn, give {@link
   * #generate(Prompt)} all messages so far.
   *
   * @param userMessage the content of the user message
   * @return the finished completion
   * @throws IllegalArgumentException as {@link #generate(Prompt, GenerationOptions, TextSink)}
   * @throws Phi4Exception as {@link #generate(Prompt, GenerationOptions, TextSink)}
   */
  default Completion generate(String userMessage) {
    Objects.requireNonNull(userMessage, "userMessage");
    return generate(Prompt.chat(Message.user(userMessage)));
  }

  /**
   * Computes the log-probability of each token of a prompt given the preceding ones, in one batched
   * prefill. The first token has no such value.
   *
   * @param prompt the prompt to score
   * @return a log-probability for each token of the prompt from the second on, without alternatives
   * @throws IllegalArgumentException as {@link #generate(Prompt, GenerationOptions, TextSink)}, and
   *     if the prompt has fewer than two tokens
   * @throws Phi4Exception as {@link #generate(Prompt, GenerationOptions, TextSink)}
   * @throws java.util.concurrent.CancellationException if it was cancelled or interrupted
   */
  default List<TokenLogProb> score(Prompt prompt) {
    return score(prompt, 1);
  }

  /**
   * Computes the log-probabilities of the last tokens of a prompt, each given all preceding ones.
   *
   * @param prompt the prompt to score
   * @param from the index of the first token to score, from 1 to below the number of tokens
   * @return a log-probability for each token of the prompt from that one on, without alternatives
   * @throws IllegalArgumentException as {@link #score(Prompt, int, ScoringOptions)}
   * @throws Phi4Exception as {@link #generate(Prompt, GenerationOptions, TextSink)}
   * @throws java.util.concurrent.CancellationException if it was cancelled or interrupted
   */
  default List<TokenLogProb> score(Prompt prompt, int from) {
    return score(prompt, from, ScoringOptions.defaults());
  }

  /**
   * Computes the log-probabilities of the last tokens of a prompt, each given all preceding ones.
   *
   * @param prompt the prompt to score
   * @param from the index of the first token to score, from 1 to below the number of tokens
   * @param options the time limit and the cancellation
   * @return a log-probability for each token of the prompt from that one on, without alternatives
   * @throws IllegalArgumentException as {@link #generate(Prompt, GenerationOptions, TextSink)}, and
   *     if the index is out of range
   * @throws CallTimeoutException if the time limit has elapsed
   * @throws Phi4Exception as {@link #generate(Prompt, GenerationOptions, TextSink)}
   * @throws java.util.concurrent.CancellationException if it was cancelled or interrupted
   */
  List<TokenLogProb> score(Prompt prompt, int from, ScoringOptions options);

  /**
   * Computes the relative probabilities of alternative continuations of a prompt.
   *
   * @param prompt the prompt that the alternatives follow
   * @param alternatives the possible continuations, at least one, distinct, each of at least one
   *     token
   * @return the alternatives, as {@link #choose(Prompt, List, ScoringOptions)}
   * @throws IllegalArgumentException as {@link #choose(Prompt, List, ScoringOptions)}
   * @throws Phi4Exception as {@link #generate(Prompt, GenerationOptions, TextSink)}
   * @throws java.util.concurrent.CancellationException if it was cancelled or interrupted
   */
  default List<Choice> choose(Prompt prompt, List<String> alternatives) {
    return choose(prompt, alternatives, ScoringOptions.defaults());
  }

  /**
   * Computes the relative probabilities of alternative continuations of a prompt, for
   * classification and multiple-choice questions. The prompt is computed once.
   *
   * <p>An alternative is encoded separately, as by {@link Tokenizer#encode}, and its tokens are
   * appended to those of the prompt: after {@code Prompt.raw("The sky is")} an alternative should
   * begin with a space, {@code " blue"}. The text after an alternative is not considered, so a
   * prefix of another alternative is at least as probable as that one.
   *
   * @param prompt the prompt that the alternatives follow
   * @param alternatives the possible continuations, at least one, distinct, each of at least one
   *     token
   * @param options the time limit and the cancellation
   * @return the alternatives in the given order, with probabilities that sum to 1
   * @throws IllegalArgumentException as {@link #generate(Prompt, GenerationOptions, TextSink)}, or
   *     if there is no alternative, one is empty, duplicated, or too long for the context
   * @throws CallTimeoutException if the time limit has elapsed
   * @throws Phi4Exception as {@link #generate(Prompt, GenerationOptions, TextSink)}
   * @throws java.util.concurrent.CancellationException if it was cancelled or interrupted
   */
  List<Choice> choose(Prompt prompt, List<String> alternatives, ScoringOptions options);

  /**
   * Embeds texts with {@linkplain EmbeddingOptions#defaults() default options}.
   *
   * @param texts the texts, none empty
   * @return an embedding of each text, as {@link #embed(List, EmbeddingOptions)}
   * @throws IllegalArgumentException as {@link #embed(List, EmbeddingOptions)}
   * @throws Phi4Exception as {@link #embed(List, EmbeddingOptions)}
   * @throws java.util.concurrent.CancellationException if it was cancelled or interrupted
   */
  default List<Embedding> embed(List<String> texts) {
    return embed(texts, EmbeddingOptions.defaults());
  }

  /**
   * Embeds texts: pools the hidden states of each text's tokens after the model's final norm. Texts
   * are encoded as {@link Prompt#raw} prompts and share forward passes, but no text affects the
   * vector of another; the context of a session is neither used nor changed.
   *
   * <p>Phi-4 models are trained to generate, not to embed: a dedicated embedding model ranks
   * better. Compare only vectors of the same model file.
   *
   * @param texts the texts, none empty; the list may be empty
   * @param options how to embed them
   * @return an embedding of each text, in order
   * @throws IllegalArgumentException if a text is empty
   * @throws PromptTooLongException if a text has more tokens than the context holds
   * @throws ContextMemoryException if the KV cache cannot grow
   * @throws ClosedException if this completer is closed
   * @throws CallTimeoutException if the time limit has elapsed
   * @throws InvalidLogitsException if the model's hidden states are not numbers
   * @throws BusyException as {@link #generate(Prompt, GenerationOptions, TextSink)}
   * @throws ModelChangedException as {@link #generate(Prompt, GenerationOptions, TextSink)}
   * @throws java.util.concurrent.CancellationException if it was cancelled or interrupted
   */
  List<Embedding> embed(List<String> texts, EmbeddingOptions options);
}

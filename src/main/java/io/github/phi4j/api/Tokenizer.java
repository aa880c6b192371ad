package io.github.phi4j.api;

import java.util.OptionalInt;

/**
 * Converts text to token ids and back, exactly as in the model's training. Tokenizers are
 * thread-safe.
 *
 * <p>Text given to {@link #encode(String)} and message contents never become special tokens: {@code
 * "<|im_end|>"} in a text is encoded as those ten characters. Unpaired surrogates, which have no
 * UTF-8 form, are encoded as U+FFFD. White space is preserved, also next to special tokens.
 *
 * <p>Some vocabularies have tokens of text that are not merged from smaller ones, such as {@code
 * <think>}: their text is always encoded as that one token. They are not special.
 *
 * @since 0.1.0
 */
public interface Tokenizer {

  /**
   * Encodes text as a part of a longer one: without a beginning-of-sequence token.
   *
   * @param text any text
   * @return its token ids; empty for an empty text
   */
  int[] encode(String text);

  /**
   * Encodes a prompt, like {@link #encode(Prompt, GenerationOptions)} with default options.
   *
   * @param prompt the prompt
   * @return the token ids
   * @throws IllegalArgumentException as {@link #encode(Prompt, GenerationOptions)}
   * @throws IllegalStateException as {@link #encode(Prompt, GenerationOptions)}
   */
  default int[] encode(Prompt prompt) {
    return encode(prompt, GenerationOptions.defaults());
  }

  /**
   * Encodes a prompt to the first ids of {@link Completer#generate(Prompt, GenerationOptions)}: a
   * conversation in the model's chat format, up to the header of the assistant's next turn or the
   * end of a {@linkplain Prompt#continuing half-written} message; text after the
   * beginning-of-sequence token, if the model has one; token ids unchanged and unchecked.
   *
   * @param prompt the prompt
   * @param options the generation options; {@link GenerationOptions#tools()} and {@link
   *     Reasoning#kept()} affect the prompt
   * @return the token ids
   * @throws IllegalArgumentException if the model's format cannot express one of the messages, tool
   *     results do not match the calls, tools are set without a conversation, or both a message and
   *     the options describe tools
   * @throws IllegalStateException if the file declares no chat format and none was set
   */
  int[] encode(Prompt prompt, GenerationOptions options);

  /**
   * Decodes token ids. Special tokens have no text; invalid UTF-8 becomes U+FFFD.
   *
   * @param ids token ids
   * @return their text
   * @throws IllegalArgumentException if an id is outside the vocabulary
   */
  String decode(int... ids);

  /**
   * Returns the bytes of a token; a character may span several tokens.
   *
   * @param id a token id
   * @return a copy of the bytes, empty for special and unused tokens
   * @throws IllegalArgumentException if the id is outside the vocabulary
   */
  byte[] bytes(int id);

  /**
   * Returns a readable form of a token: the text of a special token, or the decoded bytes.
   *
   * @param id a token id
   * @return its text; invalid UTF-8 becomes U+FFFD
   * @throws IllegalArgumentException if the id is outside the vocabulary
   */
  String text(int id);

  /**
   * Returns whether a token is special: it structures the conversation and never represents text.
   *
   * @param id a token id
   * @return whether it is special
   * @throws IllegalArgumentException if the id is outside the vocabulary
   */
  boolean isSpecial(int id);

  /**
   * Looks up a special token.
   *
   * @param text its text, such as {@code "<|im_end|>"}
   * @return its id, or empty if the vocabulary has no such special token
   */
  OptionalInt special(String text);

  /**
   * Returns the ids that end the model's turn.
   *
   * @return a sorted copy
   */
  int[] stopTokens();

  /**
   * Returns the number of ids, including special and unused ones.
   *
   * @return the vocabulary size
   */
  int vocabularySize();
}

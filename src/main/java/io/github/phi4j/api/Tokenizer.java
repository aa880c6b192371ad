package io.github.phi4j.api;

import java.util.OptionalInt;

/**
 * Text to token ids and back, exactly as the model was trained. Tokenizers are thread-safe.
 *
 * <p>Text given to {@link #encode(String)} and message contents never become special tokens: {@code
 * "<|im_end|>"} in a text is encoded as those ten characters. Unpaired surrogates, which have no
 * UTF-8 form, are encoded as U+FFFD. White space is kept as it is, also beside special tokens.
 *
 * <p>Some vocabularies have tokens that are text and yet not made of smaller ones, such as {@code
 * <think>}: wherever their text stands, it is encoded as that one token. They are not special.
 *
 * @since 0.1.0
 */
public interface Tokenizer {

  /**
   * Encodes text on its own, as a part of a longer one: no beginning-of-sequence token precedes it.
   *
   * @param text any text
   * @return its token ids; empty for an empty text
   */
  int[] encode(String text);

  /**
   * Encodes a prompt as {@link #encode(Prompt, GenerationOptions)} with the default options does.
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
   * Encodes a prompt to the ids that {@link Completer#generate(Prompt, GenerationOptions)} begins
   * with: a conversation in the model's chat format, up to the header of the assistant's next turn
   * or the end of a {@linkplain Prompt#continuing half-written} message; text after the
   * beginning-of-sequence token, if the model has one; token ids as they stand, unchecked.
   *
   * @param prompt the prompt
   * @param options the options of the generation, of which {@link GenerationOptions#tools()} and
   *     {@link Reasoning#kept()} change the prompt
   * @return the token ids
   * @throws IllegalArgumentException if the model's format cannot express one of the messages, the
   *     results of tools do not match their calls, tools are given without a conversation, or both
   *     a message and the options describe tools
   * @throws IllegalStateException if the file does not tell its chat format and none was chosen
   */
  int[] encode(Prompt prompt, GenerationOptions options);

  /**
   * Decodes token ids. Special tokens give no text; bytes that are not UTF-8 give U+FFFD.
   *
   * @param ids token ids
   * @return their text
   * @throws IllegalArgumentException if an id is outside of the vocabulary
   */
  String decode(int... ids);

  /**
   * The bytes that a token stands for; several tokens may share one character's bytes.
   *
   * @param id a token id
   * @return a copy of the bytes, empty for special and unused tokens
   * @throws IllegalArgumentException if the id is outside of the vocabulary
   */
  byte[] bytes(int id);

  /**
   * The token as a person may read it: the text of a special token, or the decoded bytes.
   *
   * @param id a token id
   * @return its text; bytes that are not UTF-8 give U+FFFD
   * @throws IllegalArgumentException if the id is outside of the vocabulary
   */
  String text(int id);

  /**
   * Whether a token is special: one that structures the conversation and never stands for text.
   *
   * @param id a token id
   * @return whether it is special
   * @throws IllegalArgumentException if the id is outside of the vocabulary
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
   * The ids that end the model's turn.
   *
   * @return a sorted copy
   */
  int[] stopTokens();

  /**
   * The number of ids, special and unused ones included.
   *
   * @return the vocabulary size
   */
  int vocabularySize();
}

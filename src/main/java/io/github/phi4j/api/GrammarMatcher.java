package io.github.phi4j.api;

import java.util.List;

/**
 * Matches a text against a grammar, token by token, without generating: for testing a grammar, or
 * for inspecting the tokens it allows. Created by {@link Generator#matcher}. Not thread-safe.
 *
 * @since 0.1.0
 */
public interface GrammarMatcher {

  /**
   * Returns the tokens that may come next, including those that end the model's turn if the text
   * may end.
   *
   * @return a bit per token id, the lowest bits first; a copy
   */
  long[] allowed();

  /**
   * Returns whether a token may come next; faster than {@link #allowed()} for a few tokens.
   *
   * @param token a token id
   * @return whether it is allowed
   * @throws IllegalArgumentException if the id is outside the vocabulary
   */
  boolean allows(int token);

  /**
   * Advances by a token.
   *
   * @param token a token id that does not end the model's turn
   * @throws IllegalArgumentException if the token is not allowed, ends the model's turn, or is
   *     outside the vocabulary; the matcher is then unchanged
   */
  void accept(int token);

  /**
   * Returns whether the text may end here.
   *
   * @return whether the tokens so far are a complete text of the grammar
   */
  boolean mayEnd();

  /** Resets to the beginning of the text. */
  void reset();

  /**
   * Returns the keywords of a {@linkplain JsonSchemaOptions#lenient() lenient} JSON Schema that the
   * grammar does not enforce.
   *
   * @return sentences, each with the JSON pointer of a keyword; empty if all are enforced
   */
  List<String> unenforced();
}

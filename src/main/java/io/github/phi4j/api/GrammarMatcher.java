package io.github.phi4j.api;

import java.util.List;

/**
 * Follows a text through a grammar, token by token, without generating: to test a grammar, or to
 * see what it allows where. Made by {@link Generator#matcher}. For one thread at a time.
 *
 * @since 0.1.0
 */
public interface GrammarMatcher {

  /**
   * The tokens that may come next. Tokens that end the model's turn are among them where the text
   * may end.
   *
   * @return a bit for each token id, the lowest bits first; a copy
   */
  long[] allowed();

  /**
   * Whether a token may come next; quicker than {@link #allowed()} for a few.
   *
   * @param token a token id
   * @return whether it is allowed
   */
  boolean allows(int token);

  /**
   * Moves on by a token.
   *
   * @param token a token id that does not end the model's turn
   * @throws IllegalStateException if it may not come next
   */
  void accept(int token);

  /**
   * Whether the text may end here.
   *
   * @return whether the tokens so far are a whole text of the grammar
   */
  boolean mayEnd();

  /** Goes back to the beginning of the text. */
  void reset();

  /**
   * What the grammar does not enforce, by a {@linkplain JsonSchemaOptions#lenient() lenient} JSON
   * Schema.
   *
   * @return sentences, each with the JSON pointer of a keyword; none if all is enforced
   */
  List<String> unenforced();
}

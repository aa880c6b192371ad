package io.github.phi4j.api;

/**
 * Thrown if a prompt, or the tokens fed to a session, do not fit in the context. The context is
 * unchanged.
 *
 * @since 0.1.0
 */
public final class PromptTooLongException extends Phi4Exception {

  private static final long serialVersionUID = 1L;

  /** The number of tokens that were given. */
  private final int tokens;

  /** The number of tokens that would fit. */
  private final int room;

  /**
   * Creates an exception.
   *
   * @param message the condition and its remedy
   * @param tokens the number of given tokens
   * @param room the number of tokens that would fit
   */
  public PromptTooLongException(String message, int tokens, int room) {
    super(message, null);
    this.tokens = tokens;
    this.room = room;
  }

  /** {@return the number of given tokens} */
  public int tokens() {
    return tokens;
  }

  /** {@return the number of tokens that would fit} */
  public int room() {
    return room;
  }
}

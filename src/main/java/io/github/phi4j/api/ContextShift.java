package io.github.phi4j.api;

/**
 * How generation goes on when the context is full: the older half of the tokens is dropped, save
 * some at the start, as llama.cpp does it. Keys of the newer half are rotated to their new
 * positions, but they still carry what they took from the dropped tokens, so that the text is not
 * what the remaining tokens alone would give. Off unless asked for, and better left off for a
 * reasoning model, which loses the beginning of its thoughts.
 *
 * @since 0.1.0
 */
public sealed interface ContextShift {

  /**
   * Keeps a number of tokens at the start, such as those of a system prompt.
   *
   * @param tokens the number, 0 or above; less than the context length by 2 or more
   * @return the context shift
   * @throws IllegalArgumentException if the number is negative
   */
  static ContextShift keep(int tokens) {
    return new Keep(tokens);
  }

  /**
   * Keeps the whole prompt.
   *
   * @return the context shift
   */
  static ContextShift keepPrompt() {
    return new KeepPrompt();
  }

  /**
   * Keeps a number of tokens at the start.
   *
   * @param tokens the number, 0 or above
   * @since 0.1.0
   */
  record Keep(int tokens) implements ContextShift {
    /**
     * Creates a context shift.
     *
     * @throws IllegalArgumentException if the number is negative
     */
    public Keep {
      if (tokens < 0) {
        throw new IllegalArgumentException("a context shift keeps 0 tokens or more, not " + tokens);
      }
    }
  }

  /**
   * Keeps the whole prompt.
   *
   * @since 0.1.0
   */
  record KeepPrompt() implements ContextShift {}
}

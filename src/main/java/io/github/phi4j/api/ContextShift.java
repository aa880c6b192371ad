package io.github.phi4j.api;

/**
 * Continuation of a generation when the context is full: the older half of the tokens is dropped,
 * except for some at the start, as in llama.cpp. The keys of the newer half are rotated to their
 * new positions, but still depend on the dropped tokens, so the text differs from one computed from
 * the remaining tokens alone. Off by default; not recommended for reasoning models, which lose the
 * beginning of their thoughts.
 *
 * @since 0.1.0
 */
public sealed interface ContextShift {

  /**
   * Keeps a number of tokens at the start, such as those of a system prompt.
   *
   * @param tokens the number, from 0 to the context length minus 2
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

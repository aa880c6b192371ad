package io.github.phi4j.api;

/**
 * The prompt format of conversations. It is normally read from the model file; {@link
 * LoadOptions.Builder#chatFormat} overrides it.
 *
 * @since 0.1.0
 */
public enum ChatFormat {
  /** phi-4: turns framed by {@code <|im_start|>role<|im_sep|>} and {@code <|im_end|>}. */
  PHI4,
  /**
   * phi-4-reasoning and phi-4-reasoning-plus: like {@link #PHI4}, but always starting with a fixed
   * system preamble that requests a thought and a solution section; system messages follow it as
   * separate turns.
   */
  PHI4_REASONING,
  /** phi-4-mini-instruct: {@code <|role|>} and {@code <|end|>}; tools in the system message. */
  PHI4_MINI,
  /**
   * phi-4-mini-reasoning: like {@link #PHI4_MINI}, but always starting with a fixed system
   * sentence, to which system messages are appended.
   */
  PHI4_MINI_REASONING
}

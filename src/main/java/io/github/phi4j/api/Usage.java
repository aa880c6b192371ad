package io.github.phi4j.api;

/**
 * Token counts of one completion.
 *
 * @param promptTokens tokens of the prompt
 * @param cachedTokens how many of the prompt's tokens were not computed, because the session or the
 *     prefix cache held them
 * @param completionTokens tokens that were generated, a stop token included
 * @since 0.1.0
 */
public record Usage(int promptTokens, int cachedTokens, int completionTokens) {

  /**
   * Prompt and completion together.
   *
   * @return the number of tokens
   */
  public int totalTokens() {
    return promptTokens + completionTokens;
  }
}

package io.github.phi4j.api;

/**
 * Token counts of one completion.
 *
 * @param promptTokens tokens in the prompt
 * @param cachedTokens prompt tokens that were not computed, because the session or the prefix cache
 *     held them
 * @param completionTokens generated tokens, including a stop token
 * @since 0.1.0
 */
public record Usage(int promptTokens, int cachedTokens, int completionTokens) {

  /**
   * Returns the sum of prompt and completion tokens.
   *
   * @return the number of tokens
   */
  public int totalTokens() {
    return promptTokens + completionTokens;
  }
}

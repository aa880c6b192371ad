package io.github.phi4j.api;

/**
 * Receives logits, position by position.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface LogitsSink {

  /**
   * Receives the logits after the token at a position.
   *
   * @param position the position of the token in the context, from 0
   * @param logits one value per vocabulary entry; the array is reused after the call returns
   */
  void accept(int position, float[] logits);
}

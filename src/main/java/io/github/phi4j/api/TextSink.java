package io.github.phi4j.api;

/**
 * Receives text while it is generated.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface TextSink {

  /**
   * Takes the next piece of text. A piece never ends inside a code point, is never empty, and holds
   * nothing of the stop string that ends the text.
   *
   * @param text the new text
   * @return {@code true} to go on, {@code false} to end the generation
   */
  boolean accept(String text);

  /**
   * Takes the log-probability of a token as soon as it is chosen, before the text that it completes
   * if it does; text may lag some tokens behind. Called only if {@link
   * GenerationOptions#logProbs()} or {@link GenerationOptions#samplingProbs()} asks for it, once
   * for each of {@link Completion#logProbs()}. Does nothing unless overridden.
   *
   * @param token the token with its log-probability and alternatives
   */
  default void acceptLogProb(TokenLogProb token) {}

  /**
   * Takes the next piece of a reasoning model's thoughts, which come before the text and are no
   * part of it. Unless overridden they are passed over.
   *
   * @param thought the new piece, cut as those of {@link #accept}
   * @return {@code true} to go on, {@code false} to end the generation
   */
  default boolean acceptReasoning(String thought) {
    return true;
  }
}

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

  /**
   * Takes a part of a tool call while the model writes it: an empty one once the tool's name is
   * known, then its arguments piece by piece. Calls come one after the other. The pieces of a call
   * that is whole make up the arguments of the {@link ToolCall} with its id in {@link
   * Completion#toolCalls()}; a call that a limit cuts is not among those. Does nothing unless
   * overridden.
   *
   * @param id the call's id, by which its parts belong together
   * @param name the tool's name
   * @param arguments the new piece, cut as those of {@link #accept}; empty when the call begins
   * @return {@code true} to go on, {@code false} to end the generation
   */
  default boolean acceptToolCall(String id, String name, String arguments) {
    return true;
  }
}

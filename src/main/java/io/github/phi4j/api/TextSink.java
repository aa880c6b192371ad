package io.github.phi4j.api;

/**
 * Receives text as it is generated. After a method has returned {@code false}, none is called
 * again.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface TextSink {

  /**
   * Receives the next piece of text. A piece is never empty, never ends inside a code point, and
   * never contains a part of the stop string that ends the text.
   *
   * @param text the new text
   * @return {@code true} to continue, {@code false} to end the generation
   */
  boolean accept(String text);

  /**
   * Receives the log-probability of a token as soon as it is chosen, before any text that it
   * completes; text may lag some tokens behind. Called only if {@link GenerationOptions#logProbs()}
   * or {@link GenerationOptions#samplingProbs()} is set, once for each of {@link
   * Completion#logProbs()}. Ignores them by default.
   *
   * @param token the token with its log-probability and alternatives
   * @return {@code true} to continue, {@code false} to end the generation
   */
  default boolean acceptLogProb(TokenLogProb token) {
    return true;
  }

  /**
   * Receives the next piece of a reasoning model's thoughts, which precede the text and are not
   * part of it. Ignores them by default.
   *
   * @param thought the new piece, split like those of {@link #accept}
   * @return {@code true} to continue, {@code false} to end the generation
   */
  default boolean acceptReasoning(String thought) {
    return true;
  }

  /**
   * Receives a fragment of a tool call as the model writes it: an empty one once the tool's name is
   * known, then the arguments piece by piece. Calls are sequential. The fragments of a complete
   * call add up to the arguments of the {@link ToolCall} with its id in {@link
   * Completion#toolCalls()}; a call cut off by a limit is not included there. Ignores them by
   * default.
   *
   * @param id the call's id, the same for all its fragments
   * @param name the tool's name
   * @param arguments the new piece, split like those of {@link #accept}; empty at the start of the
   *     call
   * @return {@code true} to continue, {@code false} to end the generation
   */
  default boolean acceptToolCall(String id, String name, String arguments) {
    return true;
  }
}

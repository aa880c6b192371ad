package io.github.phi4j.api;

/** Receives text while it is generated. */
@FunctionalInterface
public interface TextSink {

  /**
   * Takes the next piece of text. A piece never ends inside a code point, is never empty, and never
   * contains any part of a stop string.
   *
   * @param text the new text
   * @return {@code true} to go on, {@code false} to end the generation
   */
  boolean accept(String text);
}

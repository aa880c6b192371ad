package io.github.phi4j.internal.grammar;

/**
 * A position in a grammar's source.
 *
 * @param line counted from 1, or 0 for nowhere
 * @param column in code points, counted from 1, or 0 for nowhere
 */
public record Place(int line, int column) {

  /** The place of generated parts. */
  public static final Place NONE = new Place(0, 0);
}

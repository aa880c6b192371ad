package io.github.phi4j.internal.grammar;

/**
 * Where something is written.
 *
 * @param line counted from 1, or 0 for nowhere
 * @param column in code points, counted from 1, or 0 for nowhere
 */
public record Place(int line, int column) {

  /** Written nowhere. */
  public static final Place NONE = new Place(0, 0);
}

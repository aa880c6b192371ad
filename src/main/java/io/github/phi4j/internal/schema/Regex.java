package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.grammar.CodePoints;
import java.util.List;

/** A regular expression as it is written. */
sealed interface Regex {

  /** The maximum of a repetition without one. */
  int UNBOUNDED = Integer.MAX_VALUE;

  /** One character of a set, which may be empty. */
  record Characters(CodePoints set) implements Regex {}

  /** One after the other. */
  record Sequence(List<Regex> parts) implements Regex {}

  /** One of several. */
  record Choice(List<Regex> alternatives) implements Regex {}

  /** The same several times. */
  record Repetition(Regex item, int min, int max) implements Regex {}

  /** The beginning of the text, or its end. */
  record Anchor(boolean end) implements Regex {}

  /** What follows here must begin so, or must not. */
  record Ahead(Regex body, boolean negated) implements Regex {}
}

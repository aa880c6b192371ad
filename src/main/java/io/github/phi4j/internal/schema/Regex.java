package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.grammar.CodePoints;
import java.util.List;

/** The syntax tree of a regular expression. */
sealed interface Regex {

  /** The maximum of a repetition without one. */
  int UNBOUNDED = Integer.MAX_VALUE;

  /** One character of a set, which may be empty. */
  record Characters(CodePoints set) implements Regex {}

  /** A sequence. */
  record Sequence(List<Regex> parts) implements Regex {}

  /** One of several. */
  record Choice(List<Regex> alternatives) implements Regex {}

  /** A repetition. */
  record Repetition(Regex item, int min, int max) implements Regex {}

  /** The beginning of the text, or its end. */
  record Anchor(boolean end) implements Regex {}

  /** A lookahead. */
  record Ahead(Regex body, boolean negated) implements Regex {}
}

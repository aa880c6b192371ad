package io.github.phi4j.internal.schema;

import java.util.Collection;
import java.util.function.Predicate;

/** How objects or arrays of one shape are written: an automaton over their members or elements. */
interface Plan {

  /** What their members or elements may be. */
  Collection<Node> parts();

  /**
   * Whether there is such an object or array, if only parts for which that is known may be used.
   */
  boolean isPossible(Predicate<Node> possible);

  /**
   * Adds the states.
   *
   * @return where they begin
   */
  int emit(Emitter emitter, int next);
}

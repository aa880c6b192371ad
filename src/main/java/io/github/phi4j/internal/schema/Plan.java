package io.github.phi4j.internal.schema;

import java.util.Collection;
import java.util.function.Predicate;

/** The automaton of objects or arrays of one shape, over their members or elements. */
interface Plan {

  /** Returns the formulas of members or elements. */
  Collection<Node> parts();

  /** Returns whether such an object or array exists, made only of parts known to be possible. */
  boolean isPossible(Predicate<Node> possible);

  /**
   * Adds the states.
   *
   * @return the start state
   */
  int emit(Emitter emitter, int next);
}

package io.github.phi4j.internal.grammar;

import java.util.Set;

/**
 * A state of the deterministic automaton: a set of configurations, each waiting for a byte or a
 * token. Equal states of a {@link StateSpace} are identical objects.
 */
final class State {

  /**
   * A consuming state of the automaton, the place within it if it is a leaf, and the frame of its
   * rule.
   */
  record Configuration(int state, long place, Frame frame) {}

  /** The dead state: no continuation of the text matches. */
  static final State DEAD = new State(Set.of(), false, null);

  private final Configuration[] configurations;
  private final boolean textMayEnd;
  private final Memory memory;

  /** Successors by the class of the next byte, null where not computed yet; null if none is. */
  State[] next;

  State(Set<Configuration> configurations, boolean textMayEnd, Memory memory) {
    this.configurations = configurations.toArray(Configuration[]::new);
    this.textMayEnd = textMayEnd;
    this.memory = memory;
  }

  /** Returns the memory of open lists whose parts must differ, or null. */
  Memory memory() {
    return memory;
  }

  /** Returns the configurations; not a copy. */
  Configuration[] configurations() {
    return configurations;
  }

  /** Returns whether the text may end here. */
  boolean textMayEnd() {
    return textMayEnd;
  }

  /** Returns whether the text must end here. */
  boolean textMustEnd() {
    return textMayEnd && configurations.length == 0;
  }
}

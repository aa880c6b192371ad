package io.github.phi4j.internal.grammar;

import java.util.Set;

/**
 * All that a text so far leaves open: a set of configurations, each of them waiting for a byte or a
 * token. States of a {@link StateSpace} with equal content are the same object.
 */
final class State {

  /**
   * A state of the automaton that takes something, the place in the leaf if it is one, and where
   * its rule goes on afterwards.
   */
  record Configuration(int state, long place, Frame frame) {}

  /** The state of a text that no continuation makes right. */
  static final State DEAD = new State(Set.of(), false, null);

  private final Configuration[] configurations;
  private final boolean textMayEnd;
  private final Memory memory;

  /** By the class of the next byte, null where unknown; null before any is known. */
  State[] next;

  State(Set<Configuration> configurations, boolean textMayEnd, Memory memory) {
    this.configurations = configurations.toArray(Configuration[]::new);
    this.textMayEnd = textMayEnd;
    this.memory = memory;
  }

  /** What was written so far in lists whose parts must differ, or null if none is open. */
  Memory memory() {
    return memory;
  }

  /** The configurations; not a copy. */
  Configuration[] configurations() {
    return configurations;
  }

  /** Whether the text may end here. */
  boolean textMayEnd() {
    return textMayEnd;
  }

  /** Whether the text must end here. */
  boolean textMustEnd() {
    return textMayEnd && configurations.length == 0;
  }
}

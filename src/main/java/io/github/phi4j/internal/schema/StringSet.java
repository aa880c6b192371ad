package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.grammar.Dfa;
import io.github.phi4j.internal.grammar.Effort;
import io.github.phi4j.internal.grammar.Leaf;

/**
 * Strings: those of an automaton that have at most some number of characters. The bound is counted
 * where it is used, so that it does not multiply states.
 */
record StringSet(Dfa dfa, int most) {

  static final int UNBOUNDED = Leaf.UNBOUNDED;
  static final StringSet ALL = new StringSet(Dfa.ALL, UNBOUNDED);
  static final StringSet NONE = new StringSet(Dfa.NONE, UNBOUNDED);

  StringSet and(StringSet other, Effort effort) {
    return new StringSet(dfa.and(other.dfa, effort), Math.min(most, other.most)).tidied();
  }

  StringSet or(StringSet other, Effort effort) {
    if (isEmpty() || other.isEmpty()) {
      return isEmpty() ? other : this;
    }
    return most == other.most
        ? new StringSet(dfa.or(other.dfa, effort), most)
        : new StringSet(counted(effort).or(other.counted(effort), effort), UNBOUNDED);
  }

  StringSet not(Effort effort) {
    return new StringSet(counted(effort).not(effort), UNBOUNDED);
  }

  /** The strings as an automaton that counts. */
  Dfa counted(Effort effort) {
    return most == UNBOUNDED ? dfa : dfa.and(Dfa.ofLength(0, most), effort);
  }

  private StringSet tidied() {
    boolean none = dfa.isEmpty() || !Leaf.hasTexts(dfa, most);
    return none ? NONE : this;
  }

  boolean isEmpty() {
    return dfa.isEmpty();
  }
}

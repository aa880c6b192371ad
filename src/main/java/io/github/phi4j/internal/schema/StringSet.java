package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.grammar.Dfa;
import io.github.phi4j.internal.grammar.Effort;
import io.github.phi4j.internal.grammar.Leaf;

/**
 * A set of strings: those of an automaton with at most {@code most} characters. The bound stays
 * separate as long as possible, since it multiplies states.
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

  /** Returns an automaton that includes the bound. */
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

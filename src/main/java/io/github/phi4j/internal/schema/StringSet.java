package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.grammar.Dfa;
import io.github.phi4j.internal.grammar.Effort;
import io.github.phi4j.internal.grammar.Leaf;
import java.util.Optional;

/**
 * A set of strings between two automata, with a maximum length. The two differ only for formats
 * that are written as a subset of what their standards allow: the complement of such a subset would
 * have strings that are of the format.
 *
 * @param dfa strings that are in the set; these are written
 * @param outer strings that may be in it; these decide emptiness and disjointness
 * @param most the maximum length, counted during writing, so that it does not multiply states
 */
record StringSet(Dfa dfa, Dfa outer, int most) {

  static final int UNBOUNDED = Leaf.UNBOUNDED;
  static final StringSet ALL = new StringSet(Dfa.ALL, UNBOUNDED);
  static final StringSet NONE = new StringSet(Dfa.NONE, UNBOUNDED);

  /** Creates an exact set. */
  StringSet(Dfa dfa, int most) {
    this(dfa, dfa, most);
  }

  private boolean isExact() {
    return dfa.equals(outer);
  }

  StringSet and(StringSet other, Effort effort) {
    Dfa both = dfa.and(other.dfa, effort);
    Dfa outerBoth = isExact() && other.isExact() ? both : outer.and(other.outer, effort);
    int least = Math.min(most, other.most);
    boolean none = outerBoth.isEmpty() || !Leaf.hasTexts(outerBoth, least);
    return none ? NONE : new StringSet(both, outerBoth, least);
  }

  StringSet or(StringSet other, Effort effort) {
    if (isEmpty() || other.isEmpty()) {
      return isEmpty() ? other : this;
    }
    if (most != other.most) {
      return most > other.most
          ? other.or(this, effort)
          : other.outer.longest() <= most
              ? or(new StringSet(other.dfa, other.outer, most), effort)
              : outer.longest() <= most
                  ? other.or(new StringSet(dfa, outer, other.most), effort)
                  : counted(effort).or(other.counted(effort), effort);
    }
    Dfa either = dfa.or(other.dfa, effort);
    boolean exact = isExact() && other.isExact();
    return new StringSet(either, exact ? either : outer.or(other.outer, effort), most);
  }

  StringSet not(Effort effort) {
    StringSet counted = counted(effort);
    Dfa none = counted.dfa.not(effort);
    return new StringSet(isExact() ? none : counted.outer.not(effort), none, UNBOUNDED);
  }

  /** Returns the same set with the maximum length in its automata. */
  StringSet counted(Effort effort) {
    if (most == UNBOUNDED) {
      return this;
    }
    return and(new StringSet(Dfa.ofLength(0, most), UNBOUNDED), effort).unbounded();
  }

  private StringSet unbounded() {
    return new StringSet(dfa, outer, UNBOUNDED);
  }

  /** Returns whether no string is in the set. */
  boolean isEmpty() {
    return outer.isEmpty();
  }

  /** Returns the strings to write; empty if none is certain to be in the set. */
  Optional<Leaf> leaf(Leaf.Form form) {
    return Leaf.hasTexts(dfa, most) ? Optional.of(new Leaf(dfa, most, form)) : Optional.empty();
  }
}

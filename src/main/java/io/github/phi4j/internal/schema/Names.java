package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.grammar.Dfa;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * A set of member names: listed names, the languages of automata and other sets, or the complement
 * of all these.
 */
record Names(Set<String> names, List<Dfa> patterns, List<Names> parts, boolean negated) {

  static final Names ALL = new Names(Set.of(), List.of(), List.of(), true);

  static Names only(String name) {
    return new Names(Set.of(name), List.of(), List.of(), false);
  }

  static Names of(Set<String> names) {
    return new Names(names, List.of(), List.of(), false);
  }

  static Names matching(Dfa pattern) {
    return new Names(Set.of(), List.of(pattern), List.of(), false);
  }

  /** Returns the union of some sets. */
  static Names union(List<Names> parts) {
    return new Names(Set.of(), List.of(), parts, false);
  }

  Names not() {
    return new Names(names, patterns, parts, !negated);
  }

  /** Returns the only name, or null if the set is not a single name. */
  String single() {
    return !negated && names.size() == 1 && patterns.isEmpty() && parts.isEmpty()
        ? names.iterator().next()
        : null;
  }

  /** Collects the listed names and automata of this set and its parts. */
  void collect(Collection<String> allNames, Collection<Dfa> allPatterns) {
    allNames.addAll(names);
    patterns.forEach(pattern -> {
      if (!allPatterns.contains(pattern)) {
        allPatterns.add(pattern);
      }
    });
    parts.forEach(part -> part.collect(allNames, allPatterns));
  }

  /** Returns whether the set is defined by listed names alone. */
  boolean isOfNames() {
    return patterns.isEmpty() && parts.isEmpty();
  }

  /**
   * Returns whether the set contains a name, or null for an unlisted one, that matches exactly the
   * given automata.
   */
  boolean contains(String name, Collection<Dfa> matched) {
    boolean in =
        (name != null && names.contains(name))
            || patterns.stream().anyMatch(matched::contains)
            || parts.stream().anyMatch(part -> part.contains(name, matched));
    return in != negated;
  }
}

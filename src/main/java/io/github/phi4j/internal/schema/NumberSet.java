package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.grammar.Dfa;
import io.github.phi4j.internal.grammar.Effort;
import io.github.phi4j.internal.json.Json;
import java.util.List;
import java.util.Optional;

/**
 * A set of numbers, as an automaton over texts without exponents that accepts either all texts of a
 * number or none. Exponents may be written only if all numbers are in the set.
 *
 * @param texts the automaton
 * @param all whether the set is that of all numbers
 */
record NumberSet(Dfa texts, boolean all) {

  static final NumberSet ALL = new NumberSet(Decimals.PLAIN, true);
  static final NumberSet NONE = new NumberSet(Dfa.NONE, false);
  static final NumberSet INTEGERS = new NumberSet(Decimals.INTEGER_VALUES, false);

  static NumberSet of(List<Json.Numeral> numbers, Effort effort) {
    return new NumberSet(
        Decimals.values(numbers.stream().map(Json.Numeral::value).toList(), effort), false);
  }

  NumberSet and(NumberSet other, Effort effort) {
    if (all || other.all) {
      return all ? other : this;
    }
    return new NumberSet(texts.and(other.texts, effort), false);
  }

  NumberSet or(NumberSet other, Effort effort) {
    if (all || other.all) {
      return ALL;
    }
    return new NumberSet(texts.or(other.texts, effort), false);
  }

  NumberSet not(Effort effort) {
    if (all) {
      return NONE;
    }
    return isEmpty() ? ALL : new NumberSet(Decimals.PLAIN.and(texts.not(effort), effort), false);
  }

  boolean isEmpty() {
    return texts.isEmpty();
  }

  /**
   * Returns the texts to write: without a fraction if all numbers are integers.
   *
   * @param canonical whether each number gets a single text
   */
  Optional<Dfa> written(boolean canonical, Effort effort) {
    Dfa written;
    if (all) {
      written = canonical ? Decimals.CANONICAL : Decimals.ANY;
    } else if (texts.equals(Decimals.INTEGER_VALUES)) {
      written = Decimals.INTEGER;
    } else {
      boolean whole = texts.and(Decimals.FRACTION_VALUES, effort).isEmpty();
      written =
          whole
              ? texts.and(Decimals.INTEGER, effort)
              : canonical ? texts.and(Decimals.CANONICAL, effort) : texts;
    }
    return written.isEmpty() ? Optional.empty() : Optional.of(written);
  }
}

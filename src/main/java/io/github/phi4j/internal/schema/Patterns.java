package io.github.phi4j.internal.schema;

import io.github.phi4j.api.GrammarException;
import io.github.phi4j.internal.grammar.CodePoints;
import io.github.phi4j.internal.grammar.Dfa;
import io.github.phi4j.internal.grammar.Effort;
import io.github.phi4j.internal.grammar.Nfa;
import java.util.List;

/**
 * Compiles regular expressions to automata. A lookahead is a product: the rest of the text must
 * match both. It is refused within repetitions; back references, lookbehind and word boundaries are
 * refused everywhere.
 */
final class Patterns {

  private final Nfa nfa;
  private final Effort effort;
  private int repetitions; // around the current part

  private Patterns(Effort effort) {
    this.effort = effort;
    nfa = new Nfa(effort);
  }

  /**
   * Returns the texts in which a pattern matches somewhere.
   *
   * @throws IllegalArgumentException if there is no such automaton; the message names the construct
   */
  static Dfa search(String pattern, Effort effort) {
    Regex regex = RegexParser.parse(pattern);
    Patterns patterns = new Patterns(effort);
    int rest = patterns.anything(Nfa.END);
    int found = patterns.compile(regex, rest, true);
    return patterns.nfa.determinize(patterns.anything(found), true);
  }

  /** Returns the texts that a pattern matches as a whole. */
  static Dfa whole(String pattern, Effort effort) {
    Patterns patterns = new Patterns(effort);
    int start = patterns.compile(RegexParser.parse(pattern), Nfa.END, true);
    return patterns.nfa.determinize(start, true);
  }

  private int anything(int next) {
    int loop = nfa.reserve();
    nfa.define(loop, nfa.characters(CodePoints.ALL, loop), next);
    return loop;
  }

  /**
   * Compiles a part.
   *
   * @param first whether no part before it consumes characters
   */
  private int compile(Regex regex, int next, boolean first) {
    return switch (regex) {
      case Regex.Characters characters -> nfa.characters(characters.set(), next);
      case Regex.Anchor anchor -> anchor.end() ? nfa.end(next) : nfa.beginning(next);
      case Regex.Choice choice -> {
        int start = -1;
        for (Regex alternative : choice.alternatives().reversed()) {
          int one = compile(alternative, next, first);
          start = start < 0 ? one : nfa.split(one, start);
        }
        yield start;
      }
      case Regex.Sequence sequence -> sequence(sequence.parts(), next, first);
      case Regex.Repetition repetition -> repetition(repetition, next);
      case Regex.Ahead ahead -> ahead(ahead, next, false);
    };
  }

  private int sequence(List<Regex> parts, int next, boolean first) {
    int taking = 0; // parts before the first that consumes characters
    boolean anchored = false;
    while (taking < parts.size()
        && (parts.get(taking) instanceof Regex.Anchor
            || parts.get(taking) instanceof Regex.Ahead)) {
      anchored |= parts.get(taking) instanceof Regex.Anchor anchor && !anchor.end();
      taking++;
    }
    int start = next;
    for (int i = parts.size() - 1; i >= 0; i--) {
      start =
          parts.get(i) instanceof Regex.Ahead ahead
              ? ahead(ahead, start, first && anchored && i < taking)
              : compile(parts.get(i), start, first && i == 0);
    }
    return start;
  }

  private int repetition(Regex.Repetition repetition, int next) {
    repetitions++;
    int start = next;
    int min = repetition.min();
    if (repetition.max() == Regex.UNBOUNDED) {
      int loop = nfa.reserve();
      int item = compile(repetition.item(), loop, false);
      nfa.define(loop, item, next);
      start = min == 0 ? loop : item;
      min = Math.max(0, min - 1);
    } else {
      for (int i = min; i < repetition.max(); i++) {
        start = nfa.split(compile(repetition.item(), start, false), next);
      }
    }
    for (int i = 0; i < min; i++) {
      start = compile(repetition.item(), start, false);
    }
    repetitions--;
    return start;
  }

  /** Returns the state of the rest, constrained by a lookahead. */
  private int ahead(Regex.Ahead ahead, int next, boolean beginning) {
    if (repetitions > 0) {
      throw new GrammarException("a group that looks ahead within a repetition");
    }
    if (!beginning && hasBeginning(ahead.body())) {
      throw new GrammarException("a ^ in a group that looks ahead, not at the beginning");
    }
    Dfa follows = nfa.determinize(next, beginning);
    Dfa begins = nfa.determinize(compile(ahead.body(), anything(Nfa.END), beginning), beginning);
    Dfa both = follows.and(ahead.negated() ? begins.not(effort) : begins, effort);
    int texts = nfa.texts(both, Nfa.END);
    return beginning ? nfa.beginning(texts) : texts;
  }

  private static boolean hasBeginning(Regex regex) {
    return switch (regex) {
      case Regex.Anchor anchor -> !anchor.end();
      case Regex.Choice choice -> choice.alternatives().stream().anyMatch(Patterns::hasBeginning);
      case Regex.Sequence sequence -> sequence.parts().stream().anyMatch(Patterns::hasBeginning);
      case Regex.Repetition repetition -> hasBeginning(repetition.item());
      case Regex.Ahead ahead -> hasBeginning(ahead.body());
      case Regex.Characters _ -> false;
    };
  }
}

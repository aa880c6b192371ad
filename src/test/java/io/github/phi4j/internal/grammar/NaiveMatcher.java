package io.github.phi4j.internal.grammar;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A brute-force matcher over the rules, as the reference for automata. It shares no code with them.
 */
final class NaiveMatcher {

  private record At(String rule, int position) {}

  private final GrammarRules rules;
  private byte[] text;
  private boolean ranOut; // whether more text might have matched
  private boolean grown; // whether more ends were found than before
  private final Set<At> seen = new HashSet<>();
  private final Map<At, Set<Integer>> known = new HashMap<>();

  NaiveMatcher(GrammarRules rules) {
    this.rules = rules;
  }

  boolean matches(byte[] bytes) {
    return ends(bytes).contains(bytes.length);
  }

  boolean isPrefix(byte[] bytes) {
    return ends(bytes).contains(bytes.length) || ranOut;
  }

  private Set<Integer> ends(byte[] bytes) {
    text = bytes;
    ranOut = false;
    known.clear();
    grown = true;
    while (grown) { // left-recursive rules use the ends of the previous round
      grown = false;
      seen.clear();
      rule("root", 0);
    }
    return known.get(new At("root", 0));
  }

  private Set<Integer> rule(String name, int position) {
    At at = new At(name, position);
    Set<Integer> ends = known.computeIfAbsent(at, _ -> Set.of());
    if (seen.add(at)) {
      Set<Integer> found = ends(rules.rules().get(name).body(), position);
      grown |= !found.equals(ends);
      known.put(at, found);
      return found;
    }
    return ends;
  }

  private Set<Integer> ends(Expression expression, int position) {
    return switch (expression) {
      case Expression.Literal literal -> literal(literal.text().getBytes(UTF_8), position);
      case Expression.Characters characters -> character(characters.set(), position);
      case Expression.Reference reference -> rule(reference.rule(), position);
      case Expression.Sequence sequence -> {
        Set<Integer> ends = Set.of(position);
        for (Expression part : sequence.parts()) {
          ends = step(part, ends);
        }
        yield ends;
      }
      case Expression.Choice choice -> {
        Set<Integer> ends = new TreeSet<>();
        choice.alternatives().forEach(e -> ends.addAll(ends(e, position)));
        yield ends;
      }
      case Expression.Repetition(Expression item, int min, int max) -> {
        Set<Integer> all = new TreeSet<>();
        Set<Integer> ends = Set.of(position);
        for (int i = 0; i <= max && !ends.isEmpty(); i++) {
          if (i >= min && !all.addAll(ends)) {
            break;
          }
          ends = i == max ? ends : step(item, ends);
        }
        yield all;
      }
      case Expression.Nothing _ -> Set.of();
      case Expression.Token _ -> throw new IllegalArgumentException("texts have no tokens");
    };
  }

  private Set<Integer> step(Expression item, Set<Integer> from) {
    Set<Integer> ends = new TreeSet<>();
    from.forEach(position -> ends.addAll(ends(item, position)));
    return ends;
  }

  private Set<Integer> literal(byte[] literal, int position) {
    int length = Math.min(literal.length, text.length - position);
    if (!Arrays.equals(literal, 0, length, text, position, position + length)) {
      return Set.of();
    }
    ranOut |= length < literal.length;
    return length < literal.length ? Set.of() : Set.of(position + length);
  }

  private Set<Integer> character(CodePoints set, int position) {
    if (position == text.length) {
      ranOut = true;
      return Set.of();
    }
    int lead = text[position] & 0xff;
    int length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 0;
    if (length == 0 || lead > 0xf7) {
      return Set.of();
    }
    int low = length == 1 ? lead : lead & (0xff >> (length + 1));
    int here = Math.min(length, text.length - position);
    for (int i = 1; i < here; i++) {
      int b = text[position + i] & 0xff;
      if ((b & 0xc0) != 0x80) {
        return Set.of();
      }
      low = (low << 6) | (b & 0x3f);
    }
    int missing = length - here;
    int high = ((low + 1) << (6 * missing)) - 1;
    low = Math.max(low << (6 * missing), new int[] {0, 0, 0x80, 0x800, 0x10000}[length]);
    for (CodePoints.Range range : set.ranges()) {
      if (low <= high && range.from() <= high && range.to() >= low) {
        ranOut |= missing > 0;
        return missing > 0 ? Set.of() : Set.of(position + length);
      }
    }
    return Set.of();
  }
}

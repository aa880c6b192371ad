package io.github.phi4j.internal.grammar;

import io.github.phi4j.api.GrammarException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The rules of a grammar by name; {@code root} is the rule for the whole text. Immutable.
 *
 * @param rules the rules in source order
 * @param source the source text, quoted in error messages; empty if there is none
 */
public record GrammarRules(Map<String, Rule> rules, String source) {

  /** The name of the rule for the whole text. */
  public static final String ROOT = "root";

  private static final Pattern LINE_END = Pattern.compile("\r\n|\r|\n");
  private static final int SHOWN = 60;

  /** Creates rules. */
  public GrammarRules {
    rules = Collections.unmodifiableMap(new LinkedHashMap<>(rules));
  }

  /**
   * One rule.
   *
   * @param body its expression
   * @param place its position in the source
   */
  public record Rule(Expression body, Place place) {}

  /** Creates rules without a source text. */
  public static GrammarRules of(Map<String, Expression> bodies) {
    Map<String, Rule> rules = new LinkedHashMap<>();
    bodies.forEach((name, body) -> rules.put(name, new Rule(body, Place.NONE)));
    return new GrammarRules(rules, "");
  }

  /** Returns an exception for a fault at a place in these rules. */
  GrammarException fault(Place place, String reason) {
    return fault(source, place, reason);
  }

  static GrammarException fault(String source, Place place, String reason) {
    return place.line() == 0
        ? new GrammarException(reason)
        : new GrammarException(place.line(), place.column(), reason, shown(source, place));
  }

  /** Returns the line of a place with a caret below it. */
  private static String shown(String source, Place place) {
    String line = LINE_END.split(source, -1)[place.line() - 1];
    int at = line.offsetByCodePoints(0, place.column() - 1);
    String before = line.substring(Math.max(0, at - SHOWN), at);
    String after = line.substring(at, Math.min(line.length(), at + SHOWN));
    // Tabs are kept, to align the caret.
    return "  " + before + after + "\n  " + before.replaceAll("[^\t]", " ") + "^";
  }
}

package io.github.phi4j.internal.schema;

import io.github.phi4j.api.GrammarException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Collects the rules of a grammar and writes their parts. */
final class Gbnf {

  private static final int MAX_RULES = 20_000;

  private final Map<String, String> rules = new LinkedHashMap<>();
  private final Map<String, String> names = new LinkedHashMap<>(); // by rule body

  /** Reserves a rule name with the given beginning. */
  String reserve(String wanted) {
    String base = wanted.replaceAll("[^A-Za-z0-9]+", "-").replaceAll("^-+|-+$", "");
    base = base.isEmpty() || !Character.isLetter(base.charAt(0)) ? "r-" + base : base;
    String name = base;
    for (int i = 2; rules.containsKey(name); i++) {
      name = base + "-" + i;
    }
    if (rules.size() >= MAX_RULES) {
      throw new GrammarException(
          "the JSON Schema needs more than " + MAX_RULES + " grammar rules; simplify it");
    }
    rules.put(name, "");
    return name;
  }

  /** Defines the rule of a reserved name. */
  void define(String name, String body) {
    rules.put(name, body);
  }

  /** Returns the name of a rule with this body, adding one if none exists. */
  String rule(String wanted, String body) {
    String known = names.get(body);
    if (known != null) {
      return known;
    }
    String name = reserve(wanted);
    define(name, body);
    names.put(body, name);
    return name;
  }

  /** Returns the grammar, beginning with the rule {@code root}. */
  String text() {
    return rules.entrySet().stream()
        .map(rule -> rule.getKey() + " ::= " + rule.getValue())
        .collect(Collectors.joining("\n", "", "\n"));
  }

  /** Returns a quoted literal. */
  static String literal(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '"' -> quoted.append("\\\"");
            case '\\' -> quoted.append("\\\\");
            case '\n' -> quoted.append("\\n");
            case '\r' -> quoted.append("\\r");
            case '\t' -> quoted.append("\\t");
            default -> quoted.append(inClass(c));
          }
        });
    return quoted.append('"').toString();
  }

  /** Returns the alternation of some bodies. */
  static String oneOf(List<String> bodies) {
    return bodies.size() == 1 ? bodies.getFirst() : "(" + String.join(" | ", bodies) + ")";
  }

  /** Returns a character escaped for a character class. */
  static String inClass(int c) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
      return Character.toString(c);
    }
    if (c > ' ' && c < 0x7f && "\\\"'[]^-".indexOf(c) < 0) {
      return Character.toString(c);
    }
    if (c == ' ') {
      return " ";
    }
    return c < 0x80
        ? String.format(Locale.ROOT, "\\x%02X", c)
        : c < 0x10000
            ? String.format(Locale.ROOT, "\\u%04X", c)
            : String.format(Locale.ROOT, "\\U%08X", c);
  }

  /** Returns a repetition. */
  static String times(String body, int min, int max) {
    if (max == 0) {
      return "\"\"";
    }
    if (min == 1 && max == 1) {
      return body;
    }
    return body
        + (max == Integer.MAX_VALUE
            ? min == 0 ? "*" : min == 1 ? "+" : "{" + min + ",}"
            : min == 0 && max == 1
                ? "?"
                : min == max ? "{" + min + "}" : "{" + min + "," + max + "}");
  }
}

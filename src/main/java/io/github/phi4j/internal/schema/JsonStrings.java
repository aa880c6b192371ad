package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Rules of JSON strings. Lengths count characters, however they are written. */
final class JsonStrings {

  /** What stands for itself in a JSON string. */
  static final CodePoints PLAIN = CodePoints.of(' ', '!', '#', '[', ']', Character.MAX_CODE_POINT);

  private static final String QUOTE = "\"\\\"\"";

  private final Gbnf grammar;

  JsonStrings(Gbnf grammar) {
    this.grammar = grammar;
  }

  /** An escaped character, as a literal of the grammar. */
  static String escape(int c) {
    String quoted = Json.quote(Character.toString(c));
    return Gbnf.literal(quoted.substring(1, quoted.length() - 1));
  }

  /** All that must be escaped. */
  static String escaped(Gbnf grammar) {
    return grammar.rule("escaped", "\"\\\\\" [\\x22\\x5Cbfnrt] | \"\\\\u00\" [01] [0-9a-fA-F]");
  }

  static String quoted(String body) {
    return QUOTE + " " + body + " " + QUOTE;
  }

  /** One character; every escape but those of surrogates is allowed. */
  String character() {
    return grammar.rule(
        "char",
        PLAIN.brackets()
            + " | \"\\\\\" ([\\x22\\x5C/bfnrt] | \"u\" ([0-9a-cA-CeEfF] [0-9a-fA-F]{3} | [dD] [0-7]"
            + " [0-9a-fA-F]{2}))");
  }

  /** Strings with a number of characters. */
  String string(int min, int max) {
    return min == 0 && max == Integer.MAX_VALUE
        ? grammar.rule("string", quoted(character() + "*"))
        : grammar.rule("string-" + min, quoted(Gbnf.times(character(), min, max)));
  }

  /** A tree of texts, by their characters. */
  private static final class Trie {
    final Map<Integer, Trie> next = new TreeMap<>();
    boolean ends;
  }

  /** All strings but some, each character written in a short way. */
  String stringOtherThan(List<String> texts) {
    if (texts.isEmpty()) {
      return string(0, Integer.MAX_VALUE);
    }
    Trie trie = new Trie();
    for (String text : texts) {
      Trie at = trie;
      for (int c : text.codePoints().toArray()) {
        at = at.next.computeIfAbsent(c, _ -> new Trie());
      }
      at.ends = true;
    }
    return grammar.rule("other-name", quoted(otherThan(trie)));
  }

  private String otherThan(Trie trie) {
    String any = grammar.rule("plain-char", CodePoints.all().inJson(grammar));
    List<String> bodies = new ArrayList<>();
    CodePoints rest = CodePoints.all();
    for (Map.Entry<Integer, Trie> next : trie.next.entrySet()) {
      CodePoints c = CodePoints.only(next.getKey());
      rest = rest.and(c.not());
      bodies.add(c.inJson(grammar) + " " + otherThan(next.getValue()));
    }
    bodies.add(rest.inJson(grammar) + " " + any + "*");
    String body = "(" + String.join(" | ", bodies) + ")";
    return trie.ends ? body : body + "?";
  }
}

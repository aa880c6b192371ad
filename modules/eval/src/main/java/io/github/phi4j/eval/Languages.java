package io.github.phi4j.eval;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Detects the language of a text: by script first, and among languages that share one, by unique
 * letters and frequent words.
 */
final class Languages {

  private static final Map<Character.UnicodeScript, String> SCRIPTS =
      Map.ofEntries(
          Map.entry(Character.UnicodeScript.BENGALI, "bn"),
          Map.entry(Character.UnicodeScript.GURMUKHI, "pa"),
          Map.entry(Character.UnicodeScript.GUJARATI, "gu"),
          Map.entry(Character.UnicodeScript.TAMIL, "ta"),
          Map.entry(Character.UnicodeScript.TELUGU, "te"),
          Map.entry(Character.UnicodeScript.KANNADA, "kn"),
          Map.entry(Character.UnicodeScript.MALAYALAM, "ml"),
          Map.entry(Character.UnicodeScript.THAI, "th"),
          Map.entry(Character.UnicodeScript.HANGUL, "ko"),
          Map.entry(Character.UnicodeScript.HEBREW, "he"),
          Map.entry(Character.UnicodeScript.GREEK, "el"),
          Map.entry(Character.UnicodeScript.HIRAGANA, "ja"),
          Map.entry(Character.UnicodeScript.KATAKANA, "ja"),
          Map.entry(Character.UnicodeScript.HAN, "zh-cn"));

  /** The most frequent words of languages that share a script, by script. */
  private static final Map<Character.UnicodeScript, Map<String, Set<String>>> WORDS =
      read(TaskDefinition.resource("languages.txt"));

  private Languages() {}

  private static Map<Character.UnicodeScript, Map<String, Set<String>>> read(String text) {
    Map<Character.UnicodeScript, Map<String, Set<String>>> all = new HashMap<>();
    text.lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .forEach(line -> {
          List<String> parts = List.of(line.split(" "));
          all.computeIfAbsent(
                  Character.UnicodeScript.forName(parts.get(0)), _ -> new LinkedHashMap<>())
              .put(parts.get(1), Set.copyOf(parts.subList(2, parts.size())));
        });
    return all;
  }

  /**
   * Returns the language's ISO 639-1 code; empty if the text has no letters or the language is
   * unknown.
   */
  static String detect(String text) {
    Map<Character.UnicodeScript, Integer> letters = new HashMap<>();
    text.codePoints()
        .filter(Character::isLetter)
        .forEach(c -> letters.merge(Character.UnicodeScript.of(c), 1, Integer::sum));
    letters.remove(Character.UnicodeScript.COMMON);
    if (letters.isEmpty()) {
      return "";
    }
    Character.UnicodeScript script =
        letters.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
    if (script == Character.UnicodeScript.HAN
        && letters.containsKey(Character.UnicodeScript.HIRAGANA)) {
      return "ja";
    }
    if (!WORDS.containsKey(script)) {
      return SCRIPTS.getOrDefault(script, "");
    }
    return byWords(text.toLowerCase(Locale.ROOT), WORDS.get(script));
  }

  /** A single letter in the lists counts anywhere in a word. */
  private static String byWords(String text, Map<String, Set<String>> languages) {
    String[] words = text.split("[^\\p{L}\\p{M}'’]+", -1);
    String best = "";
    double bestScore = 0;
    for (Map.Entry<String, Set<String>> language : languages.entrySet()) {
      double score = 0;
      for (String mark : language.getValue()) {
        if (mark.startsWith("+")) {
          score += 2.0 * (text.split(mark.substring(1), -1).length - 1);
        }
      }
      for (String word : words) {
        score += language.getValue().contains(word) ? 1 : 0;
      }
      if (score > bestScore) {
        bestScore = score;
        best = language.getKey();
      }
    }
    return best;
  }
}

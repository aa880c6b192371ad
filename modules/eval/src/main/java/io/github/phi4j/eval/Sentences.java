package io.github.phi4j.eval;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Splits English text into sentences and words, mostly like NLTK's Punkt (Kiss and Strunk 2006): an
 * end is a full stop, question mark or exclamation mark before white space, unless the full stop
 * belongs to an abbreviation, an initial, or an ellipsis within a sentence.
 */
final class Sentences {

  private static final Set<String> TITLES =
      Set.of(
          "mr", "mrs", "ms", "dr", "prof", "st", "gen", "sen", "rep", "gov", "capt", "col", "lt",
          "sgt", "rev", "hon", "messrs", "mt", "vs", "no", "fig", "e.g", "i.e", "cf", "ft");
  private static final Set<String> ABBREVIATIONS =
      Set.of(
          "etc", "inc", "corp", "ltd", "co", "jr", "sr", "dept", "est", "jan", "feb", "mar", "apr",
          "jun", "jul", "aug", "sept", "sep", "oct", "nov", "dec", "u.s", "u.k", "u.n", "a.m",
          "p.m", "d.c", "ph.d", "vol", "approx", "al");
  private static final Set<String> STARTERS =
      Set.of(
          "the", "this", "that", "these", "those", "it", "he", "she", "they", "we", "i", "you",
          "in", "on", "at", "but", "and", "however", "if", "when", "there", "a", "an", "as", "for",
          "so", "then", "my", "his", "her", "our", "their", "what", "how", "why", "after");
  private static final Pattern CLOSERS = Pattern.compile("[\"')\\]}”’»*_;:]+$");
  private static final Pattern OPENERS = Pattern.compile("^[\"'(\\[{“‘«*_#>-]+");
  private static final Pattern INITIALS = Pattern.compile("\\p{L}(\\.\\p{L})*");
  private static final Pattern WORDS =
      Pattern.compile("[\\s,;?!\"()\\[\\]{}<>“”…]+|--+|\\.\\.+|:(?=\\s|$)");

  private Sentences() {}

  /** Returns the number of sentences; 0 for a blank text. */
  static int count(String text) {
    List<String> tokens = Stream.of(text.strip().split("\\s+")).filter(t -> !t.isEmpty()).toList();
    int ends = 0;
    for (int i = 0; i + 1 < tokens.size(); i++) {
      ends += ends(tokens.get(i), tokens.get(i + 1)) ? 1 : 0;
    }
    return tokens.isEmpty() ? 0 : ends + 1;
  }

  private static boolean ends(String token, String following) {
    String bare = CLOSERS.matcher(token).replaceFirst("");
    if (bare.endsWith("?") || bare.endsWith("!")) {
      return true;
    }
    if (!bare.endsWith(".")) {
      return false;
    }
    String next = OPENERS.matcher(following).replaceFirst("");
    boolean upper = !next.isEmpty() && !Character.isLowerCase(next.codePointAt(0));
    if (bare.endsWith("..")) {
      return upper;
    }
    String word = OPENERS.matcher(bare.substring(0, bare.length() - 1)).replaceFirst("");
    String lower = word.toLowerCase(Locale.ROOT);
    if (TITLES.contains(lower)) {
      return false;
    }
    if (ABBREVIATIONS.contains(lower) || INITIALS.matcher(word).matches()) {
      String start = next.replaceAll("[^\\p{L}].*$", "").toLowerCase(Locale.ROOT);
      return upper && STARTERS.contains(start);
    }
    return upper || !word.matches("\\d+");
  }

  /** Returns the number of words in capitals, including I and A. */
  static int capitalWords(String text) {
    return (int)
        WORDS
            .splitAsStream(text)
            .flatMap(word -> Stream.of(word.split("(?=['’](?:\\p{L}{1,2})$)|(?=n['’]t$)")))
            .filter(word -> word.codePoints().anyMatch(Character::isUpperCase))
            .filter(word -> word.codePoints().noneMatch(Character::isLowerCase))
            .count();
  }
}

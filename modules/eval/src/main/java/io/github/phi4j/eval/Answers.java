package io.github.phi4j.eval;

import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Extracts answers from replies. If a reply has several, the last one counts, since models correct
 * themselves.
 */
public final class Answers {

  private static final Pattern NUMBER =
      Pattern.compile(
          "[-−–]?\\$?(?:\\d{1,3}(?:[,  ]\\d{3})+(?!\\d)|\\d+)(?:\\.\\d+)?(?:/\\d+)?"
              + "|[-−–]?\\$?\\.\\d+");
  private static final Pattern FENCE =
      Pattern.compile(
          "^[ \\t]*```([\\w+-]*)[^\\n]*\\n(.*?)(?:^[ \\t]*```|\\z)",
          Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern STATED =
      Pattern.compile("(?i)\\banswer\\s*(?:is|would be)\\s*:?\\s*([^\\n]*)");

  private Answers() {}

  /**
   * Returns the text after the last prefix with a colon, up to the end of the line, such as {@code
   * Answer: 5}. The prefix may be inside a line and in bold; case is ignored.
   *
   * @param text the reply
   * @param prefixes the prefixes, without a colon
   * @return the trimmed text without bold markers; empty if there is no prefix
   */
  public static Optional<String> afterPrefix(String text, List<String> prefixes) {
    String any = prefixes.stream().map(Pattern::quote).collect(Collectors.joining("|"));
    Pattern pattern =
        Pattern.compile("(?iu)(?<![\\p{L}\\p{N}])(?:" + any + ")\\s*\\**\\s*[:：]\\s*\\**([^\\n]*)");
    return last(pattern, text).map(match -> match.group(1).replace("**", "").strip());
  }

  /**
   * Returns the content of the last {@code \boxed{…}} or {@code \fbox{…}}, with balanced braces.
   *
   * @param text the reply
   * @return the content; empty if there is no box, or the last one was never closed
   */
  public static Optional<String> boxed(String text) {
    int start = Math.max(text.lastIndexOf("\\boxed"), text.lastIndexOf("\\fbox"));
    if (start < 0) {
      return Optional.empty();
    }
    int open = start + (text.startsWith("\\boxed", start) ? 6 : 5);
    if (open < text.length() && text.charAt(open) == ' ') {
      return last(Pattern.compile("\\G ([^\\s$]+)"), text.substring(open)).map(m -> m.group(1));
    }
    int depth = 0;
    for (int i = open; i < text.length(); i++) {
      if (text.charAt(i) == '{') {
        depth++;
      } else if (text.charAt(i) == '}' && --depth == 0) {
        return Optional.of(text.substring(open + 1, i).strip());
      } else if (depth == 0) {
        break;
      }
    }
    return Optional.empty();
  }

  /**
   * Returns the marked answer of a reply: the last of a prefix, a box, and "the answer is".
   *
   * @param text the reply
   * @param prefixes the prefixes of {@link #afterPrefix}
   * @return the answer, verbatim; empty if nothing is marked
   */
  public static Optional<String> marked(String text, List<String> prefixes) {
    return afterPrefix(text, prefixes)
        .map(line -> boxed(line).orElse(line))
        .or(() -> boxed(text))
        .or(() -> last(STATED, text).map(match -> match.group(1).replace("**", "").strip()));
  }

  /**
   * Returns the number that answers: in a marked answer, the first one after the last equals sign;
   * otherwise the last one of the reply. Currency, units, thousands separators and percent signs
   * are ignored; digits of all scripts are recognized.
   *
   * @param text the reply
   * @param prefixes the prefixes of {@link #afterPrefix}
   * @param markedOnly whether only a marked number counts, as in a truncated reply
   * @return the number in the form of {@link #canonicalNumber}; empty if there is none
   */
  public static Optional<String> number(String text, List<String> prefixes, boolean markedOnly) {
    String plain = plainDigits(text);
    Optional<String> marked = marked(plain, prefixes);
    if (marked.isPresent() && !marked.get().isEmpty()) {
      String line = marked.get();
      Matcher first = NUMBER.matcher(line.substring(line.lastIndexOf('=') + 1));
      return first.find() ? Optional.of(canonicalNumber(first.group())) : Optional.empty();
    }
    if (markedOnly) {
      return Optional.empty();
    }
    return last(NUMBER, plain).map(match -> canonicalNumber(match.group()));
  }

  /**
   * Returns a number in canonical form: without currency, thousands separators, plus sign and
   * trailing zeros of a fraction.
   *
   * @param number the number as written
   * @return the form shared by all numbers of this value
   */
  public static String canonicalNumber(String number) {
    String plain = plainDigits(number).replaceAll("[$,  %+\\s]", "").replaceAll("[−–]", "-");
    return MathEquality.rational(plain).map(MathEquality.Rational::toString).orElse(plain);
  }

  /**
   * Returns the letter that answers a multiple-choice question.
   *
   * @param text the reply
   * @param prefixes the prefixes of {@link #afterPrefix}
   * @param letters the letters, such as A to D
   * @return the letter in upper case; empty if none is marked and the reply is not just a letter
   */
  public static Optional<String> letter(String text, List<String> prefixes, List<String> letters) {
    String any = String.join("", letters);
    Pattern alone =
        Pattern.compile(
            "^[\\s(\\[*$\"'{]*(?:\\\\(?:text|textbf|mathrm)\\{)?[(\\s]*(?:option\\s+)?\\(?(["
                + any
                + "])(?![\\p{L}\\p{N}'’])",
            Pattern.CASE_INSENSITIVE);
    String candidate = marked(text, prefixes).orElse(text.strip());
    Matcher matcher = alone.matcher(candidate);
    if (matcher.find() && !isWord(candidate, matcher)) {
      return Optional.of(matcher.group(1).toUpperCase(Locale.ROOT));
    }
    return Optional.empty();
  }

  /** Returns whether the match is the article "A" at the start of a sentence. */
  private static boolean isWord(String text, Matcher match) {
    int end = match.end(1);
    boolean article = match.group(1).equalsIgnoreCase("A") || match.group(1).equalsIgnoreCase("I");
    return article
        && end + 1 < text.length()
        && text.charAt(end) == ' '
        && Character.isLetter(text.charAt(end + 1));
  }

  /**
   * Returns a block of code: the first fenced one that contains a text, or the whole reply if
   * nothing is fenced.
   *
   * @param text the reply
   * @param needed the text to contain, such as {@code def name(}; may be empty
   * @return the code; empty if there are fenced blocks, but none contains the text
   */
  public static Optional<String> code(String text, String needed) {
    List<MatchResult> blocks = FENCE.matcher(text).results().toList();
    if (blocks.isEmpty()) {
      return text.contains(needed) ? Optional.of(text) : Optional.empty();
    }
    return blocks.stream()
        .map(block -> block.group(2))
        .filter(code -> code.contains(needed))
        .findFirst();
  }

  /** Returns whether a reply has a closed fenced block that contains a text. */
  static boolean hasClosedBlock(String text, String needed) {
    return FENCE
        .matcher(text)
        .results()
        .anyMatch(b -> b.group(2).contains(needed) && b.group().stripTrailing().endsWith("```"));
  }

  private static Optional<MatchResult> last(Pattern pattern, String text) {
    return pattern.matcher(text).results().reduce((_, later) -> later);
  }

  /** Converts digits of all scripts to ASCII, and full-width signs to plain ones. */
  private static String plainDigits(String text) {
    String plain = text.chars().allMatch(c -> c < 128) ? text : folded(text);
    return plain.replace("\\$", "$").replace("{,}", ",").replace("\\!", "").replace("\\%", "%");
  }

  private static String folded(String text) {
    StringBuilder folded = new StringBuilder();
    Normalizer.normalize(text, Normalizer.Form.NFC)
        .codePoints()
        .forEach(c -> {
          int digit = Character.isDigit(c) ? Character.digit(c, 10) : -1;
          folded.appendCodePoint(digit >= 0 ? '0' + digit : c == '，' ? ',' : c);
        });
    return folded.toString();
  }
}

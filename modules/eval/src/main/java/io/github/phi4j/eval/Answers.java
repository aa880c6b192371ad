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
 * Finds answers in replies. Where a reply has several, the last one counts: models correct
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
   * The rest of the last line that begins with a prefix and a colon, such as {@code Answer: 5}. The
   * prefix may stand within a line and be set in bold; case does not count.
   *
   * @param text the reply
   * @param prefixes the prefixes, without a colon
   * @return what follows, without the marks of bold text and the white space around it; empty if no
   *     prefix is there
   */
  public static Optional<String> afterPrefix(String text, List<String> prefixes) {
    String any = prefixes.stream().map(Pattern::quote).collect(Collectors.joining("|"));
    Pattern pattern =
        Pattern.compile("(?iu)(?<![\\p{L}\\p{N}])(?:" + any + ")\\s*\\**\\s*[:：]\\s*\\**([^\\n]*)");
    return last(pattern, text).map(match -> match.group(1).replace("**", "").strip());
  }

  /**
   * The content of the last {@code \boxed{…}} or {@code \fbox{…}}, with balanced braces.
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
   * What the reply itself marks as its answer: the last of a line with a prefix, a box, and "the
   * answer is".
   *
   * @param text the reply
   * @param prefixes the prefixes of {@link #afterPrefix}
   * @return the answer as it stands; empty if nothing is marked
   */
  public static Optional<String> marked(String text, List<String> prefixes) {
    return afterPrefix(text, prefixes)
        .map(line -> boxed(line).orElse(line))
        .or(() -> boxed(text))
        .or(() -> last(STATED, text).map(match -> match.group(1).replace("**", "").strip()));
  }

  /**
   * The number that answers: in what is marked the first one after the last equals sign, else the
   * last one of the reply. Signs of currency, units, thousands commas and percent are passed over,
   * and digits of all scripts are read.
   *
   * @param text the reply
   * @param prefixes the prefixes of {@link #afterPrefix}
   * @param markedOnly whether the last number counts as no answer, as in a reply that was cut off
   * @return the number as {@link #canonicalNumber} writes it; empty if there is none
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
   * A number without what does not count: currency, separators of thousands, a plus sign, zeros at
   * the end of a fraction.
   *
   * @param number the number as it was written
   * @return the number as others of the same value are written too
   */
  public static String canonicalNumber(String number) {
    String plain = plainDigits(number).replaceAll("[$,  %+\\s]", "").replaceAll("[−–]", "-");
    return MathEquality.rational(plain).map(MathEquality.Rational::toString).orElse(plain);
  }

  /**
   * The letter that answers a question of multiple choice.
   *
   * @param text the reply
   * @param prefixes the prefixes of {@link #afterPrefix}
   * @param letters the letters, such as A to D
   * @return the letter in upper case; empty if none is marked and the reply is no letter by itself
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

  /** The article "A" at the start of a sentence is no letter. */
  private static boolean isWord(String text, Matcher match) {
    int end = match.end(1);
    boolean article = match.group(1).equalsIgnoreCase("A") || match.group(1).equalsIgnoreCase("I");
    return article
        && end + 1 < text.length()
        && text.charAt(end) == ' '
        && Character.isLetter(text.charAt(end + 1));
  }

  /**
   * A block of code: the first fenced one that has a text, or the whole reply if nothing is fenced.
   *
   * @param text the reply
   * @param needed what the block should have, such as {@code def name(}; may be empty
   * @return the code; empty if there are fences, but none with what is needed
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

  /** Whether a reply has a fenced block that is closed and has a text. */
  static boolean hasClosedBlock(String text, String needed) {
    return FENCE
        .matcher(text)
        .results()
        .anyMatch(b -> b.group(2).contains(needed) && b.group().stripTrailing().endsWith("```"));
  }

  private static Optional<MatchResult> last(Pattern pattern, String text) {
    return pattern.matcher(text).results().reduce((_, later) -> later);
  }

  /** Digits of all scripts as ASCII ones; full-width signs as plain ones. */
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

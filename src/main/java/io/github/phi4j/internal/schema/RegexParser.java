package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.grammar.CodePoints;
import java.util.ArrayList;
import java.util.List;

/**
 * Parses ECMA-262 regular expressions as browsers do, with the leniency of annex B where it has a
 * meaning: an unmatched bracket or brace is a literal, as is a hyphen beside a class. Characters
 * are code points, as with the flag {@code u}.
 */
final class RegexParser {

  private static final int MAX_COUNT = 100_000;
  private static final int MAX_DEPTH = 200;
  private static final CodePoints DIGIT = CodePoints.pairs('0', '9');
  private static final CodePoints WORD = CodePoints.pairs('0', '9', 'A', 'Z', '_', '_', 'a', 'z');
  private static final CodePoints SPACE =
      CodePoints.pairs(
          0x09, 0x0d, 0x20, 0x20, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029,
          0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000, 0xfeff, 0xfeff);
  private static final CodePoints LINE_ENDS =
      CodePoints.pairs('\n', '\n', '\r', '\r', 0x2028, 0x2029);

  private final int[] pattern;
  private int at;
  private int depth;

  private RegexParser(String pattern) {
    this.pattern = pattern.codePoints().toArray();
  }

  /**
   * Parses a pattern.
   *
   * @throws IllegalArgumentException if it is invalid or not regular; the message has the construct
   *     and its position
   */
  static Regex parse(String pattern) {
    RegexParser parser = new RegexParser(pattern);
    Regex regex = parser.alternatives();
    if (parser.at < parser.pattern.length) {
      throw parser.problem("an unbalanced )");
    }
    return regex;
  }

  private Regex alternatives() {
    if (++depth > MAX_DEPTH) {
      throw problem("groups nested more than " + MAX_DEPTH + " deep");
    }
    List<Regex> alternatives = new ArrayList<>();
    do {
      alternatives.add(sequence());
    } while (taken('|'));
    depth--;
    return alternatives.size() == 1 ? alternatives.getFirst() : new Regex.Choice(alternatives);
  }

  private Regex sequence() {
    List<Regex> parts = new ArrayList<>();
    while (at < pattern.length && pattern[at] != '|' && pattern[at] != ')') {
      parts.add(repeated(atom()));
    }
    return parts.size() == 1 ? parts.getFirst() : new Regex.Sequence(parts);
  }

  private Regex atom() {
    int c = pattern[at++];
    return switch (c) {
      case '(' -> group();
      case '[' -> new Regex.Characters(brackets());
      case '.' -> new Regex.Characters(LINE_ENDS.negate());
      case '^' -> new Regex.Anchor(false);
      case '$' -> new Regex.Anchor(true);
      case '\\' -> new Regex.Characters(escape(false));
      case '*', '+', '?' -> {
        at--;
        throw problem("a quantifier with nothing before it");
      }
      default -> new Regex.Characters(CodePoints.only(c));
    };
  }

  private Regex group() {
    int start = at - 1;
    boolean ahead = false;
    boolean negated = false;
    if (taken('?') && !taken(':')) {
      negated = taken('!');
      ahead = negated || taken('=');
      if (!ahead) {
        name(start);
      }
    }
    Regex inner = alternatives();
    if (!taken(')')) {
      at = start;
      throw problem("a group without an end");
    }
    return ahead ? new Regex.Ahead(inner, negated) : inner;
  }

  private void name(int start) {
    boolean named =
        at + 1 < pattern.length
            && pattern[at] == '<'
            && pattern[at + 1] != '='
            && pattern[at + 1] != '!';
    if (!named) {
      at = start;
      throw problem("a group that looks behind, or with flags");
    }
    while (at < pattern.length && !taken('>')) {
      at++;
    }
  }

  private Regex repeated(Regex item) {
    int start = at;
    int min = 1;
    int max = 1;
    if (taken('*')) {
      min = 0;
      max = Regex.UNBOUNDED;
    } else if (taken('+')) {
      max = Regex.UNBOUNDED;
    } else if (taken('?')) {
      min = 0;
    } else if (taken('{')) {
      min = count();
      max = min;
      if (taken(',')) {
        max = at < pattern.length && pattern[at] == '}' ? Regex.UNBOUNDED : count();
      }
      if (min < 0 || max < 0 || !taken('}')) {
        at = start; // a literal brace
        return item;
      }
      if (min > max) {
        throw problem("a count that ends before it begins");
      }
    } else {
      return item;
    }
    taken('?'); // laziness does not change the language
    if (item instanceof Regex.Anchor || item instanceof Regex.Ahead) {
      throw problem("a quantifier after something that consumes no character");
    }
    return new Regex.Repetition(item, min, max);
  }

  private int count() {
    int count = -1;
    while (at < pattern.length && pattern[at] >= '0' && pattern[at] <= '9') {
      count = Math.max(count, 0) * 10 + pattern[at++] - '0';
      if (count > MAX_COUNT) {
        throw problem("a count above " + MAX_COUNT);
      }
    }
    return count;
  }

  private CodePoints brackets() {
    boolean negated = taken('^');
    CodePoints characters = CodePoints.of();
    while (!taken(']')) {
      if (at == pattern.length) {
        throw problem("a class without an end");
      }
      CodePoints from = classItem();
      if (at + 1 < pattern.length && pattern[at] == '-' && pattern[at + 1] != ']') {
        int hyphen = at++;
        CodePoints to = classItem();
        if (single(from) < 0 || single(to) < 0) {
          at = hyphen + 1; // beside a class, a hyphen is a literal
          from = from.or(CodePoints.only('-'));
        } else if (single(to) < single(from)) {
          throw problem("a range that ends before it begins");
        } else {
          from = CodePoints.pairs(single(from), single(to));
        }
      }
      characters = characters.or(from);
    }
    return negated ? characters.negate() : characters;
  }

  private CodePoints classItem() {
    int c = pattern[at++];
    return c == '\\' ? escape(true) : CodePoints.only(c);
  }

  private static int single(CodePoints characters) {
    List<CodePoints.Range> ranges = characters.ranges();
    return ranges.size() == 1 && ranges.getFirst().from() == ranges.getFirst().to()
        ? ranges.getFirst().from()
        : -1;
  }

  private CodePoints escape(boolean inBrackets) {
    if (at == pattern.length) {
      throw problem("a backslash at the end");
    }
    int c = pattern[at++];
    return switch (c) {
      case 'd' -> DIGIT;
      case 'D' -> DIGIT.negate();
      case 'w' -> WORD;
      case 'W' -> WORD.negate();
      case 's' -> SPACE;
      case 'S' -> SPACE.negate();
      case 't' -> CodePoints.only('\t');
      case 'n' -> CodePoints.only('\n');
      case 'r' -> CodePoints.only('\r');
      case 'f' -> CodePoints.only('\f');
      case 'v' -> CodePoints.only(0x0b);
      case 'x' -> CodePoints.only(hex(2));
      case 'u' -> CodePoints.only(unicode());
      case 'c' -> CodePoints.only(control());
      case 'p', 'P' -> property(c == 'P');
      case 'b' -> {
        if (!inBrackets) {
          throw problem("a word boundary");
        }
        yield CodePoints.only('\b');
      }
      case '0' -> CodePoints.only(0);
      default -> {
        if (c < 0x80 && Character.isLetterOrDigit(c)) {
          throw problem("\\" + Character.toString(c));
        }
        yield CodePoints.only(c);
      }
    };
  }

  private int control() {
    int c = at < pattern.length ? pattern[at++] : 0;
    if (c >= 0x80 || !Character.isLetter(c)) {
      throw problem("\\c without a letter");
    }
    return c % 32;
  }

  private CodePoints property(boolean negated) {
    int start = at;
    StringBuilder name = new StringBuilder();
    if (taken('{')) {
      while (at < pattern.length && pattern[at] != '}') {
        name.appendCodePoint(pattern[at++]);
      }
    }
    if (name.isEmpty() || !taken('}')) {
      at = start;
      throw problem("\\p without a property in braces");
    }
    CodePoints characters =
        UnicodeProperties.named(name.toString())
            .orElseThrow(() -> problem("the unknown property " + name));
    return negated ? characters.negate() : characters;
  }

  private int unicode() {
    int c;
    if (taken('{')) {
      int start = at;
      while (at < pattern.length && pattern[at] != '}') {
        at++;
      }
      int digits = at - start;
      at = start;
      c = digits > 0 && digits <= 6 ? hex(digits) : -1;
      if (!taken('}') || c < 0 || c > Character.MAX_CODE_POINT) {
        throw problem("no proper character");
      }
    } else {
      c = hex(4);
      if (Character.isHighSurrogate((char) c) && taken('\\') && taken('u')) {
        c = Character.toCodePoint((char) c, (char) hex(4));
      }
    }
    if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
      throw problem("half of a surrogate pair");
    }
    return c;
  }

  private int hex(int digits) {
    int value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = at < pattern.length ? Character.digit(pattern[at++], 16) : -1;
      if (digit < 0) {
        throw problem("no hexadecimal digit");
      }
      value = value * 16 + digit;
    }
    return value;
  }

  private boolean taken(int c) {
    if (at < pattern.length && pattern[at] == c) {
      at++;
      return true;
    }
    return false;
  }

  private IllegalArgumentException problem(String found) {
    return new IllegalArgumentException(
        found + " at character " + (at + 1) + " of " + new String(pattern, 0, pattern.length));
  }
}

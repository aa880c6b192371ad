package io.github.phi4j.internal.grammar;

import io.github.phi4j.api.GrammarException;
import io.github.phi4j.internal.grammar.CodePoints.Range;
import io.github.phi4j.internal.grammar.GrammarRules.Rule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Parses GBNF like llama.cpp's {@code llama-grammar.cpp}. A later definition of a rule replaces an
 * earlier one. Repetitions whose maximum is below the minimum are refused; classes and literals
 * that match nothing are allowed beside an alternative that can match.
 */
final class GbnfParser {

  private static final int END = -1;
  private static final int MAX_DEPTH = 500; // of groups: parsing and compiling recurse

  private final String source;
  private final int[] text; // code points
  private final int[] lineStarts;
  private int position;
  private int depth;

  private GbnfParser(String source) {
    this.source = source;
    text = source.codePoints().toArray();
    position = source.startsWith("\ufeff") ? 1 : 0; // a byte order mark is no part of the text
    int[] starts = new int[text.length + 1];
    int lines = 1;
    for (int i = 0; i < text.length; i++) {
      if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.length || text[i + 1] != '\n'))) {
        starts[lines++] = i + 1;
      }
    }
    lineStarts = Arrays.copyOf(starts, lines);
  }

  /**
   * Parses rules. {@link RuleCheck} validates them.
   *
   * @throws GrammarException if the syntax is wrong
   */
  static GrammarRules parse(String source) {
    return new GbnfParser(source).rules();
  }

  private GrammarRules rules() {
    Map<String, Rule> rules = new LinkedHashMap<>();
    skipSpace(true);
    while (peek() != END) {
      Place place = place(position);
      String name = name();
      skipSpace(false);
      if (!(peek() == ':' && peek(1) == ':' && peek(2) == '=')) {
        throw expected("'::=' after the name of a rule");
      }
      position += 3;
      skipSpace(true);
      Expression body = alternatives();
      if (peek() != END && peek() != '\n' && peek() != '\r') {
        throw expected("an item, '|' or the end of the rule's line");
      }
      rules.put(name, new Rule(body, place));
      skipSpace(true);
    }
    return new GrammarRules(rules, source);
  }

  private Expression alternatives() {
    List<Expression> alternatives = new ArrayList<>();
    alternatives.add(sequence());
    while (peek() == '|') {
      position++;
      skipSpace(true);
      alternatives.add(sequence());
    }
    return alternatives.size() == 1 ? alternatives.getFirst() : new Expression.Choice(alternatives);
  }

  private Expression sequence() {
    List<Expression> parts = new ArrayList<>();
    while (true) {
      int start = position;
      int c = peek();
      if (c == '*' || c == '+' || c == '?' || c == '{') {
        if (parts.isEmpty()) {
          throw fault(start, "nothing precedes '" + Character.toString(c) + "' to repeat");
        }
        parts.add(repetition(parts.removeLast()));
      } else if (c == '"') {
        parts.add(literal());
      } else if (c == '[') {
        parts.add(characters());
      } else if (c == '.') {
        position++;
        parts.add(new Expression.Characters(CodePoints.ALL));
      } else if (c == '<' || c == '!') {
        parts.add(token());
      } else if (c == '(') {
        parts.add(group());
      } else if (isWord(c)) {
        parts.add(new Expression.Reference(name(), place(start)));
      } else {
        return parts.size() == 1 ? parts.getFirst() : new Expression.Sequence(parts);
      }
      skipSpace(depth > 0);
    }
  }

  private Expression group() {
    int start = position++;
    if (++depth > MAX_DEPTH) {
      throw fault(
          start,
          "groups are nested more than " + MAX_DEPTH + " deep; move inner groups " + "to rules");
    }
    skipSpace(true);
    Expression body = alternatives();
    if (peek() != ')') {
      throw peek() == END
          ? fault(start, "the group that begins here is not closed")
          : expected("an item, '|' or ')'");
    }
    position++;
    depth--;
    return body;
  }

  private Expression repetition(Expression item) {
    int start = position;
    int operator = text[position++];
    if (operator != '{') {
      int max = operator == '?' ? 1 : Expression.UNBOUNDED;
      return new Expression.Repetition(item, operator == '+' ? 1 : 0, max);
    }
    boolean nested = depth > 0;
    skipSpace(nested);
    int min = count();
    int max = min;
    skipSpace(nested);
    if (peek() == ',') {
      position++;
      skipSpace(nested);
      max = isDigit(peek()) ? count() : Expression.UNBOUNDED;
      skipSpace(nested);
    }
    if (peek() != '}') {
      throw expected("',' or '}' of a repetition");
    }
    position++;
    if (max < min) {
      throw fault(start, "the repetition {" + min + "," + max + "} ends before it begins");
    }
    return new Expression.Repetition(item, min, max);
  }

  private int count() {
    int start = position;
    long value = 0;
    while (isDigit(peek())) {
      value = Math.min(10 * value + text[position++] - '0', Integer.MAX_VALUE);
    }
    if (position == start) {
      throw expected("a number of repetitions");
    }
    if (value > States.MAX_STATES) {
      throw fault(
          start, "a repetition may count to " + States.MAX_STATES + "; leave the maximum out");
    }
    return (int) value;
  }

  private Expression literal() {
    int start = position++;
    StringBuilder literal = new StringBuilder();
    Expression nothing = null;
    while (peek() != '"') {
      int at = position;
      int c = character(start, "literal");
      if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE && nothing == null) {
        String half = String.format(Locale.ROOT, "U+%04X", c);
        nothing =
            new Expression.Nothing(
                place(at), half + " is half of a character: write \\U and all 8 digits");
      } else {
        literal.appendCodePoint(c); // the rest does not matter after half a pair
      }
    }
    position++;
    return nothing == null ? new Expression.Literal(literal.toString()) : nothing;
  }

  /** Parses a class; as in llama.cpp, an empty one matches the empty text. */
  private Expression characters() {
    int start = position++;
    boolean negated = peek() == '^';
    if (negated) {
      position++;
    }
    if (peek() == ']') {
      position++;
      return new Expression.Sequence(List.of());
    }
    List<Range> ranges = new ArrayList<>();
    Expression nothing =
        new Expression.Nothing(place(start), "the character class holds no character");
    while (peek() != ']') {
      int at = position;
      int from = character(start, "character class");
      int to = from;
      if (peek() == '-' && peek(1) != ']') {
        position++;
        to = character(start, "character class");
      }
      if (to < from) {
        String range = String.format(Locale.ROOT, "U+%04X to U+%04X", from, to);
        nothing =
            new Expression.Nothing(place(at), "the range " + range + " ends before it begins");
      } else {
        ranges.add(new Range(from, to));
      }
    }
    position++;
    CodePoints set = CodePoints.of(ranges);
    set = negated ? set.negate() : set;
    return set.isEmpty() ? nothing : new Expression.Characters(set);
  }

  private int character(int start, String what) {
    int c = peek();
    if (c == END) {
      throw fault(start, "the " + what + " that begins here is not closed");
    }
    if (c != '\\') {
      position++;
      return c;
    }
    int at = position;
    int escaped = peek(1);
    position += 2;
    return switch (escaped) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case '\\', '"', '[', ']', '-' -> escaped;
      case 'x' -> hex(at, 2);
      case 'u' -> hex(at, 4);
      case 'U' -> hex(at, 8);
      default ->
          throw fault(
              at,
              "unknown escape; there are \\n"
                  + " \\r"
                  + " \\t \\\\ \\\" \\[ \\] \\- \\xHH \\uHHHH \\UHHHHHHHH");
    };
  }

  private int hex(int start, int digits) {
    long value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = peek() > 127 ? -1 : Character.digit(peek(), 16);
      if (digit < 0) {
        throw fault(start, "the escape needs " + digits + " hexadecimal digits");
      }
      value = value << 4 | digit;
      position++;
    }
    if (value > Character.MAX_CODE_POINT) {
      throw fault(
          start, String.format(Locale.ROOT, "U+%X is beyond the last character, U+10FFFF", value));
    }
    return (int) value;
  }

  private Expression token() {
    int start = position;
    boolean negated = peek() == '!';
    if (negated) {
      position++;
    }
    if (peek() != '<') {
      throw expected("'<' of a token after '!'");
    }
    int open = position;
    while (peek() != '>') {
      if (peek() == END || peek() == '\n' || peek() == '\r') {
        throw fault(open, "the token that begins here is not closed by '>' in its line");
      }
      position++;
    }
    position++;
    String written = new String(text, open, position - open);
    OptionalInt id = OptionalInt.empty();
    if (written.startsWith("<[")) {
      try {
        if (!written.endsWith("]>") || !isDigit(written.charAt(2))) {
          throw new NumberFormatException();
        }
        id = OptionalInt.of(Integer.parseInt(written.substring(2, written.length() - 2)));
      } catch (NumberFormatException e) {
        throw fault(open, "expected a token id such as <[1234]>; found " + written);
      }
    }
    return new Expression.Token(id, written, negated, place(start));
  }

  private String name() {
    int start = position;
    while (isWord(peek())) {
      position++;
    }
    if (position == start) {
      throw expected("the name of a rule");
    }
    return new String(text, start, position - start);
  }

  private void skipSpace(boolean newlines) {
    while (true) {
      int c = peek();
      if (c == '#') {
        while (peek() != END && peek() != '\n' && peek() != '\r') {
          position++;
        }
      } else if (c == ' ' || c == '\t' || (newlines && (c == '\n' || c == '\r'))) {
        position++;
      } else {
        return;
      }
    }
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isWord(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || isDigit(c) || c == '-' || c == '_';
  }

  private int peek() {
    return peek(0);
  }

  private int peek(int ahead) {
    return position + ahead < text.length ? text[position + ahead] : END;
  }

  private Place place(int at) {
    int line = Arrays.binarySearch(lineStarts, at);
    line = line < 0 ? -line - 2 : line;
    return new Place(line + 1, at - lineStarts[line] + 1);
  }

  private GrammarException expected(String what) {
    String found =
        switch (peek()) {
          case END -> "the end";
          case '\n', '\r' -> "the end of the line";
          default -> "'" + Character.toString(peek()) + "'";
        };
    return fault(position, "expected " + what + "; found " + found);
  }

  private GrammarException fault(int at, String reason) {
    return GrammarRules.fault(source, place(at), reason);
  }
}

package io.github.phi4j.internal.schema;

import java.util.List;

/**
 * Turns regular expressions of ECMA-262, as JSON Schema has them, into rules of JSON strings: what
 * they have in common with regular languages. Not among that are back references and looking
 * around, which are refused, as are word boundaries, named classes ({@code \p}) and anchors
 * elsewhere than at the ends of the whole pattern or of its alternatives. Characters are code
 * points, as with the flag {@code u}.
 */
final class Patterns {

  /** The rule's body, and how many characters its strings have. */
  record Translation(String body, int min, int max) {
    Translation then(Translation next) {
      return new Translation(body + " " + next.body, min + next.min, sum(max, next.max));
    }

    Translation or(Translation other) {
      return new Translation(
          body + " | " + other.body, Math.min(min, other.min), Math.max(max, other.max));
    }
  }

  private static final int MAX_COUNT = 2000;
  private static final CodePoints DIGIT = CodePoints.of('0', '9');
  private static final CodePoints WORD = CodePoints.of('0', '9', 'A', 'Z', '_', '_', 'a', 'z');
  private static final CodePoints SPACE =
      CodePoints.of(
          0x09, 0x0d, 0x20, 0x20, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029,
          0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000, 0xfeff, 0xfeff);
  private static final CodePoints LINE_ENDS = CodePoints.of('\n', '\n', '\r', '\r', 0x2028, 0x2029);

  private final int[] pattern;
  private final String pointer;
  private final Gbnf grammar;
  private final Translation anything;
  private int at;
  private int depth;

  private Patterns(String pattern, String pointer, Gbnf grammar) {
    this.pattern = pattern.codePoints().toArray();
    this.pointer = pointer;
    this.grammar = grammar;
    String any = grammar.rule("plain-char", CodePoints.all().inJson(grammar));
    anything = new Translation(any + "*", 0, Integer.MAX_VALUE);
  }

  private static int sum(int a, int b) {
    return (int) Math.min((long) a + b, Integer.MAX_VALUE);
  }

  /**
   * The strings that a pattern is found in.
   *
   * @param pointer where the pattern stands in the schema
   * @throws IllegalArgumentException if it is not within the subset
   */
  static Translation translate(String pattern, String pointer, Gbnf grammar) {
    return new Patterns(pattern, pointer, grammar).whole();
  }

  private Translation whole() {
    Translation whole = null;
    do {
      boolean begins = taken('^');
      Translation sequence = sequence(true);
      boolean ends = taken('$');
      Translation alternative = begins ? sequence : anything.then(sequence);
      alternative = ends ? alternative : alternative.then(anything);
      whole = whole == null ? alternative : whole.or(alternative);
    } while (taken('|'));
    if (at < pattern.length) {
      throw problem("an unbalanced )");
    }
    return new Translation("(" + whole.body() + ")", whole.min(), whole.max());
  }

  private Translation alternatives() {
    if (++depth > 200) {
      throw problem("groups nested more than 200 deep");
    }
    Translation alternatives = sequence(false);
    while (taken('|')) {
      alternatives = alternatives.or(sequence(false));
    }
    depth--;
    return alternatives;
  }

  private Translation sequence(boolean outermost) {
    Translation sequence = new Translation("\"\"", 0, 0);
    while (at < pattern.length && peek() != '|' && peek() != ')') {
      if (outermost && peek() == '$' && endsAlternative()) {
        break;
      }
      Translation item = repeated(atom());
      sequence = sequence.max() == 0 ? item : sequence.then(item);
    }
    return sequence;
  }

  private boolean endsAlternative() {
    return at + 1 == pattern.length || pattern[at + 1] == '|';
  }

  private Translation atom() {
    int start = at;
    int c = pattern[at++];
    return switch (c) {
      case '(' -> group();
      case '[' -> characters(brackets());
      case '.' -> characters(LINE_ENDS.not());
      case '\\' -> characters(escape(false));
      case '^', '$' -> {
        at = start;
        throw problem("an anchor that is not at an end of the pattern");
      }
      case '*', '+', '?' -> {
        at = start;
        throw problem("a quantifier with nothing before it");
      }
      case '{', '}', ']' -> {
        at = start;
        throw problem("a bracket that must be escaped");
      }
      default -> characters(CodePoints.only(c));
    };
  }

  private Translation characters(CodePoints characters) {
    return new Translation(characters.inJson(grammar), 1, 1);
  }

  private Translation group() {
    int start = at - 1;
    if (taken('?') && !taken(':')) {
      boolean named =
          at + 1 < pattern.length
              && peek() == '<'
              && pattern[at + 1] != '='
              && pattern[at + 1] != '!';
      if (!named) {
        at = start;
        throw problem("a group that looks around");
      }
      while (at < pattern.length && !taken('>')) {
        at++;
      }
    }
    Translation inner = alternatives();
    if (!taken(')')) {
      at = start;
      throw problem("a group without an end");
    }
    return new Translation("(" + inner.body() + ")", inner.min(), inner.max());
  }

  private Translation repeated(Translation item) {
    if (at == pattern.length) {
      return item;
    }
    int min = 1;
    int max = 1;
    switch (peek()) {
      case '*' -> {
        min = 0;
        max = Integer.MAX_VALUE;
        at++;
      }
      case '+' -> {
        max = Integer.MAX_VALUE;
        at++;
      }
      case '?' -> {
        min = 0;
        at++;
      }
      case '{' -> {
        at++;
        min = count();
        max =
            taken(',') ? (at < pattern.length && peek() == '}' ? Integer.MAX_VALUE : count()) : min;
        if (!taken('}') || min > max) {
          throw problem("no proper count");
        }
      }
      default -> {
        return item;
      }
    }
    taken('?'); // lazy or not, the strings are the same
    if (item.max() == 0 && max == Integer.MAX_VALUE) {
      return item; // nothing, however often
    }
    return new Translation(
        Gbnf.times(item.body(), min, max),
        (int) Math.min((long) item.min() * min, Integer.MAX_VALUE),
        (int) Math.min((long) item.max() * max, Integer.MAX_VALUE));
  }

  private int count() {
    int count = -1;
    while (at < pattern.length && peek() >= '0' && peek() <= '9') {
      count = Math.max(count, 0) * 10 + pattern[at++] - '0';
      if (count > MAX_COUNT) {
        throw problem("a count above " + MAX_COUNT);
      }
    }
    if (count < 0) {
      throw problem("no proper count");
    }
    return count;
  }

  private CodePoints brackets() {
    boolean negated = taken('^');
    CodePoints characters = CodePoints.none();
    while (!taken(']')) {
      if (at == pattern.length) {
        throw problem("a class without an end");
      }
      CodePoints from = classItem();
      if (at + 1 < pattern.length && peek() == '-' && pattern[at + 1] != ']') {
        at++;
        CodePoints to = classItem();
        if (single(from) < 0 || single(to) < single(from)) {
          throw problem("no proper range of characters");
        }
        from = CodePoints.of(single(from), single(to));
      }
      characters = characters.or(from);
    }
    characters = negated ? characters.not() : characters;
    if (characters.isEmpty()) {
      throw problem("a class without characters");
    }
    return characters;
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
      case 'D' -> DIGIT.not();
      case 'w' -> WORD;
      case 'W' -> WORD.not();
      case 's' -> SPACE;
      case 'S' -> SPACE.not();
      case 't' -> CodePoints.only('\t');
      case 'n' -> CodePoints.only('\n');
      case 'r' -> CodePoints.only('\r');
      case 'f' -> CodePoints.only('\f');
      case 'v' -> CodePoints.only(0x0b);
      case 'x' -> CodePoints.only(hex(2));
      case 'u' -> CodePoints.only(unicode());
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

  private int unicode() {
    int c;
    if (taken('{')) {
      int start = at;
      while (at < pattern.length && peek() != '}') {
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

  private int peek() {
    return pattern[at];
  }

  private boolean taken(int c) {
    if (at < pattern.length && pattern[at] == c) {
      at++;
      return true;
    }
    return false;
  }

  private IllegalArgumentException problem(String found) {
    return SchemaProblem.at(
        pointer + "/pattern",
        found + " at character " + (at + 1) + " of " + new String(pattern, 0, pattern.length),
        "a regular expression without it");
  }
}

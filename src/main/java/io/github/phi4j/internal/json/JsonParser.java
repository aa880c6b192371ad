package io.github.phi4j.internal.json;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses JSON according to RFC 8259; duplicate members are refused. */
final class JsonParser {

  private static final String BYTE_ORDER_MARK = "\ufeff"; // RFC 8259 lets a parser ignore it
  private static final int MAX_DEPTH = 512;
  private static final int MAX_NUMBER = 1000; // digits, and the exponent of the first
  private static final Pattern NUMBER =
      Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE]([+-]?[0-9]+))?");

  private final String text;
  private int at;
  private int depth;

  JsonParser(String text) {
    this.text = text;
    at = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length() : 0;
  }

  Json parse() {
    Json value = value();
    if (peek() != 0) {
      throw problem("more after the end of the value", "nothing");
    }
    return value;
  }

  private Json value() {
    char c = peek();
    return switch (c) {
      case '{' -> nested(this::object);
      case '[' -> nested(this::array);
      case '"' -> new Json.Text(string());
      case 't' -> word("true", new Json.Truth(true));
      case 'f' -> word("false", new Json.Truth(false));
      case 'n' -> word("null", new Json.Null());
      default -> {
        if (c != '-' && (c < '0' || c > '9')) {
          throw unexpected("a JSON value");
        }
        yield number();
      }
    };
  }

  private interface Reader {
    Json read();
  }

  private Json nested(Reader reader) {
    if (++depth > MAX_DEPTH) {
      throw problem("values nested more than " + MAX_DEPTH + " deep", "fewer");
    }
    at++;
    Json value = reader.read();
    depth--;
    return value;
  }

  private Json object() {
    Map<String, Json> members = new LinkedHashMap<>();
    if (!taken('}')) {
      do {
        if (peek() != '"') {
          throw unexpected("the name of a member");
        }
        int start = at;
        String name = string();
        if (!taken(':')) {
          throw unexpected("a colon");
        }
        if (members.put(name, value()) != null) {
          at = start;
          throw problem("the member " + Json.quote(name) + " a second time", "each once");
        }
      } while (taken(','));
      if (!taken('}')) {
        throw unexpected("a comma or }");
      }
    }
    return new Json.Members(members);
  }

  private Json array() {
    List<Json> elements = new ArrayList<>();
    if (!taken(']')) {
      do {
        elements.add(value());
      } while (taken(','));
      if (!taken(']')) {
        throw unexpected("a comma or ]");
      }
    }
    return new Json.Elements(elements);
  }

  private Json word(String word, Json value) {
    if (!text.startsWith(word, at)) {
      throw unexpected("a JSON value");
    }
    at += word.length();
    return value;
  }

  private Json number() {
    Matcher matcher = NUMBER.matcher(text).region(at, text.length());
    if (!matcher.lookingAt()) {
      throw unexpected("a digit");
    }
    String exponent = matcher.group(1);
    boolean moderate =
        matcher.end() - at <= 2 * MAX_NUMBER && (exponent == null || exponent.length() <= 6);
    BigDecimal value = moderate ? new BigDecimal(matcher.group()) : BigDecimal.ZERO;
    long size = (long) value.precision() - value.scale() - 1; // the exponent of its first digit
    if (!moderate || value.precision() > MAX_NUMBER || Math.abs(size) > MAX_NUMBER) {
      throw problem("a number beyond 1e" + MAX_NUMBER + " or as long", "a smaller one");
    }
    at = matcher.end();
    return new Json.Numeral(value);
  }

  private String string() {
    StringBuilder string = new StringBuilder();
    at++;
    while (true) {
      if (at >= text.length()) {
        throw problem("the end of the text inside a string", "a closing quote");
      }
      char c = text.charAt(at);
      if (c < ' ') {
        throw unexpected("no control characters in a string");
      }
      at++;
      if (c == '"') {
        return string.toString();
      }
      string.append(c == '\\' ? escape() : c);
    }
  }

  private char escape() {
    char c = at < text.length() ? text.charAt(at) : 0;
    int known = "\"\\/bfnrt".indexOf(c);
    if (c != 0 && known >= 0) {
      at++;
      return "\"\\/\b\f\n\r\t".charAt(known);
    }
    if (c == 'u' && at + 5 <= text.length()) {
      String digits = text.substring(at + 1, at + 5);
      if (digits.matches("[0-9a-fA-F]{4}")) {
        at += 5;
        return (char) Integer.parseInt(digits, 16);
      }
    }
    throw unexpected("an escape such as \\n or \\u00e9");
  }

  private boolean taken(char c) {
    if (peek() != c) {
      return false;
    }
    at++;
    return true;
  }

  /** The next char that is no white space, or 0 at the end. */
  private char peek() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    return at < text.length() ? text.charAt(at) : 0;
  }

  private IllegalArgumentException unexpected(String expected) {
    return problem(
        at < text.length()
            ? Json.quote(text.substring(at, text.offsetByCodePoints(at, 1)))
            : "the end of the text",
        expected);
  }

  private IllegalArgumentException problem(String found, String expected) {
    String before = text.substring(0, Math.min(at, text.length()));
    long line = before.chars().filter(c -> c == '\n').count() + 1;
    int column = before.length() - before.lastIndexOf('\n');
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "JSON, line %d, column %d: found %s; expected %s",
            line,
            column,
            found,
            expected));
  }
}

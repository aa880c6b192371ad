package io.github.phi4j.internal.json;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A JSON value. Numbers are equal as values: 1.0 is 1. */
public sealed interface Json {

  /** An object; its members keep the order in which they are written. */
  record Members(Map<String, Json> map) implements Json {
    public Members {
      map = Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
  }

  /** An array. */
  record Elements(List<Json> list) implements Json {
    public Elements {
      list = Collections.unmodifiableList(new ArrayList<>(list));
    }
  }

  /** A string. */
  record Text(String value) implements Json {}

  /** A number, exactly. */
  record Numeral(BigDecimal value) implements Json {
    public Numeral {
      value = value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
    }

    /** Whether it is one of the integers, such as 1.0. */
    public boolean isInteger() {
      return value.scale() <= 0;
    }
  }

  /** True or false. */
  record Truth(boolean value) implements Json {}

  /** Null. */
  record Null() implements Json {}

  /**
   * Reads a JSON text.
   *
   * @throws IllegalArgumentException if it is invalid; the message has position and reason
   */
  static Json parse(String text) {
    return new JsonParser(text).parse();
  }

  /** The type of the value, by its name in JSON Schema. */
  default String type() {
    return switch (this) {
      case Members _ -> "object";
      case Elements _ -> "array";
      case Text _ -> "string";
      case Numeral number -> number.isInteger() ? "integer" : "number";
      case Truth _ -> "boolean";
      case Null _ -> "null";
    };
  }

  /** The value on one line, with a blank after each comma and colon, as Python writes it. */
  default String written() {
    return switch (this) {
      case Members members ->
          members.map().entrySet().stream()
              .map(member -> quote(member.getKey()) + ": " + member.getValue().written())
              .collect(Collectors.joining(", ", "{", "}"));
      case Elements elements ->
          elements.list().stream().map(Json::written).collect(Collectors.joining(", ", "[", "]"));
      case Text text -> quote(text.value());
      case Numeral number ->
          number.isInteger() && number.value().precision() - number.value().scale() <= 20
              ? number.value().toPlainString()
              : number.value().toString();
      case Truth truth -> Boolean.toString(truth.value());
      case Null _ -> "null";
    };
  }

  /** A JSON string with only those characters escaped that must be. */
  static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        case '\b' -> quoted.append("\\b");
        case '\f' -> quoted.append("\\f");
        default -> {
          if (c < ' ' || (Character.isSurrogate(c) && !paired(text, i))) {
            quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }

  private static boolean paired(String text, int at) {
    return Character.isHighSurrogate(text.charAt(at))
        ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
        : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
  }
}

package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes the rules of values of each type. Members come in the order in which they are declared;
 * white space is a blank, or a newline and up to twenty blanks, where people put it.
 */
final class ValueRules {

  private static final Json ANYTHING = new Json.Truth(true);
  private static final Json NOTHING = new Json.Truth(false);

  private final Gbnf grammar;
  private final SchemaTranslator translator;
  private final JsonStrings strings;
  private final Formats formats;

  ValueRules(Gbnf grammar, SchemaTranslator translator) {
    this.grammar = grammar;
    this.translator = translator;
    this.strings = new JsonStrings(grammar);
    this.formats = new Formats(grammar);
  }

  /** The body of a rule for some alternatives. */
  String body(List<Shape> shapes, String pointer, String wanted) {
    List<String> bodies = new ArrayList<>();
    for (Shape shape : shapes) {
      for (String body : bodies(shape, wanted)) {
        if (!bodies.contains(body)) {
          bodies.add(body);
        }
      }
    }
    if (bodies.isEmpty()) {
      throw SchemaProblem.at(pointer, "a schema that no value is valid for", "one that some are");
    }
    return String.join(" | ", bodies);
  }

  private String space() {
    return grammar.rule("space", "(\" \" | \"\\n\" [ \\t]{0,20})?");
  }

  private List<String> bodies(Shape shape, String wanted) {
    if (shape.values.isPresent()) {
      return literals(shape);
    }
    List<String> bodies = new ArrayList<>();
    for (String type :
        List.of("object", "array", "string", "number", "integer", "boolean", "null")) {
      boolean counted = type.equals("integer") && shape.generatedTypes().contains("number");
      if (shape.generatedTypes().contains(type) && !counted) {
        bodies.addAll(body(type, shape, wanted).stream().toList());
      }
    }
    return bodies;
  }

  private List<String> literals(Shape shape) {
    List<String> literals = new ArrayList<>();
    for (Json value : shape.values.orElseThrow()) {
      boolean admitted =
          shape
              .admits(value)
              .orElseThrow(() ->
                  SchemaProblem.unenforceable(
                      shape.pointer, "enum", "list only values that fit the keywords beside it"));
      if (admitted) {
        literals.add(Gbnf.literal(value.written()));
      }
    }
    return literals;
  }

  private Optional<String> body(String type, Shape shape, String wanted) {
    return switch (type) {
      case "null" -> Optional.of("\"null\"");
      case "boolean" -> Optional.of(grammar.rule("boolean", "\"true\" | \"false\""));
      case "integer" ->
          Numbers.integers(shape.low, shape.high).map(body -> grammar.rule("integer", body));
      case "number" ->
          Numbers.numbers(shape.low, shape.high).map(body -> grammar.rule("number", body));
      case "string" -> Optional.of(string(shape));
      case "array" -> array(shape, wanted);
      default -> object(shape, wanted);
    };
  }

  private String string(Shape shape) {
    if (shape.minLength > shape.maxLength) {
      throw SchemaProblem.at(shape.pointer + "/maxLength", "less than minLength", "at least that");
    }
    Optional<Patterns.Translation> pattern =
        shape.pattern.map(text -> Patterns.translate(text, shape.pointer, grammar));
    if (shape.format.isPresent()) {
      if (pattern.isPresent()) {
        throw SchemaProblem.unenforceable(
            shape.pointer, "format", "there is a pattern, too; leave out one of them");
      }
      pattern = formats.format(shape.format.get());
      if (pattern.isEmpty()) {
        throw SchemaProblem.unenforceable(
            shape.pointer,
            "format",
            "of date, time, date-time, uuid, email and ipv4, "
                + Json.quote(shape.format.get())
                + " is none; use a pattern");
      }
    }
    if (pattern.isEmpty()) {
      return strings.string(shape.minLength, shape.maxLength);
    }
    if (pattern.get().min() < shape.minLength || pattern.get().max() > shape.maxLength) {
      throw SchemaProblem.unenforceable(
          shape.pointer,
          shape.minLength > pattern.get().min() ? "minLength" : "maxLength",
          "beside a pattern or format; say the length in a pattern");
    }
    return grammar.rule("text", JsonStrings.quoted(pattern.get().body()));
  }

  private Optional<String> array(Shape shape, String wanted) {
    int prefixed = shape.prefix.size();
    Json rest = shape.items.orElse(prefixed == 0 || shape.minItems > prefixed ? ANYTHING : NOTHING);
    int most = shape.maxItems;
    for (int i = 0; i < prefixed; i++) {
      most = shape.prefix.get(i).equals(NOTHING) ? Math.min(most, i) : most;
    }
    most = rest.equals(NOTHING) ? Math.min(most, prefixed) : most;
    if (shape.unique && most > 1) {
      throw SchemaProblem.unenforceable(
          shape.pointer, "uniqueItems", "declare a property for each value instead");
    }
    if (shape.minItems > most) {
      return Optional.empty();
    }
    List<String> prefix = new ArrayList<>();
    for (int i = 0; i < Math.min(prefixed, most); i++) {
      prefix.add(translator.rule(shape.prefix.get(i), wanted + "-" + i, shape.pointer));
    }
    String comma = "\",\" " + space() + " ";
    String body = "";
    if (most > prefixed) {
      String item = translator.rule(rest, wanted + "-item", shape.pointer);
      int least = Math.max(0, shape.minItems - prefixed);
      int further = most == Integer.MAX_VALUE ? most : most - prefixed;
      body =
          prefixed == 0
              ? list(item, comma, least, further)
              : Gbnf.times("(" + comma + item + ")", least, further);
    }
    for (int i = prefix.size() - 1; i >= 0; i--) {
      body = (i == 0 ? "" : comma) + prefix.get(i) + (body.isEmpty() ? "" : " " + body);
      body = i < shape.minItems ? body : "(" + body + ")?";
    }
    return Optional.of(
        "\"[\" " + space() + " " + (body.isEmpty() ? "" : body + " " + space() + " ") + "\"]\"");
  }

  private static String list(String item, String comma, int min, int max) {
    String more =
        max == 1
            ? ""
            : " "
                + Gbnf.times(
                    "(" + comma + item + ")",
                    Math.max(0, min - 1),
                    max == Integer.MAX_VALUE ? max : max - 1);
    return min == 0 ? "(" + item + more + ")?" : item + more;
  }

  private Optional<String> object(Shape shape, String wanted) {
    Map<String, Json> members = new LinkedHashMap<>(shape.properties);
    for (String name : shape.required) {
      members.putIfAbsent(name, shape.additional.orElse(ANYTHING));
    }
    if (shape.required.stream().anyMatch(name -> members.get(name).equals(NOTHING))) {
      return Optional.empty();
    }
    List<String> forbidden = List.copyOf(members.keySet());
    members.values().removeIf(NOTHING::equals);
    checkCounts(shape, members.size());
    Optional<String> others = Optional.empty();
    if (shape.open()) {
      String value =
          translator.rule(shape.additional.orElse(ANYTHING), wanted + "-other", shape.pointer);
      others = Optional.of(strings.stringOtherThan(forbidden) + " \":\" " + space() + " " + value);
    }
    String open = "\"{\" " + space() + " ";
    String inner = members(List.copyOf(members.entrySet()), shape, others, wanted);
    return Optional.of(open + (inner.isEmpty() ? "" : inner + " " + space() + " ") + "\"}\"");
  }

  private static void checkCounts(Shape shape, int declared) {
    int most = shape.open() ? Integer.MAX_VALUE : declared;
    if (shape.minProperties > shape.required.size()) {
      throw SchemaProblem.unenforceable(
          shape.pointer, "minProperties", "make as many properties required");
    }
    if (shape.maxProperties < most) {
      throw SchemaProblem.unenforceable(
          shape.pointer, "maxProperties", "declare as many properties, and no additional ones");
    }
  }

  /**
   * The members from the last to the first: what follows each is a rule of its own, so that the
   * grammar grows with the number of members and not with that of their combinations.
   */
  private String members(
      List<Map.Entry<String, Json>> members, Shape shape, Optional<String> others, String wanted) {
    String comma = "\",\" " + space() + " ";
    String after = others.map(other -> "(" + comma + other + ")*").orElse("");
    String from =
        others.map(other -> "(" + other + (" (" + comma + other + ")*") + ")?").orElse("");
    for (int i = members.size() - 1; i >= 0; i--) {
      String name = members.get(i).getKey();
      String value = translator.rule(members.get(i).getValue(), wanted + "-" + name, shape.pointer);
      String member = Gbnf.literal(Json.quote(name) + ":") + " " + space() + " " + value;
      boolean optional = !shape.required.contains(name);
      String tail = named(after, wanted);
      String first = member + (tail.isEmpty() ? "" : " " + tail);
      String rest = named(from, wanted);
      from =
          optional ? rest.isEmpty() ? "(" + first + ")?" : "(" + first + " | " + rest + ")" : first;
      after =
          (optional ? "(" + comma + member + ")?" : comma + member)
              + (tail.isEmpty() ? "" : " " + tail);
    }
    return from;
  }

  /** A body, or the name of a rule with it if it is long. */
  private String named(String body, String wanted) {
    return body.length() < 40 ? body : grammar.rule(wanted + "-rest", body);
  }
}

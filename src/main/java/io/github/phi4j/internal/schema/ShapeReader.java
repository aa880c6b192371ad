package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.json.Json;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the keywords of one schema; what cannot be enforced is refused by its name. */
final class ShapeReader {

  /** Keywords that say nothing about values. */
  private static final Set<String> ANNOTATIONS =
      Set.of(
          "$schema",
          "$comment",
          "title",
          "description",
          "default",
          "examples",
          "example",
          "deprecated",
          "readOnly",
          "writeOnly",
          "$defs",
          "definitions");

  /** Keywords that {@link SchemaTranslator} resolves. */
  static final Set<String> APPLICATORS = Set.of("$ref", "allOf", "anyOf", "oneOf");

  private static final Map<String, String> ADVICE =
      Map.of(
          "not", "say what is allowed instead",
          "if", "use anyOf with one branch for each case",
          "patternProperties", "use additionalProperties, or declare the properties",
          "propertyNames", "use additionalProperties, or declare the properties",
          "contains", "use items",
          "multipleOf", "use an integer, or an enum of the values",
          "nullable", "use \"type\": [\"string\", \"null\"]");

  private final Json.Members schema;
  private final Shape shape;

  private ShapeReader(Json.Members schema, String pointer) {
    this.schema = schema;
    this.shape = new Shape(pointer);
  }

  static Shape read(Json.Members schema, String pointer) {
    return new ShapeReader(schema, pointer).read();
  }

  static boolean saysNothing(String keyword) {
    return ANNOTATIONS.contains(keyword) || keyword.startsWith("x-");
  }

  private Shape read() {
    schema
        .map()
        .forEach((keyword, value) -> {
          if (!saysNothing(keyword) && !APPLICATORS.contains(keyword)) {
            read(keyword, value);
          }
        });
    return shape;
  }

  private void read(String keyword, Json value) {
    switch (keyword) {
      case "type" -> shape.types = Optional.of(types(value));
      case "enum" -> restrict(elements(keyword, value));
      case "const" -> restrict(List.of(value));
      case "minimum" -> bound(keyword, value, true, false);
      case "exclusiveMinimum" -> bound(keyword, value, true, true);
      case "maximum" -> bound(keyword, value, false, false);
      case "exclusiveMaximum" -> bound(keyword, value, false, true);
      case "multipleOf" -> multipleOf(value);
      case "minLength" -> shape.minLength = count(keyword, value, "string");
      case "maxLength" -> shape.maxLength = count(keyword, value, "string");
      case "pattern" -> shape.pattern = Optional.of(text(keyword, value));
      case "format" -> shape.format = Optional.of(text(keyword, value));
      case "properties" -> properties(value);
      case "required" -> required(value);
      case "additionalProperties" -> {
        shape.mentioned.add("object");
        shape.additional = Optional.of(subschema(keyword, value));
      }
      case "minProperties" -> shape.minProperties = count(keyword, value, "object");
      case "maxProperties" -> shape.maxProperties = count(keyword, value, "object");
      case "prefixItems" -> prefix(keyword, value);
      case "items" -> items(keyword, value);
      case "additionalItems" -> additionalItems(keyword, value);
      case "minItems" -> shape.minItems = count(keyword, value, "array");
      case "maxItems" -> shape.maxItems = count(keyword, value, "array");
      case "uniqueItems" -> shape.unique = truth(keyword, value);
      case "$id", "id" -> {
        if (!shape.pointer.isEmpty()) {
          throw SchemaProblem.unenforceable(
              shape.pointer, keyword, "only the whole schema may have one");
        }
      }
      default ->
          throw SchemaProblem.unenforceable(
              shape.pointer,
              keyword,
              ADVICE.getOrDefault(keyword, "take it out, or name it x-… if it is a note"));
    }
  }

  private IllegalArgumentException wrong(String keyword, Json value, String expected) {
    String written = value.written();
    return SchemaProblem.at(
        shape.pointer + "/" + SchemaProblem.escape(keyword),
        written.length() > 60 ? written.substring(0, 60) + "…" : written,
        expected);
  }

  private Set<String> types(Json value) {
    List<Json> written = value instanceof Json.Elements types ? types.list() : List.of(value);
    Set<String> types = new LinkedHashSet<>();
    for (Json type : written) {
      if (!(type instanceof Json.Text name) || !Shape.TYPES.contains(name.value())) {
        throw wrong(
            "type", type, "one of " + String.join(" ", Shape.TYPES.stream().sorted().toList()));
      }
      types.add(name.value());
    }
    if (types.isEmpty()) {
      throw wrong("type", value, "at least one type");
    }
    return types;
  }

  private void restrict(List<Json> values) {
    shape.values =
        Optional.of(
            shape
                .values
                .map(known -> known.stream().filter(values::contains).toList())
                .orElse(values.stream().distinct().toList()));
  }

  private void bound(String keyword, Json value, boolean lower, boolean exclusive) {
    if (!(value instanceof Json.Number number)) {
      throw wrong(keyword, value, "a number");
    }
    if (number.value().precision() > 60 || Math.abs(number.value().scale()) > 60) {
      throw wrong(keyword, value, "a number of at most 60 digits");
    }
    shape.mentioned.add("number");
    shape.bound(number.value(), lower, exclusive);
  }

  private void multipleOf(Json value) {
    boolean one = value.equals(Json.parse("1"));
    if (!one) {
      throw SchemaProblem.unenforceable(shape.pointer, "multipleOf", ADVICE.get("multipleOf"));
    }
    Shape integer = new Shape(shape.pointer);
    integer.types = Optional.of(Set.of("integer"));
    shape.types = shape.and(integer).orElse(integer).types;
  }

  private int count(String keyword, Json value, String type) {
    if (!(value instanceof Json.Number number)
        || !number.isInteger()
        || number.value().signum() < 0) {
      throw wrong(keyword, value, "a whole number, 0 or above");
    }
    shape.mentioned.add(type);
    boolean large = number.value().precision() - number.value().scale() > 9;
    return large ? Integer.MAX_VALUE : number.value().intValueExact();
  }

  private String text(String keyword, Json value) {
    if (!(value instanceof Json.Text text)) {
      throw wrong(keyword, value, "a string");
    }
    shape.mentioned.add("string");
    return text.value();
  }

  private boolean truth(String keyword, Json value) {
    if (!(value instanceof Json.Truth truth)) {
      throw wrong(keyword, value, "true or false");
    }
    return truth.value();
  }

  private Json subschema(String keyword, Json value) {
    if (!(value instanceof Json.Members || value instanceof Json.Truth)) {
      throw wrong(keyword, value, "a schema: an object, true or false");
    }
    return value;
  }

  private List<Json> elements(String keyword, Json value) {
    if (!(value instanceof Json.Elements elements)) {
      throw wrong(keyword, value, "an array");
    }
    return elements.list();
  }

  private void properties(Json value) {
    if (!(value instanceof Json.Members members)) {
      throw wrong("properties", value, "an object of schemas");
    }
    shape.mentioned.add("object");
    members
        .map()
        .forEach((name, schema) ->
            shape.properties.put(
                name, subschema("properties/" + SchemaProblem.escape(name), schema)));
  }

  private void required(Json value) {
    shape.mentioned.add("object");
    for (Json name : elements("required", value)) {
      if (!(name instanceof Json.Text text)) {
        throw wrong("required", name, "the name of a property");
      }
      shape.required.add(text.value());
    }
  }

  private void prefix(String keyword, Json value) {
    shape.mentioned.add("array");
    elements(keyword, value).forEach(item -> shape.prefix.add(subschema(keyword, item)));
  }

  private void items(String keyword, Json value) {
    if (value instanceof Json.Elements) { // as in draft 7
      prefix(keyword, value);
      return;
    }
    shape.mentioned.add("array");
    shape.items = Optional.of(subschema(keyword, value));
  }

  private void additionalItems(String keyword, Json value) {
    if (schema.map().get("items") instanceof Json.Elements) {
      shape.items = Optional.of(subschema(keyword, value));
    }
  }
}

package io.github.phi4j.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The fields of a client's JSON object. A null field counts as missing; a wrong type or range
 * causes an {@link ApiException} that names the field.
 */
final class Fields {

  private final ObjectNode node;
  private final String path;

  private Fields(ObjectNode node, String path) {
    this.node = node;
    this.path = path;
  }

  static Fields of(ObjectNode node) {
    return new Fields(node, "");
  }

  /** Returns the fields of an array element, with its name for errors. */
  static Fields of(JsonNode value, String name) {
    if (value instanceof ObjectNode object) {
      return new Fields(object, name + ".");
    }
    throw wrongType(name, "an object", value);
  }

  /** Returns the name of a field for errors. */
  String name(String field) {
    return path + field;
  }

  ObjectNode node() {
    return node;
  }

  boolean has(String field) {
    return node.hasNonNull(field);
  }

  Optional<JsonNode> value(String field) {
    return has(field) ? Optional.of(node.get(field)) : Optional.empty();
  }

  Optional<String> string(String field) {
    return value(field).map(value -> string(value, name(field)));
  }

  static String string(JsonNode value, String name) {
    if (!value.isTextual()) {
      throw wrongType(name, "a string", value);
    }
    return value.textValue();
  }

  String requiredString(String field) {
    return string(field).orElseThrow(() -> missing(field));
  }

  boolean flag(String field, boolean fallback) {
    if (!has(field)) {
      return fallback;
    }
    JsonNode value = node.get(field);
    if (!value.isBoolean()) {
      throw wrongType(name(field), "true or false", value);
    }
    return value.booleanValue();
  }

  OptionalLong whole(String field, long min, long max) {
    if (!has(field)) {
      return OptionalLong.empty();
    }
    JsonNode value = node.get(field);
    if (!value.isNumber()) {
      throw wrongType(name(field), "an integer", value);
    }
    double number = value.doubleValue();
    if (number != Math.rint(number) || Double.isInfinite(number)) {
      throw invalid(field, "must be an integer, not " + shown(value));
    }
    if (!value.canConvertToLong() || value.longValue() < min || value.longValue() > max) {
      throw invalid(
          field, "must be an integer from " + min + " to " + max + ", not " + shown(value));
    }
    return OptionalLong.of(value.longValue());
  }

  OptionalInt integer(String field, int min, int max) {
    OptionalLong value = whole(field, min, max);
    return value.isPresent()
        ? OptionalInt.of(Math.toIntExact(value.getAsLong()))
        : OptionalInt.empty();
  }

  OptionalDouble number(String field, double min, double max) {
    if (!has(field)) {
      return OptionalDouble.empty();
    }
    JsonNode value = node.get(field);
    if (!value.isNumber()) {
      throw wrongType(name(field), "a number", value);
    }
    double number = value.doubleValue();
    if (!(number >= min && number <= max)) {
      throw invalid(
          field, "must be from " + plain(min) + " to " + plain(max) + ", not " + shown(value));
    }
    return OptionalDouble.of(number);
  }

  Optional<Fields> object(String field) {
    return value(field).map(value -> of(value, name(field)));
  }

  Optional<ArrayNode> array(String field) {
    return value(field)
        .map(value -> {
          if (value instanceof ArrayNode array) {
            return array;
          }
          throw wrongType(name(field), "an array", value);
        });
  }

  /** Returns the objects of an array; none if the field is missing. */
  List<Fields> objects(String field) {
    List<Fields> objects = new ArrayList<>();
    array(field)
        .ifPresent(array -> {
          for (int i = 0; i < array.size(); i++) {
            objects.add(of(array.get(i), name(field) + "[" + i + "]"));
          }
        });
    return objects;
  }

  /** Returns a string or an array of strings as a list; empty if the field is missing. */
  List<String> strings(String field) {
    Optional<JsonNode> value = value(field);
    if (value.isEmpty()) {
      return List.of();
    }
    if (value.get().isTextual()) {
      return List.of(value.get().textValue());
    }
    if (!(value.get() instanceof ArrayNode array)) {
      throw wrongType(name(field), "a string or an array of strings", value.get());
    }
    List<String> strings = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      strings.add(string(array.get(i), name(field) + "[" + i + "]"));
    }
    return strings;
  }

  /** Refuses a field unless it is missing, false, empty, zero or another neutral value. */
  void refuse(String field, String reason, String... harmless) {
    Optional<JsonNode> value = value(field);
    if (value.isEmpty()) {
      return;
    }
    JsonNode given = value.get();
    boolean idle =
        given.isContainerNode()
            ? given.isEmpty()
            : given.asText().isEmpty()
                || given.asText().equals("false")
                || List.of(harmless).contains(given.asText());
    if (!idle) {
      throw ApiException.unsupported(name(field), "'" + name(field) + "' " + reason);
    }
  }

  ApiException missing(String field) {
    return ApiException.invalid(
        name(field),
        "missing_required_parameter",
        "Missing required parameter: '" + name(field) + "'.");
  }

  ApiException invalid(String field, String problem) {
    return ApiException.invalid(
        name(field),
        "invalid_value",
        "Invalid value for '" + name(field) + "': it " + problem + ".");
  }

  static ApiException wrongType(String name, String expected, JsonNode found) {
    return ApiException.invalid(
        name,
        "invalid_type",
        "Invalid type for '" + name + "': expected " + expected + ", but got " + kind(found) + ".");
  }

  /** Describes the type of a value. */
  static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "an array";
      case OBJECT -> "an object";
      case STRING -> "a string";
      case NUMBER -> "a number";
      case BOOLEAN -> "a boolean";
      case NULL, MISSING -> "nothing";
      case BINARY, POJO -> "something else";
    };
  }

  private static String shown(JsonNode value) {
    String text = value.asText();
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }

  private static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}

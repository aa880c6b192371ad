package io.github.phi4j.json;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Derives the JSON Schema of one type; records and sealed interfaces become definitions. */
final class SchemaWriter {

  /** The member that distinguishes the records of a sealed interface. */
  static final String TAG = "type";

  /** The pattern of local times, since JSON Schema has no such format. */
  private static final String LOCAL_TIME =
      "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?$";

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Map<Class<?>, String> names = new LinkedHashMap<>();
  private final Set<Class<?>> sealedTypes = new LinkedHashSet<>();
  private final ObjectNode definitions = NODES.objectNode();
  private final String schema;

  SchemaWriter(Class<?> type) {
    ObjectNode root = schema(type, type.getSimpleName());
    if (!definitions.isEmpty()) {
      root.set("$defs", definitions);
    }
    schema = root.toString();
  }

  String schema() {
    return schema;
  }

  /** Returns the sealed interfaces within the type. */
  Set<Class<?>> sealedTypes() {
    return sealedTypes;
  }

  private ObjectNode schema(Type type, String place) {
    return switch (type) {
      case Class<?> plain -> schema(plain, place);
      case ParameterizedType generic -> schema(generic, place);
      default -> throw unknown(type, place);
    };
  }

  private ObjectNode schema(Class<?> type, String place) {
    if (type.isArray()) {
      return array(type.getComponentType(), place);
    } else if (type.isEnum()) {
      return constants(type);
    } else if (type.isRecord()) {
      return reference(type, () -> members(type, Optional.empty(), place));
    } else if (type.isSealed() && type.isInterface()) {
      return reference(type, () -> alternatives(type, place));
    }
    return scalar(type).orElseThrow(() -> unknown(type, place));
  }

  private static Optional<ObjectNode> scalar(Class<?> type) {
    ObjectNode node = NODES.objectNode();
    return Optional.ofNullable(
        switch (type.getName()) {
          case "java.lang.String" -> node.put("type", "string");
          case "char", "java.lang.Character" ->
              node.put("type", "string").put("pattern", "^[\\u0000-\\uD7FF\\uE000-\\uFFFF]$");
          case "boolean", "java.lang.Boolean" -> node.put("type", "boolean");
          case "byte", "java.lang.Byte" -> integer(Byte.MIN_VALUE, Byte.MAX_VALUE);
          case "short", "java.lang.Short" -> integer(Short.MIN_VALUE, Short.MAX_VALUE);
          case "int", "java.lang.Integer" -> integer(Integer.MIN_VALUE, Integer.MAX_VALUE);
          case "long", "java.lang.Long" -> integer(Long.MIN_VALUE, Long.MAX_VALUE);
          case "float", "java.lang.Float" ->
              node.put("type", "number")
                  .put("minimum", BigDecimal.valueOf(-Float.MAX_VALUE))
                  .put("maximum", BigDecimal.valueOf(Float.MAX_VALUE));
          case "double", "java.lang.Double" -> node.put("type", "number");
          case "java.math.BigInteger" -> node.put("type", "integer");
          case "java.math.BigDecimal" -> node.put("type", "number");
          case "java.util.UUID" -> node.put("type", "string").put("format", "uuid");
          case "java.time.LocalDate" -> node.put("type", "string").put("format", "date");
          case "java.time.LocalTime" -> node.put("type", "string").put("pattern", LOCAL_TIME);
          case "java.time.OffsetTime" -> node.put("type", "string").put("format", "time");
          case "java.time.OffsetDateTime", "java.time.Instant" ->
              node.put("type", "string").put("format", "date-time");
          default -> null;
        });
  }

  private static ObjectNode integer(long from, long to) {
    return NODES.objectNode().put("type", "integer").put("minimum", from).put("maximum", to);
  }

  private ObjectNode schema(ParameterizedType type, String place) {
    Class<?> raw = (Class<?>) type.getRawType();
    Type[] arguments = type.getActualTypeArguments();
    if (Set.of(List.class, Set.class, Collection.class).contains(raw)) {
      return array(arguments[0], place);
    }
    if (raw.equals(Map.class) && arguments[0].equals(String.class)) {
      ObjectNode node = NODES.objectNode().put("type", "object");
      node.set("additionalProperties", schema(arguments[1], place));
      return node;
    }
    throw unknown(type, place);
  }

  private ObjectNode array(Type item, String place) {
    ObjectNode node = NODES.objectNode().put("type", "array");
    node.set("items", schema(item, place));
    return node;
  }

  private static ObjectNode constants(Class<?> type) {
    ObjectNode node = NODES.objectNode();
    ArrayNode constants = node.putArray("enum");
    for (Object constant : type.getEnumConstants()) {
      String name = ((Enum<?>) constant).name();
      try {
        constants.add(name(type.getField(name), name));
      } catch (NoSuchFieldException e) {
        throw new IllegalStateException(e); // each constant is a public field
      }
    }
    return node;
  }

  private ObjectNode reference(Class<?> type, Definition definition) {
    String name = names.get(type);
    if (name == null) {
      name = type.getSimpleName();
      for (int i = 2; names.containsValue(name); i++) {
        name = type.getSimpleName() + i;
      }
      names.put(type, name);
      definitions.set(name, NODES.objectNode()); // keeps its place
      definitions.set(name, definition.write());
    }
    return NODES.objectNode().put("$ref", "#/$defs/" + name);
  }

  private interface Definition {
    ObjectNode write();
  }

  private ObjectNode members(Class<?> type, Optional<String> tag, String place) {
    if (type.getTypeParameters().length > 0) {
      throw unknown(type, place);
    }
    ObjectNode node = NODES.objectNode().put("type", "object");
    ObjectNode properties = node.putObject("properties");
    ArrayNode required = NODES.arrayNode();
    tag.ifPresent(name -> {
      properties.putObject(TAG).put("const", name);
      required.add(TAG);
    });
    for (RecordComponent component : type.getRecordComponents()) {
      String name = name(component.getAccessor(), component.getName());
      String within = place + "." + component.getName();
      if (properties.has(name)) {
        throw new IllegalArgumentException(
            within + ": the name \"" + name + "\" occurs twice in the schema");
      }
      Optional<Type> optional = optional(component.getGenericType());
      ObjectNode property = schema(optional.orElse(component.getGenericType()), within);
      JsonPropertyDescription description =
          component.getAccessor().getAnnotation(JsonPropertyDescription.class);
      if (description != null) {
        property.put("description", description.value());
      }
      properties.set(name, property);
      if (optional.isEmpty()) {
        required.add(name);
      }
    }
    node.set("required", required);
    return node.put("additionalProperties", false);
  }

  private static Optional<Type> optional(Type type) {
    return type instanceof ParameterizedType generic && generic.getRawType().equals(Optional.class)
        ? Optional.of(generic.getActualTypeArguments()[0])
        : Optional.empty();
  }

  private static String name(AnnotatedElement element, String name) {
    JsonProperty property = element.getAnnotation(JsonProperty.class);
    return property == null || property.value().isEmpty() ? name : property.value();
  }

  private ObjectNode alternatives(Class<?> type, String place) {
    sealedTypes.add(type);
    ObjectNode node = NODES.objectNode();
    ArrayNode alternatives = node.putArray("oneOf");
    for (Class<?> permitted : type.getPermittedSubclasses()) {
      if (!permitted.isRecord()) {
        throw new IllegalArgumentException(
            place
                + ": "
                + permitted.getName()
                + ", which "
                + type.getName()
                + " permits, is not a record");
      }
      alternatives.add(members(permitted, Optional.of(permitted.getSimpleName()), place));
    }
    return node;
  }

  private static IllegalArgumentException unknown(Type type, String place) {
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "%s: the type %s has no JSON Schema; RecordSchema lists the supported types",
            place,
            type.getTypeName()));
  }
}

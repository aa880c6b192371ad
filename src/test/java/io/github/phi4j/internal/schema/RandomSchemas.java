package io.github.phi4j.internal.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Random nested JSON Schemas of all enforced keywords, in any order; a fifth use draft 7. Some have
 * no valid value.
 */
final class RandomSchemas {

  static final String DRAFT_7 = "http://json-schema.org/draft-07/schema#";

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final List<String> NAMES =
      List.of("a", "ab", "b", "name", "größe", "a\"b", "x/y~z", "😀", "type", "");
  private static final List<String> NAME_PATTERNS = List.of("^a", "b", "^x-", "e$", "^[a-m]+$");
  private static final List<String> PATTERNS =
      List.of(
          "^[a-z]{2,4}$",
          "^\\d{3}-\\d{4}$",
          "x+",
          "^(foo|bar)?[^\\s\"]$",
          "^a|b$",
          "[\\u00e9-ü]$",
          "^\\w+@\\w+\\.(com|org)$",
          "^[A-Z](?:[a-z]|\\d){0,3}",
          "^.$",
          "^\\\\\"$",
          "^(?!ab)[ab]{2,5}$",
          "^(?=.*\\d)[a-f\\d]+$",
          "^[\\w-.]*$",
          "^$");
  private static final List<String> FORMATS =
      List.of(
          "date",
          "time",
          "date-time",
          "duration",
          "uuid",
          "email",
          "hostname",
          "ipv4",
          "ipv6",
          "uri",
          "uri-reference",
          "json-pointer",
          "relative-json-pointer",
          "regex");

  private final Random random;
  private boolean old; // draft 7

  RandomSchemas(long seed) {
    random = new Random(seed);
  }

  ObjectNode next() {
    old = random.nextInt(5) == 0;
    ObjectNode schema = schema(3);
    ObjectNode definitions = schema.putObject(old ? "definitions" : "$defs");
    definitions.set("leaf", schema(0));
    ObjectNode node = definitions.putObject("node").put("type", "object");
    ObjectNode properties = node.putObject("properties");
    properties.set("value", schema(0));
    properties.putObject("next").set("$ref", reference("node"));
    ObjectNode ring = definitions.putObject("ring");
    ring.putArray("type").add("object").add("null");
    ring.putObject("additionalProperties").set("$ref", reference("node"));
    ring.putObject("properties").putObject("ring").set("$ref", reference("ring"));
    if (old) {
      schema.put("$schema", DRAFT_7);
    }
    return (ObjectNode) shuffled(schema);
  }

  private JsonNode reference(String name) {
    return NODES.textNode((old ? "#/definitions/" : "#/$defs/") + name);
  }

  private JsonNode shuffled(JsonNode value) {
    if (value instanceof ArrayNode array) {
      ArrayNode copy = NODES.arrayNode();
      array.forEach(each -> copy.add(shuffled(each)));
      return copy;
    }
    if (!(value instanceof ObjectNode object)) {
      return value;
    }
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    Collections.shuffle(names, random);
    ObjectNode copy = NODES.objectNode();
    names.forEach(name -> copy.set(name, shuffled(object.get(name))));
    return copy;
  }

  private boolean rarely() {
    return random.nextInt(6) == 0;
  }

  private ObjectNode schema(int depth) {
    ObjectNode node = NODES.objectNode();
    switch (random.nextInt(depth > 0 ? 18 : 8)) {
      case 0, 1 -> string(node.put("type", "string"));
      case 2 -> bounds(node.put("type", "integer"), 0);
      case 3 -> bounds(node.put("type", "number"), random.nextInt(4));
      case 4 -> values(node.putArray("enum"));
      case 5 -> {
        if (random.nextBoolean()) {
          node.put("const", pick(NAMES));
        } else {
          node.put("type", "boolean").put("title", "whether");
        }
      }
      case 6 -> {
        node.putArray("type").add("null").add("integer").add("string");
        if (random.nextBoolean()) {
          string(node);
          bounds(node, 0);
        }
      }
      case 7 -> node.set("$ref", reference(pick(List.of("node", "leaf", "ring"))));
      case 8, 9, 10, 11 -> object(node, depth);
      case 12, 13 -> array(node, depth);
      case 14 -> some(node.putArray("anyOf"), () -> schema(depth - 1));
      case 15 -> some(node.putArray("oneOf"), () -> schema(depth - 1));
      case 16 -> {
        object(node, depth);
        some(node.putArray(pick(List.of("oneOf", "anyOf", "allOf"))), () -> part(depth - 1));
      }
      default -> {
        node.put("type", pick(List.of("string", "integer", "object", "array")));
        node.set("not", schema(depth - 1));
      }
    }
    return node;
  }

  private static void some(ArrayNode branches, Supplier<ObjectNode> branch) {
    branches.add(branch.get()).add(branch.get());
  }

  /** Returns an additional constraint on objects. */
  private ObjectNode part(int depth) {
    ObjectNode node = NODES.objectNode();
    switch (random.nextInt(5)) {
      case 0 -> node.putArray("required").add(pick(NAMES));
      case 1 -> node.putObject("properties").set(pick(NAMES), schema(depth));
      case 2 -> node.putObject("not").putArray("required").add(pick(NAMES));
      case 3 -> {
        node.putObject("properties").putObject(pick(NAMES)).put("const", pick(NAMES));
        node.putArray("required").add(pick(NAMES));
      }
      default -> object(node, depth);
    }
    return node;
  }

  private void string(ObjectNode node) {
    int kind = random.nextInt(8);
    if (kind < 3 || kind == 7) {
      int min = random.nextInt(4);
      node.put("minLength", min);
      if (random.nextBoolean()) {
        node.put("maxLength", min + random.nextInt(kind == 7 ? 30 : 5));
      }
    }
    if (kind >= 2 && kind < 5) {
      node.put("pattern", pick(PATTERNS));
    }
    if (kind >= 5) {
      node.put("format", pick(FORMATS));
    }
  }

  private void bounds(ObjectNode node, int scale) {
    BigDecimal low = BigDecimal.valueOf(random.nextInt(4000) - 2000, scale);
    BigDecimal high =
        low.add(BigDecimal.valueOf(2 + random.nextInt(random.nextBoolean() ? 9 : 3000), scale));
    if (random.nextInt(4) > 0) {
      node.put(random.nextBoolean() ? "minimum" : "exclusiveMinimum", low);
    }
    if (random.nextInt(4) > 0) {
      node.put(random.nextBoolean() ? "maximum" : "exclusiveMaximum", high);
    }
    boolean bounded = node.has("minimum") && node.has("maximum"); // validators divide doubles
    if (bounded && random.nextInt(2) == 0) {
      node.put("multipleOf", pick(List.of(1, 2, 3, 5, 7, 10, 25)));
    } else if (bounded && scale > 0 && random.nextInt(3) == 0) {
      node.put("multipleOf", BigDecimal.valueOf(pick(List.of(1, 5, 25)), 1 + random.nextInt(2)));
    }
  }

  private void values(ArrayNode values) {
    values.add("a\n\"").add(1.5).add(-3).addNull().add(true);
    values.addObject().put("x", 1).putArray("y").add("é");
  }

  private void object(ObjectNode node, int depth) {
    node.put("type", "object");
    ObjectNode properties = NODES.objectNode();
    ArrayNode required = NODES.arrayNode();
    int count = random.nextInt(5);
    for (int i = 0; i < count; i++) {
      String name = pick(NAMES);
      if (!properties.has(name)) {
        properties.set(name, schema(depth - 1));
        if (random.nextBoolean()) {
          required.add(name);
        }
      }
    }
    if (count > 0 || random.nextBoolean()) {
      node.set("properties", properties);
      node.set("required", required);
    }
    if (random.nextInt(4) == 0) {
      node.putObject("patternProperties").set(pick(NAME_PATTERNS), schema(0));
    }
    switch (random.nextInt(6)) {
      case 0 -> node.put("additionalProperties", false);
      case 1 -> node.put("additionalProperties", true);
      case 2 -> node.set("additionalProperties", schema(0));
      case 3 -> {
        if (!old) {
          node.put("unevaluatedProperties", false);
        }
      }
      default -> {
        // no type
      }
    }
    if (rarely()) {
      node.putObject("propertyNames").put("maxLength", 1 + random.nextInt(5));
    }
    if (rarely()) {
      node.put("minProperties", random.nextInt(4));
    }
    if (rarely()) {
      node.put("maxProperties", 1 + random.nextInt(4));
    }
    if (rarely()) {
      dependencies(node, depth);
    }
    if (rarely()) {
      node.set("if", part(0));
      node.set("then", part(0));
      if (random.nextBoolean()) {
        node.set("else", part(0));
      }
    }
    if (rarely()) {
      node.putArray("allOf").add(part(0));
    }
  }

  private void dependencies(ObjectNode node, int depth) {
    if (random.nextBoolean()) {
      node.putObject(old ? "dependencies" : "dependentRequired")
          .putArray(pick(NAMES))
          .add(pick(NAMES));
    } else {
      node.putObject(old ? "dependencies" : "dependentSchemas").set(pick(NAMES), part(depth - 1));
    }
  }

  private void array(ObjectNode node, int depth) {
    node.put("type", "array");
    int min = random.nextInt(3);
    if (random.nextBoolean()) {
      node.put("minItems", min);
    }
    if (random.nextBoolean()) {
      node.put("maxItems", min + 1 + random.nextInt(3));
    }
    if (random.nextBoolean()) {
      node.putArray(old ? "items" : "prefixItems").add(schema(depth - 1)).add(schema(0));
      if (random.nextBoolean()) {
        node.set(old ? "additionalItems" : "items", schema(depth - 1));
      }
    } else if (random.nextBoolean()) {
      node.set("items", schema(depth - 1));
    }
    if (rarely()) {
      node.put("uniqueItems", true);
    }
    if (rarely()) {
      node.set("contains", schema(0));
      if (!old && random.nextBoolean()) {
        node.put("minContains", random.nextInt(3)).put("maxContains", 2 + random.nextInt(2));
      }
    } else if (!old && rarely()) {
      node.put("unevaluatedItems", false);
    }
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}

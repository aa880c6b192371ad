package io.github.phi4j.internal.schema;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Random;

/** Makes random JSON Schemas of the keywords that are enforced. */
final class RandomSchemas {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final List<String> NAMES =
      List.of("a", "ab", "b", "name", "größe", "a\"b", "x/y~z", "😀", "type", "");
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
          "^$");
  private static final List<String> FORMATS =
      List.of("date", "time", "date-time", "uuid", "email", "ipv4");

  private final Random random;

  RandomSchemas(long seed) {
    random = new Random(seed);
  }

  ObjectNode next() {
    ObjectNode schema = schema(3);
    ObjectNode definitions = schema.putObject("$defs");
    definitions.set("leaf", schema(0));
    ObjectNode node = definitions.putObject("node").put("type", "object");
    ObjectNode properties = node.putObject("properties");
    properties.set("value", schema(0));
    properties.putObject("next").put("$ref", "#/$defs/node");
    return schema;
  }

  private ObjectNode schema(int depth) {
    ObjectNode node = NODES.objectNode();
    switch (random.nextInt(depth > 0 ? 14 : 8)) {
      case 0 -> string(node);
      case 1 -> node.put("type", "string").put("pattern", pick(PATTERNS));
      case 2 -> node.put("type", "string").put("format", pick(FORMATS));
      case 3 -> bounds(node.put("type", "integer"), 0);
      case 4 -> bounds(node.put("type", "number"), random.nextInt(4));
      case 5 -> values(node.putArray("enum"));
      case 6 -> {
        if (random.nextBoolean()) {
          node.put("const", pick(NAMES));
        } else {
          node.put("type", "boolean").put("title", "whether");
        }
      }
      case 7 -> node.putArray("type").add("null").add("integer").add("string");
      case 8, 9, 10 -> object(node, depth);
      case 11 -> array(node, depth);
      case 12 -> {
        ArrayNode any = node.putArray("anyOf");
        any.add(schema(depth - 1)).add(schema(depth - 1));
      }
      default -> node.put("$ref", random.nextBoolean() ? "#/$defs/node" : "#/$defs/leaf");
    }
    return node;
  }

  private void string(ObjectNode node) {
    int min = random.nextInt(4);
    node.put("type", "string").put("minLength", min);
    if (random.nextBoolean()) {
      node.put("maxLength", min + random.nextInt(5));
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
  }

  private void values(ArrayNode values) {
    values.add("a\n\"").add(1.5).add(-3).addNull().add(true);
    values.addObject().put("x", 1).putArray("y").add("é");
  }

  private void object(ObjectNode node, int depth) {
    node.put("type", "object");
    ObjectNode properties = node.putObject("properties");
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
    node.set("required", required);
    switch (random.nextInt(4)) {
      case 0 -> node.put("additionalProperties", false);
      case 1 -> node.put("additionalProperties", true);
      case 2 -> node.set("additionalProperties", schema(0));
      default -> {
        // not said
      }
    }
    if (random.nextInt(4) == 0) {
      ObjectNode part = NODES.objectNode();
      ObjectNode more = part.putObject("properties");
      more.putObject("joined").put("type", "integer");
      part.putArray("required").add("joined");
      if (node.path("additionalProperties").isMissingNode()) {
        node.putArray("allOf").add(part);
      }
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
      node.putArray("prefixItems").add(schema(depth - 1)).add(schema(0));
    }
    if (random.nextBoolean()) {
      node.set("items", schema(depth - 1));
    }
  }

  private String pick(List<String> list) {
    return list.get(random.nextInt(list.size()));
  }
}

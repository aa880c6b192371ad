package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.json.Json;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Translates a JSON Schema into grammar rules. Schemas are first brought to alternatives of {@link
 * Shape}s: references are followed, {@code allOf} is joined, {@code anyOf} and {@code oneOf} are
 * spread out. A schema that is met again while it is translated is a recursive rule.
 */
final class SchemaTranslator {

  private static final int MAX_ALTERNATIVES = 256;

  /** A schema's rule, which has a name as soon as one is needed. */
  private static final class Entry {
    String name;
  }

  private final Json root;
  private final String name;
  private final Gbnf grammar;
  private final ValueRules values;
  private final IdentityHashMap<Json, String> pointers = new IdentityHashMap<>();
  private final Map<Json, Entry> entries = new HashMap<>();

  SchemaTranslator(Json root, Gbnf grammar, String name) {
    this.root = root;
    this.name = name;
    this.grammar = grammar;
    this.values = new ValueRules(grammar, this);
    locate(root, "");
  }

  private void locate(Json value, String pointer) {
    pointers.put(value, pointer);
    switch (value) {
      case Json.Members members ->
          members
              .map()
              .forEach(
                  (name, member) -> locate(member, pointer + "/" + SchemaProblem.escape(name)));
      case Json.Elements elements -> {
        for (int i = 0; i < elements.list().size(); i++) {
          locate(elements.list().get(i), pointer + "/" + i);
        }
      }
      default -> {
        // nothing within
      }
    }
  }

  /** The name of the rule of the whole schema. */
  String rule() {
    return rule(root, name, "");
  }

  /**
   * The name of the rule of the whole schema, which must be of objects alone.
   *
   * @throws IllegalArgumentException if it is not
   */
  String objectRule() {
    for (Shape shape : shapes(target(root), "")) {
      if (!shape.generatedTypes().equals(Set.of("object"))) {
        throw SchemaProblem.at(
            "/type", String.join(" or ", shape.generatedTypes()), "object, and no other type");
      }
    }
    return rule();
  }

  /** The name of a schema's rule. */
  String rule(Json schema, String wanted, String within) {
    Json target = target(schema);
    Entry entry = entries.get(target);
    if (entry != null) {
      if (entry.name == null) {
        entry.name = grammar.reserve(wanted);
      }
      return entry.name;
    }
    entry = new Entry();
    entries.put(target, entry);
    String pointer = pointers.getOrDefault(target, within);
    String body = values.body(shapes(target, pointer), pointer, wanted);
    if (entry.name != null) {
      grammar.define(entry.name, body);
    } else {
      entry.name = body.matches("[a-zA-Z0-9-]+") ? body : grammar.rule(wanted, body);
    }
    return entry.name;
  }

  /** What a schema that is but a reference refers to. */
  private Json target(Json schema) {
    Set<Json> seen = new HashSet<>();
    Json target = schema;
    while (target instanceof Json.Members members
        && members.map().get("$ref") instanceof Json.Text reference
        && members.map().keySet().stream()
            .allMatch(keyword -> keyword.equals("$ref") || ShapeReader.saysNothing(keyword))) {
      String pointer = pointers.getOrDefault(target, "");
      if (!seen.add(target)) {
        throw SchemaProblem.at(pointer, "references in a circle", "one that ends at a schema");
      }
      target = resolve(reference.value(), pointer);
    }
    return target;
  }

  /** The alternatives of a schema; none if no value is valid. */
  List<Shape> shapes(Json schema, String within) {
    return shapes(schema, within, Set.of());
  }

  private List<Shape> shapes(Json schema, String within, Set<String> followed) {
    String pointer = pointers.getOrDefault(schema, within);
    return switch (schema) {
      case Json.Truth truth -> truth.value() ? List.of(new Shape(pointer)) : List.of();
      case Json.Members members -> shapes(members, pointer, followed);
      default ->
          throw SchemaProblem.at(
              pointer, "a JSON " + schema.type(), "a schema: an object, true or false");
    };
  }

  private List<Shape> shapes(Json.Members schema, String pointer, Set<String> followed) {
    List<Shape> shapes = List.of(ShapeReader.read(schema, pointer));
    Json reference = schema.map().get("$ref");
    if (reference != null) {
      if (!(reference instanceof Json.Text text)) {
        throw SchemaProblem.at(
            pointer + "/$ref", reference.written(), "a string such as #/$defs/x");
      }
      if (followed.contains(text.value())) {
        throw SchemaProblem.at(
            pointer + "/$ref", "a reference that leads back to itself", "one that ends");
      }
      Set<String> further = new HashSet<>(followed);
      further.add(text.value());
      shapes = product(shapes, shapes(resolve(text.value(), pointer), pointer, further), pointer);
    }
    for (Json part : branches(schema, "allOf", pointer)) {
      shapes = product(shapes, shapes(part, pointer, followed), pointer);
    }
    List<Json> any = branches(schema, "anyOf", pointer);
    if (!any.isEmpty()) {
      List<Shape> union = new ArrayList<>();
      any.forEach(branch -> union.addAll(shapes(branch, pointer, followed)));
      shapes = product(shapes, union, pointer);
    }
    List<Json> one = branches(schema, "oneOf", pointer);
    if (!one.isEmpty()) {
      shapes = oneOf(shapes, one, pointer, followed);
    }
    return shapes;
  }

  private List<Shape> oneOf(
      List<Shape> base, List<Json> branches, String pointer, Set<String> followed) {
    List<List<Shape>> spread = new ArrayList<>();
    for (Json branch : branches) {
      spread.add(product(base, shapes(branch, pointer, followed), pointer));
    }
    Disjointness disjointness = new Disjointness(this);
    for (int i = 0; i < spread.size(); i++) {
      for (int j = 0; j < spread.size(); j++) {
        if (i != j && !disjointness.excludes(spread.get(i), spread.get(j))) {
          throw SchemaProblem.unenforceable(
              pointer,
              "oneOf",
              "a value might be valid for both branches "
                  + Math.min(i, j)
                  + " and "
                  + Math.max(i, j)
                  + "; use anyOf, or a required property that is another constant in each");
        }
      }
    }
    return spread.stream().flatMap(List::stream).toList();
  }

  private List<Json> branches(Json.Members schema, String keyword, String pointer) {
    Json value = schema.map().get(keyword);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof Json.Elements elements) || elements.list().isEmpty()) {
      throw SchemaProblem.at(
          pointer + "/" + keyword, value.written(), "an array of at least one schema");
    }
    return elements.list();
  }

  private static List<Shape> product(List<Shape> left, List<Shape> right, String pointer) {
    if ((long) left.size() * right.size() > MAX_ALTERNATIVES) {
      throw SchemaProblem.at(
          pointer,
          "anyOf, oneOf and allOf with more than " + MAX_ALTERNATIVES + " combinations",
          "a simpler schema");
    }
    List<Shape> product = new ArrayList<>();
    for (Shape a : left) {
      for (Shape b : right) {
        a.and(b).ifPresent(product::add);
      }
    }
    return product;
  }

  private Json resolve(String reference, String pointer) {
    if (!reference.startsWith("#")) {
      throw SchemaProblem.at(
          pointer + "/$ref",
          Json.quote(reference),
          "a reference into this schema, such as #/$defs/x; nothing is fetched from elsewhere");
    }
    Json at = root;
    if (reference.length() > 1 && reference.charAt(1) != '/') {
      throw SchemaProblem.unenforceable(
          pointer, "$ref", "refer by place, such as #/$defs/x, not by the anchor " + reference);
    }
    String[] names = reference.substring(1).split("/", -1);
    for (int i = 1; i < names.length; i++) {
      String name =
          URLDecoder.decode(names[i].replace("+", "%2B"), StandardCharsets.UTF_8)
              .replace("~1", "/")
              .replace("~0", "~");
      Optional<Json> next = within(at, name);
      if (next.isEmpty()) {
        throw SchemaProblem.at(
            pointer + "/$ref", Json.quote(reference), "a reference to a schema that is there");
      }
      at = next.get();
    }
    return at;
  }

  private static Optional<Json> within(Json value, String name) {
    return switch (value) {
      case Json.Members members -> Optional.ofNullable(members.map().get(name));
      case Json.Elements elements
          when name.matches("0|[1-9][0-9]{0,8}")
              && Integer.parseInt(name) < elements.list().size() ->
          Optional.of(elements.list().get(Integer.parseInt(name)));
      default -> Optional.empty();
    };
  }
}

package io.github.phi4j.internal.schema;

import io.github.phi4j.api.GrammarException;
import io.github.phi4j.internal.json.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the values of a schema: its own keywords, then applicators in order of appearance.
 * Annotations and unknown keywords are skipped.
 */
final class SchemaReader {

  private static final Set<String> UNENFORCEABLE =
      Set.of("contentSchema", "extends", "disallow", "divisibleBy");

  /** The first of these keywords determines the order of declared members among joined schemas. */
  private static final Set<String> DECLARING =
      Set.of("properties", "patternProperties", "additionalProperties");

  private static final List<String> CONDITIONAL =
      List.of("not", "if", "dependencies", "dependentRequired", "dependentSchemas");

  private static final Set<String> OWN =
      Set.of(
          "type",
          "enum",
          "const",
          "nullable",
          "minimum",
          "maximum",
          "exclusiveMinimum",
          "exclusiveMaximum",
          "multipleOf",
          "minLength",
          "maxLength",
          "pattern",
          "format",
          "properties",
          "patternProperties",
          "additionalProperties",
          "required",
          "minProperties",
          "maxProperties",
          "propertyNames",
          "prefixItems",
          "items",
          "additionalItems",
          "minItems",
          "maxItems",
          "uniqueItems",
          "contains");

  private static final int MAX_JOINT = 32;

  private final Documents documents;
  private final boolean standard; // undeclared members and unmentioned types may be written
  private final Problems problems;

  SchemaReader(Documents documents, boolean standard, Problems problems) {
    this.documents = documents;
    this.standard = standard;
    this.problems = problems;
  }

  /** Returns the values of a schema. */
  List<Values> read(Location location, boolean written, Meanings meanings) {
    return switch (location.value) {
      case Json.Truth truth -> truth.value() ? List.of(Values.ALL) : List.of();
      case Json.Members members ->
          new Reading(location, written, List.of(Values.ALL), meanings).read(members);
      default ->
          throw SchemaProblem.at(
              location.pointer,
              "a JSON " + location.value.type(),
              "a schema: an object, true or false");
    };
  }

  /** Follows the references of a schema that is only a reference. */
  Location target(Location location) {
    Location at = location;
    Set<Location> seen = new HashSet<>();
    while (at.value instanceof Json.Members members
        && members.map().get("$ref") instanceof Json.Text ref) {
      boolean alone =
          !at.draft.readsSiblingsOfReferences()
              || members.map().keySet().stream()
                  .filter(at.draft::knows)
                  .noneMatch(SchemaReader::asserts);
      if (!alone) {
        break;
      }
      if (!seen.add(at)) {
        throw SchemaProblem.at(at.pointer, "references in a circle", "one that ends at a schema");
      }
      at = resolve(at, "$ref", ref.value());
    }
    return at;
  }

  private static boolean asserts(String keyword) {
    return OWN.contains(keyword)
        || switch (keyword) {
          case "allOf",
              "anyOf",
              "oneOf",
              "not",
              "if",
              "dependencies",
              "dependentRequired",
              "dependentSchemas",
              "$dynamicRef",
              "$recursiveRef",
              "unevaluatedItems",
              "unevaluatedProperties" ->
              true;
          default -> UNENFORCEABLE.contains(keyword);
        };
  }

  private Location resolve(Location from, String keyword, String reference) {
    return documents
        .find(from, reference)
        .orElseThrow(() ->
            SchemaProblem.at(
                from.pointer + "/" + keyword,
                Json.quote(reference),
                "a reference to a schema in this document, such as #/$defs/x, or in a document "
                    + "that the program supplies; nothing is downloaded"));
  }

  /** Reads one schema. */
  private final class Reading {
    private final Location location;
    private final Keywords keywords;
    private final boolean written;
    private final List<Values> around;
    private final Meanings meanings;
    private List<Values> own; // once read

    /**
     * Creates a reading.
     *
     * @param around the constraints around this schema, which determine the overlap of branches
     */
    Reading(Location location, boolean written, List<Values> around, Meanings meanings) {
      this.location = location;
      this.keywords = new Keywords(location);
      this.written = written;
      this.around = around;
      this.meanings = meanings;
    }

    List<Values> read(Json.Members schema) {
      List<Values> values = List.of(Values.ALL);
      boolean onlyReference = keywords.has("$ref") && !location.draft.readsSiblingsOfReferences();
      boolean ownRead = false;
      boolean declares = DECLARING.stream().anyMatch(keywords::has);
      for (String keyword : schema.map().keySet()) {
        if ((onlyReference && !keyword.equals("$ref")) || !location.draft.knows(keyword)) {
          continue;
        }
        if (OWN.contains(keyword)) {
          if (!ownRead && (!declares || DECLARING.contains(keyword))) {
            ownRead = true;
            values = meanings.and(values, own());
          }
        } else if (!CONDITIONAL.contains(keyword)) {
          values = meanings.and(values, combined(keyword));
        }
      }
      for (String keyword : CONDITIONAL) { // they do not affect the order of members
        if (keywords.has(keyword) && !onlyReference) {
          values = meanings.and(values, combined(keyword));
        }
      }
      if (!onlyReference) {
        values = unevaluated(values);
      }
      return written && !standard
          ? values
          : values.stream().map(each -> each.typed(true, 0)).toList();
    }

    private List<Values> own() {
      if (own == null) {
        own = readOwn();
      }
      return own;
    }

    private List<Values> readOwn() {
      return List.of(
          new OwnKeywords(
                  this.keywords, written, written && !standard, meanings, problems, this::node)
              .values());
    }

    private Node node(Json schema) {
      return node(schema, written);
    }

    private Node node(Json schema, boolean isWritten) {
      if (schema instanceof Json.Truth truth) {
        return truth.value() ? Node.any() : Node.none();
      }
      Location target = target(documents.at(schema));
      return target.value instanceof Json.Truth truth
          ? truth.value() ? Node.any() : Node.none()
          : new Node.At(target, isWritten);
    }

    /** Returns the values of a part of {@code allOf}. */
    private List<Values> part(Json schema) {
      Location part = documents.at(schema);
      return part.get("oneOf") != null && part.get("$ref") == null
          ? new Reading(part, written, meanings.and(around, own()), meanings)
              .read((Json.Members) schema)
          : meanings.of(node(schema));
    }

    private List<Values> combined(String keyword) {
      List<Values> all = List.of(Values.ALL);
      return switch (keyword) {
        case "$ref", "$dynamicRef", "$recursiveRef" ->
            meanings.of(node(resolve(location, keyword, keywords.text(keyword)).value));
        case "allOf" -> {
          List<Values> values = all;
          for (Json branch : keywords.branches(keyword)) {
            values = meanings.and(values, part(branch));
          }
          yield values;
        }
        case "anyOf" -> {
          List<Values> values = List.of();
          for (Json branch : keywords.branches(keyword)) {
            List<Values> more = meanings.of(node(branch));
            List<Values> joint = documents.asksForUnevaluated() ? joint(values, more) : List.of();
            values = meanings.or(meanings.or(values, more), joint);
          }
          yield values;
        }
        case "oneOf" ->
            problems.enforce(
                location.pointer,
                keyword,
                () ->
                    new OneOf(
                            keywords.branches(keyword).stream().map(this::node).toList(),
                            meanings.and(around, own()),
                            meanings)
                        .values(),
                () ->
                    meanings.of(
                        Node.some(keywords.branches(keyword).stream().map(this::node).toList())));
        case "not" ->
            problems.enforce(
                location.pointer,
                keyword,
                () -> meanings.of(node(keywords.schema(keyword), false).not()),
                () -> all);
        case "if" -> problems.enforce(location.pointer, keyword, this::conditional, () -> all);
        case "dependencies", "dependentRequired", "dependentSchemas" -> {
          List<Values> values = all;
          for (Map.Entry<String, Json> entry : keywords.members(keyword).entrySet()) {
            values = meanings.and(values, dependent(keyword, entry.getKey(), entry.getValue()));
          }
          yield values;
        }
        default -> {
          if (UNENFORCEABLE.contains(keyword)) {
            problems.enforce(
                location.pointer,
                keyword,
                () -> {
                  throw new GrammarException("a keyword of draft 3");
                },
                () -> null);
          }
          yield all;
        }
      };
    }

    /**
     * Returns the values of both branches, which are evaluated by both; none if there are too many
     * shapes.
     */
    private List<Values> joint(List<Values> one, List<Values> other) {
      List<Values> joint = meanings.and(one, other);
      int shapes =
          joint.stream().mapToInt(each -> each.objects().size() + each.arrays().size()).sum();
      return shapes <= MAX_JOINT ? joint : List.of();
    }

    private List<Values> conditional() {
      Node condition = node(keywords.schema("if"), false);
      Node then = keywords.has("then") ? node(keywords.schema("then")) : Node.any();
      Node otherwise = keywords.has("else") ? node(keywords.schema("else")) : Node.any();
      if (then.equals(Node.any()) && otherwise.equals(Node.any())) {
        return List.of(Values.ALL);
      }
      // Where the condition holds, members that it mentions count as evaluated.
      Node holds = node(keywords.schema("if"));
      return meanings.or(
          meanings.and(meanings.of(Node.all(condition, holds)), meanings.of(then)),
          meanings.and(meanings.of(condition.not()), meanings.of(otherwise)));
    }

    private List<Values> dependent(String keyword, String name, Json value) {
      ObjectShape without = ObjectShape.of(new ObjectShape.Rule(Names.only(name), Node.none()));
      Set<String> required = new LinkedHashSet<>(List.of(name));
      List<Values> then = List.of(Values.ALL);
      if (value instanceof Json.Elements) {
        required.addAll(keywords.names(keyword, value));
      } else if (value instanceof Json.Text text) {
        required.add(text.value());
      } else {
        then = meanings.of(node(keywords.schema(keyword, value)));
      }
      Values lacking = Values.ALL.withObjects(List.of(without));
      Values having =
          Values.NONE.withObjects(List.of(ObjectShape.requiring(required))).typed(false, 0);
      return meanings.or(List.of(lacking), meanings.and(List.of(having), then));
    }

    private List<Values> unevaluated(List<Values> values) {
      List<Values> result = values;
      if (keywords.has("unevaluatedProperties")) {
        Node rest = node(keywords.schema("unevaluatedProperties"));
        result =
            result.stream()
                .map(each ->
                    each.withObjects(
                        each.objects().stream().map(shape -> unevaluated(shape, rest)).toList()))
                .toList();
      }
      if (keywords.has("unevaluatedItems")) {
        Node rest = node(keywords.schema("unevaluatedItems"));
        result =
            result.stream()
                .map(each ->
                    each.withArrays(
                        each.arrays().stream().map(shape -> unevaluated(shape, rest)).toList()))
                .toList();
      }
      return result;
    }

    private ObjectShape unevaluated(ObjectShape shape, Node rest) {
      Names others = Names.union(shape.evaluated()).not();
      return shape
          .and(ObjectShape.of(new ObjectShape.Rule(others, rest)))
          .evaluated(List.of(Names.ALL));
    }

    private ArrayShape unevaluated(ArrayShape shape, Node rest) {
      if (!shape.contains().isEmpty()) {
        throw SchemaProblem.unenforceable(
            location.pointer, "unevaluatedItems", "there is contains, too; leave out one of them");
      }
      if (shape.evaluated() == ArrayShape.UNBOUNDED) {
        return shape;
      }
      List<Node> prefix = new ArrayList<>();
      for (int i = 0; i < shape.evaluated(); i++) {
        prefix.add(Node.any());
      }
      return shape.and(ArrayShape.of(prefix, rest)).whole();
    }
  }
}

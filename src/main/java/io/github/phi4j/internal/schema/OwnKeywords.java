package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.grammar.Dfa;
import io.github.phi4j.internal.grammar.Effort;
import io.github.phi4j.internal.json.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** The set of values that a schema's own keywords allow together; their order does not matter. */
final class OwnKeywords {

  private static final Map<String, Integer> TYPES =
      Map.of(
          "null", Values.NULL,
          "boolean", Values.BOOLEAN,
          "number", Values.NUMBER,
          "integer", Values.NUMBER,
          "string", Values.STRING,
          "array", Values.ARRAY,
          "object", Values.OBJECT);

  private final Keywords keywords;
  private final String pointer;
  private final boolean written; // not only checked
  private final boolean closing; // whether to write only declared members
  private final Effort effort;
  private final Meanings meanings;
  private final Problems problems;
  private final Function<Json, Node> nodes;
  private int mentioned;

  OwnKeywords(
      Keywords keywords,
      boolean written,
      boolean closing,
      Meanings meanings,
      Problems problems,
      Function<Json, Node> nodes) {
    this.keywords = keywords;
    this.pointer = keywords.location().pointer;
    this.written = written;
    this.closing = closing;
    this.meanings = meanings;
    this.effort = meanings.effort();
    this.problems = problems;
    this.nodes = nodes;
  }

  Values values() {
    Values values =
        Values.ALL
            .withNumbers(numbers())
            .withStrings(strings())
            .withArrays(arrays())
            .withObjects(objects());
    boolean typed = false;
    if (keywords.has("type")) {
      values = typed(values);
      typed = true;
    }
    for (String keyword : List.of("enum", "const")) {
      if (keywords.has(keyword)) {
        List<Json> listed =
            keyword.equals("const") ? List.of(keywords.get(keyword)) : keywords.elements(keyword);
        values =
            problems.<Values>enforce(pointer, keyword, andListed(values, listed), with(values));
        typed = true;
      }
    }
    return values.typed(typed, typed ? 0 : mentioned);
  }

  private Supplier<Values> andListed(Values values, List<Json> listed) {
    return () -> values.and(Values.of(new LinkedHashSet<>(listed), effort), effort);
  }

  private static Supplier<Values> with(Values values) {
    return () -> values;
  }

  private Values typed(Values values) {
    Json written = keywords.get("type");
    List<Json> names = written instanceof Json.Elements list ? list.list() : List.of(written);
    Set<String> types = new LinkedHashSet<>();
    for (Json name : names) {
      if (!(name instanceof Json.Text text) || !TYPES.containsKey(text.value())) {
        throw keywords.wrong(
            "type", name, "one of " + String.join(" ", TYPES.keySet().stream().sorted().toList()));
      }
      types.add(text.value());
    }
    if (types.isEmpty()) {
      throw keywords.wrong("type", written, "at least one type");
    }
    if (closing && keywords.has("nullable") && keywords.truth("nullable")) { // as in OpenAPI 3.0
      types.add("null");
    }
    int bits = types.stream().mapToInt(TYPES::get).reduce(0, (a, b) -> a | b);
    Values only = values.ofTypes(bits);
    return types.contains("integer") && !types.contains("number")
        ? only.withNumbers(only.numbers().and(NumberSet.INTEGERS, effort))
        : only;
  }

  private NumberSet numbers() {
    NumberSet numbers = NumberSet.ALL;
    for (String keyword : List.of("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")) {
      boolean exclusive = keyword.startsWith("exclusive");
      if (!keywords.has(keyword) || (exclusive && keywords.get(keyword) instanceof Json.Truth)) {
        continue; // a boolean, as in draft 4, which modifies the other keyword
      }
      mentioned |= Values.NUMBER;
      BigDecimal bound = keywords.number(keyword);
      if (bound.precision() > 400 || Math.abs(bound.scale()) > 400) {
        throw keywords.wrong(keyword, keywords.get(keyword), "a number of at most 400 digits");
      }
      boolean lower = keyword.endsWith("inimum");
      boolean open =
          exclusive
              || new Json.Truth(true)
                  .equals(keywords.get(lower ? "exclusiveMinimum" : "exclusiveMaximum"));
      Dfa within =
          lower ? Decimals.above(bound, open, effort) : Decimals.below(bound, open, effort);
      numbers = numbers.and(new NumberSet(within, false), effort);
    }
    if (keywords.has("multipleOf")) {
      numbers = multipleOf(numbers);
    }
    if (keywords.has("format") && keywords.text("format").matches("int(32|64)")) {
      BigDecimal limit = BigDecimal.TWO.pow(keywords.text("format").equals("int32") ? 31 : 63);
      NumberSet least = new NumberSet(Decimals.above(limit.negate(), false, effort), false);
      NumberSet most = new NumberSet(Decimals.below(limit, true, effort), false);
      numbers = numbers.and(least, effort).and(most, effort).and(NumberSet.INTEGERS, effort);
    }
    return numbers;
  }

  private NumberSet multipleOf(NumberSet numbers) {
    mentioned |= Values.NUMBER;
    BigDecimal divisor = keywords.number("multipleOf");
    if (divisor.signum() <= 0) {
      throw keywords.wrong("multipleOf", keywords.get("multipleOf"), "a number above 0");
    }
    return problems.enforce(
        pointer,
        "multipleOf",
        () ->
            numbers.and(
                divisor.compareTo(BigDecimal.ONE) == 0
                    ? NumberSet.INTEGERS
                    : new NumberSet(Decimals.multiples(divisor, effort), false),
                effort),
        () -> numbers);
  }

  private StringSet strings() {
    StringSet strings = StringSet.ALL;
    if (keywords.has("minLength") || keywords.has("maxLength")) {
      mentioned |= Values.STRING;
      int min = keywords.has("minLength") ? keywords.count("minLength") : 0;
      int max = keywords.has("maxLength") ? keywords.count("maxLength") : StringSet.UNBOUNDED;
      if (min > 50_000) {
        throw SchemaProblem.unenforceable(
            pointer, "minLength", "found more than 50,000 characters; ask for fewer");
      }
      strings = strings.and(new StringSet(Dfa.ofLength(min, StringSet.UNBOUNDED), max), effort);
    }
    if (keywords.has("pattern")) {
      mentioned |= Values.STRING;
      String pattern = keywords.text("pattern");
      strings =
          both(
              strings,
              "pattern",
              () -> new StringSet(Patterns.search(pattern, effort), StringSet.UNBOUNDED));
    }
    if (keywords.has("format")) {
      String format = keywords.text("format");
      if (Formats.isOfStrings(format)) {
        mentioned |= Values.STRING;
        strings = both(strings, "format", () -> Formats.of(format));
      }
    }
    return strings;
  }

  private StringSet both(StringSet strings, String keyword, Supplier<StringSet> other) {
    return problems.enforce(
        pointer, keyword, () -> strings.and(other.get(), effort), () -> strings);
  }

  private List<ArrayShape> arrays() {
    ArrayShape shape = ArrayShape.ANY;
    List<Node> prefix = new ArrayList<>();
    Json items = keywords.get("items");
    String listed = items instanceof Json.Elements ? "items" : "prefixItems";
    if (keywords.has(listed)) {
      keywords
          .elements(listed)
          .forEach(item -> prefix.add(nodes.apply(keywords.schema(listed, item))));
    }
    String others = listed.equals("items") ? "additionalItems" : "items";
    Optional<Node> rest =
        keywords.has(others) ? Optional.of(nodes.apply(keywords.schema(others))) : Optional.empty();
    if (keywords.has(listed) || rest.isPresent()) {
      shape =
          new ArrayShape(
              prefix,
              rest.orElse(Node.any()),
              0,
              ArrayShape.UNBOUNDED,
              List.of(),
              false,
              rest.isPresent() ? ArrayShape.UNBOUNDED : prefix.size(),
              closing && rest.isEmpty());
    }
    if (keywords.has("minItems") || keywords.has("maxItems")) {
      shape =
          shape.and(
              ArrayShape.counting(
                  keywords.has("minItems") ? keywords.count("minItems") : 0,
                  keywords.has("maxItems") ? keywords.count("maxItems") : ArrayShape.UNBOUNDED));
    }
    if (keywords.has("uniqueItems") && keywords.truth("uniqueItems")) {
      shape =
          shape.and(
              new ArrayShape(
                  List.of(), Node.any(), 0, ArrayShape.UNBOUNDED, List.of(), true, 0, false));
    }
    if (keywords.has("contains")) {
      int min = keywords.has("minContains") ? keywords.count("minContains") : 1;
      int max = keywords.has("maxContains") ? keywords.count("maxContains") : ArrayShape.UNBOUNDED;
      Node value = nodes.apply(keywords.schema("contains"));
      shape = shape.and(ArrayShape.containing(new ArrayShape.Contained(0, value, min, max)));
    }
    if (!shape.equals(ArrayShape.ANY)) {
      mentioned |= Values.ARRAY;
    }
    return shape.isImpossible() ? List.of() : List.of(shape);
  }

  private List<ObjectShape> objects() {
    List<ObjectShape.Rule> rules = new ArrayList<>();
    Set<String> order = new LinkedHashSet<>();
    List<Names> evaluated = new ArrayList<>();
    List<Dfa> patterns = new ArrayList<>();
    if (keywords.has("properties")) {
      keywords
          .members("properties")
          .forEach((name, schema) -> {
            order.add(name);
            rules.add(
                new ObjectShape.Rule(
                    Names.only(name),
                    nodes.apply(
                        keywords.schema("properties/" + SchemaProblem.escape(name), schema))));
          });
    }
    if (keywords.has("patternProperties")) {
      for (Map.Entry<String, Json> entry : keywords.members("patternProperties").entrySet()) {
        Dfa pattern =
            problems.enforce(
                pointer + "/patternProperties",
                entry.getKey(),
                () -> Patterns.search(entry.getKey(), effort),
                () -> Dfa.NONE);
        patterns.add(pattern);
        rules.add(
            new ObjectShape.Rule(
                Names.matching(pattern),
                nodes.apply(keywords.schema("patternProperties", entry.getValue()))));
      }
    }
    Names declared = new Names(order, patterns, List.of(), false);
    evaluated.add(declared);
    if (keywords.has("additionalProperties")) {
      rules.add(
          new ObjectShape.Rule(
              declared.not(), nodes.apply(keywords.schema("additionalProperties"))));
      evaluated.set(0, Names.ALL);
    }
    Set<String> required = required();
    boolean counted = keywords.has("minProperties") || keywords.has("maxProperties");
    boolean said =
        keywords.has("properties")
            || keywords.has("patternProperties")
            || keywords.has("additionalProperties")
            || keywords.has("propertyNames")
            || !required.isEmpty()
            || counted;
    if (!said) {
      return List.of(ObjectShape.ANY);
    }
    mentioned |= Values.OBJECT;
    if (keywords.has("propertyNames")) {
      Names names = propertyNames();
      rules.add(new ObjectShape.Rule(names.not(), Node.none()));
    }
    ObjectShape shape =
        new ObjectShape(
            order,
            List.copyOf(rules),
            required,
            List.of(),
            keywords.has("minProperties") ? keywords.count("minProperties") : 0,
            keywords.has("maxProperties") ? keywords.count("maxProperties") : ObjectShape.UNBOUNDED,
            List.copyOf(evaluated),
            closing && (keywords.has("properties") || keywords.has("patternProperties")));
    return shape.isImpossible() ? List.of() : List.of(shape);
  }

  private Set<String> required() {
    if (!keywords.has("required")) {
      return Set.of();
    }
    if (keywords.get("required") instanceof Json.Truth) {
      throw keywords.wrong(
          "required", keywords.get("required"), "an array of names, beside the properties");
    }
    return new LinkedHashSet<>(keywords.names("required", keywords.get("required")));
  }

  private Names propertyNames() {
    Node names = nodes.apply(keywords.schema("propertyNames")).checked();
    return problems.enforce(
        pointer,
        "propertyNames",
        () -> {
          StringSet strings =
              meanings.of(names).stream()
                  .map(Values::strings)
                  .reduce(StringSet.NONE, (a, b) -> a.or(b, effort));
          if (strings.equals(StringSet.ALL)) {
            return Names.ALL;
          }
          StringSet counted = strings.counted(effort);
          return Names.matching(written ? counted.dfa() : counted.outer());
        },
        () -> Names.ALL);
  }
}

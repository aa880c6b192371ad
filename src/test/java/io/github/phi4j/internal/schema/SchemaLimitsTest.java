package io.github.phi4j.internal.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.phi4j.api.GrammarException;
import io.github.phi4j.internal.grammar.SchemaSampler;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Schemas that are large, deep or tangled: they compile, or are refused, and nothing overflows. */
class SchemaLimitsTest {

  private static String definitions(int count, IntFunction<String> definition) {
    return "{\"$ref\": \"#/$defs/a0\", \"$defs\": {"
        + IntStream.range(0, count)
            .mapToObj(i -> "\"a" + i + "\": " + definition.apply(i))
            .collect(Collectors.joining(", "))
        + ", \"a"
        + count
        + "\": {\"type\": \"integer\"}}}";
  }

  @Test
  void nestedBranchesThatAMemberTellsApart() {
    String schema =
        definitions(
            10,
            i ->
                IntStream.range(0, 5)
                    .mapToObj(kind ->
                        "{\"type\": \"object\", \"properties\": {\"child\": {\"$ref\": \"#/$defs/a"
                            + (i + 1)
                            + "\"}, \"kind\": {\"const\": \"k"
                            + kind
                            + "\"}}, \"required\": [\"child\", \"kind\"]}")
                    .collect(Collectors.joining(", ", "{\"oneOf\": [", "]}")));

    assertThat(new SchemaSampler(schema).isPrefix("{\"child\": {\"child\": {")).isTrue();
  }

  @Test
  void diamonds() {
    String schema =
        definitions(
            40,
            i ->
                "{\"allOf\": [{\"$ref\": \"#/$defs/a%1$d\"}, {\"$ref\": \"#/$defs/a%1$d\"}]}"
                    .replace("%1$d", Integer.toString(i + 1)));

    assertThat(new SchemaSampler(schema).matches("7")).isTrue();
  }

  @Test
  void manyNamesBesideOthers() {
    String schema =
        IntStream.range(0, 836)
            .mapToObj(i -> "\"name_number_" + i + "\": {\"type\": \"string\"}")
            .collect(
                Collectors.joining(
                    ", ",
                    "{\"type\": \"object\", \"properties\": {",
                    "}, \"additionalProperties\": {\"type\": \"integer\"}}"));
    SchemaSampler sampler = new SchemaSampler(schema);

    assertThat(sampler.matches("{\"name_number_835\": \"x\", \"name_number\": 1}")).isTrue();
    assertThat(sampler.matches("{\"name_number_835\": 1}")).isFalse();
  }

  @Test
  void longChainsOfReferences() {
    String schema =
        definitions(
            3000,
            i ->
                "{\"type\": \"object\", \"properties\": {\"n\": {\"$ref\": \"#/$defs/a"
                    + (i + 1)
                    + "\"}}}");

    assertThat(new SchemaSampler(schema).matches("{\"n\": {\"n\": {}}}")).isTrue();
  }

  @Test
  void whatIsCombinedTooDeepIsRefused() {
    String schema =
        definitions(1000, i -> "{\"allOf\": [{\"$ref\": \"#/$defs/a" + (i + 1) + "\"}]}");

    assertThatExceptionOfType(GrammarException.class)
        .isThrownBy(() -> new SchemaSampler(schema))
        .withMessageContaining("combined more than 200 deep");
  }

  @Test
  void anEnumOfTenThousandTextsGenerates() {
    String schema =
        IntStream.range(0, 10_000)
            .mapToObj(i -> "\"city number " + i + "\"")
            .collect(Collectors.joining(", ", "{\"enum\": [", "]}"));
    SchemaSampler sampler = new SchemaSampler(schema);

    assertThat(sampler.matches("\"city number 9999\"")).isTrue();
    assertThat(sampler.matches("\"city number 10000\"")).isFalse();
  }

  /** Forms that frameworks write. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"string\",\"pattern\":\"^[\\\\w-.]+$\"}",
        "{\"type\":\"string\",\"nullable\":true}",
        "{\"type\":\"string\",\"format\":\"uri\",\"minLength\":1,\"maxLength\":2083}",
        "{\"type\":\"array\",\"items\":{\"enum\":[\"r\",\"g\"]},\"uniqueItems\":true}",
        "{\"type\":\"string\",\"format\":\"email\",\"pattern\":\"^(?!\\\\.)[a-z.]+@[a-z]+\\\\.[a-z]{2,}$\"}",
        "{\"type\":\"object\",\"propertyNames\":{\"type\":\"string\"},\"additionalProperties\":{}}",
        "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":{\"not\":{}}}",
        "{\"$id\":\"https://e.example/s\",\"$ref\":\"https://e.example/s#/$defs/a\",\"$defs\":{\"a\":{}}}",
        "{\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"string\",\"maxLength\":65536}}}",
        "{\"oneOf\":[{\"type\":\"object\",\"properties\":{\"l\":{\"$ref\":\"#\"},\"o\":{\"const\":\"+\"}},"
            + "\"required\":[\"l\",\"o\"]},{\"type\":\"number\"}]}",
      })
  void whatFrameworksWriteIsAccepted(String schema) {
    assertThat(new SchemaSampler(schema).isPrefix("")).isTrue();
  }

  @Test
  void partsWithAnIdentifierResolveWithinThemselves() {
    String schema =
        """
        {"type": "object", "properties": {"amount": {"$ref": "#/$defs/money/properties/value"}},
         "$defs": {"unit": {"type": "string"}, "money": {"$id": "https://shop.example/money",
         "$defs": {"unit": {"type": "integer"}}, "properties": {"value": {"$ref": "#/$defs/unit"}}}}}
        """;
    SchemaSampler sampler = new SchemaSampler(schema);

    assertThat(sampler.matches("{\"amount\": 1}")).isTrue();
    assertThat(sampler.matches("{\"amount\": \"x\"}")).isFalse();
  }

  /**
   * The last of two names can only be written in one way, and is found without trying all space.
   */
  @Test
  void fewNamesThatMustDiffer() {
    SchemaSampler sampler =
        new SchemaSampler(
            """
            {"type": "object", "patternProperties": {"^(x|y)$": {"type": "integer"}},
             "additionalProperties": false, "minProperties": 2}\
            """);

    assertThat(sampler.matches("{\"y\": 1, \"x\": 2}")).isTrue();
    assertThat(sampler.isPrefix("{\"y\": 1, \"x\": 2,")).isFalse();
    assertThat(sampler.isPrefix("{\"y\": 1, \"y")).isFalse();
    assertThat(sampler.matches("{\"y\": 1}")).isFalse();
  }
}

package io.github.phi4j.internal.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.github.phi4j.api.GrammarException;
import io.github.phi4j.internal.grammar.SchemaSampler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SchemaGrammarTest {

  private static final JsonMapper MAPPER = new JsonMapper();
  private static final JsonSchemaFactory FACTORY =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

  private static void assertValid(String schema, String text) {
    JsonSchema validator = FACTORY.getSchema(schema);
    assertThat(
            validator.validate(
                text,
                InputFormat.JSON,
                context -> context.getExecutionConfig().setFormatAssertionsEnabled(true)))
        .as("%s for %s", text, schema)
        .isEmpty();
  }

  private static boolean isValid(JsonSchema validator, String text) {
    return validator
        .validate(
            text,
            InputFormat.JSON,
            context -> context.getExecutionConfig().setFormatAssertionsEnabled(true))
        .isEmpty();
  }

  /** All top-level domains that the validator knows; all those of countries are tried. */
  @Test
  void addressesAreValid() {
    String schema = "{\"type\": \"string\", \"format\": \"email\", \"maxLength\": 200}";
    SchemaSampler sampler = new SchemaSampler(schema);
    Random random = new Random(4);
    for (int i = 0; i < 500; i++) {
      assertValid(schema, sampler.text(random));
    }
    int countries = 0;
    for (int i = 0; i < 26 * 26; i++) {
      String text = String.format(Locale.ROOT, "\"a@b.%c%c\"", 'a' + i / 26, 'a' + i % 26);
      if (sampler.matches(text)) {
        assertValid(schema, text);
        countries++;
      }
    }
    assertThat(countries).isGreaterThan(240);
  }

  /** RFC 3339 and others leave letters' case open, and validators differ. */
  @ParameterizedTest
  @CsvSource({
    "duration, p1d",
    "duration, P1Y2D",
    "duration, pt",
    "time, 10:00:00z",
    "date-time, 2026-01-31t10:00:00z",
    "uuid, 01234567-89AB-cdef-0123-456789abcdef",
    "hostname, a_b",
    "uri, HTTP:x"
  })
  void whatMayBeOfAFormatIsNotOfItsComplement(String format, String text) {
    SchemaSampler others =
        new SchemaSampler("{\"type\": \"string\", \"not\": {\"format\": \"" + format + "\"}}");
    assertThat(others.matches('"' + text + '"')).isFalse();
    assertThat(others.matches("\"?\"")).isTrue();
  }

  /** Integers and many decimals around bounds match the grammar if and only if they are valid. */
  @Test
  void boundsAreExact() {
    Random random = new Random(9);
    for (int round = 0; round < 60; round++) {
      int scale = random.nextInt(4);
      BigDecimal low = BigDecimal.valueOf(random.nextInt(500) - 250, scale);
      BigDecimal high = low.add(BigDecimal.valueOf(1 + random.nextInt(300), scale));
      boolean openLow = random.nextBoolean();
      boolean openHigh = random.nextBoolean();
      String bounds =
          String.format(
              Locale.ROOT,
              "\"%s\": %s, \"%s\": %s",
              openLow ? "exclusiveMinimum" : "minimum",
              low.toPlainString(),
              openHigh ? "exclusiveMaximum" : "maximum",
              high.toPlainString());
      SchemaSampler numbers = new SchemaSampler("{\"type\": \"number\", " + bounds + "}");
      for (int i = -3300; i < 3300; i += 1 + random.nextInt(20)) {
        for (BigDecimal value :
            List.of(
                BigDecimal.valueOf(i, 2),
                BigDecimal.valueOf(i, 4),
                low.add(BigDecimal.valueOf(i % 5, 3)),
                high.add(BigDecimal.valueOf(i % 5, 3)))) {
          boolean above = value.compareTo(low) > (openLow ? 0 : -1);
          boolean below = value.compareTo(high) < (openHigh ? 0 : 1);
          assertThat(numbers.matches(value.toPlainString()))
              .as("%s with %s", value, bounds)
              .isEqualTo(above && below);
        }
      }
      if (scale == 0 && high.subtract(low).compareTo(BigDecimal.valueOf(3)) > 0) {
        SchemaSampler integers = new SchemaSampler("{\"type\": \"integer\", " + bounds + "}");
        for (int i = -600; i < 600; i++) {
          BigDecimal value = BigDecimal.valueOf(i);
          boolean above = value.compareTo(low) > (openLow ? 0 : -1);
          boolean below = value.compareTo(high) < (openHigh ? 0 : 1);
          assertThat(integers.matches(Integer.toString(i)))
              .as("%s with %s", value, bounds)
              .isEqualTo(above && below);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"type\":\"string\",\"pattern\":\"^[a-c]+$\"} | \"abc\" | \"abd\"",
        "{\"type\":\"string\",\"pattern\":\"b\"} | \"abc\" | \"acd\"",
        "{\"type\":\"string\",\"pattern\":\"^a\\u007cb$\"} | \"xxb\" | \"ba\"",
        "{\"type\":\"string\",\"pattern\":\"^\\\\d{2,3}?$\"} | \"123\" | \"1\"",
        "{\"type\":\"string\",\"pattern\":\"^.$\"} | \"\\\"\" | \"\\n\"",
        "{\"type\":\"string\",\"maxLength\":1} | \"😀\" | \"ab\"",
        "{\"type\":\"string\",\"maxLength\":1} | \"\\u00e9\" | \"\\ud83d\"",
        "{\"format\":\"date\"} | \"2024-02-29\" | \"2023-02-29\"",
        "{\"format\":\"date\"} | \"2000-02-29\" | \"1900-02-29\"",
        "{\"format\":\"date\"} | \"1999-12-31\" | \"1999-11-31\"",
        "{\"format\":\"time\"} | \"23:59:59.5+01:00\" | \"24:00:00Z\"",
        "{\"format\":\"email\"} | \"ann.lee@uni-bonn.de\" | \"ann@uni.nowhere\"",
        "{\"format\":\"ipv4\"} | \"255.0.10.1\" | \"256.0.0.1\"",
        "{\"type\":\"array\",\"items\":{\"type\":\"null\"},\"minItems\":2} | [null,null] | [null]",
        "{\"type\":\"array\",\"items\":{\"type\":\"null\"},\"maxItems\":2} | [] | [null,null,null]",
        "{\"items\":[{\"const\":1},{\"const\":2}]} | [1,2] | [2]",
        "{\"prefixItems\":[{\"const\":1}],\"items\":{\"const\":2}} | [1,2,2] | [1,1]",
        "{\"properties\":{\"a\":{\"const\":1},\"b\":{\"const\":2}}} | {\"b\":2} |"
            + " {\"b\":2,\"a\":1}",
        "{\"properties\":{\"a\":{\"const\":1}},\"required\":[\"a\"]} | { \"a\": 1} | {}",
        "{\"properties\":{\"a\":{\"const\":1}},\"additionalProperties\":true} | {\"a\":1,\"c\":[]}"
            + " | {\"a\":2}",
        "{\"additionalProperties\":{\"type\":\"null\"}} | {\"x\":null,\"y\":null} | {\"x\":1}",
        "{\"type\":\"object\"} | {\"x\":{\"y\":[1.5e3,true]}} | []",
        "{\"allOf\":[{\"type\":\"integer\",\"minimum\":3},{\"maximum\":5}]} | 4 | 6",
        "{\"anyOf\":[{\"type\":\"null\"},{\"const\":\"x\"}]} | null | \"y\"",
        "{\"type\":[\"null\",\"boolean\"]} | true | 0",
        "{\"enum\":[1,\"a\",{\"b\":[]}],\"type\":[\"object\",\"string\"]} | {\"b\": []} | 1",
        "{\"$ref\":\"#/$defs/a~1b%20c\",\"$defs\":{\"a/b c\":{\"const\":1}}} | 1 | 2",
        "{\"type\":\"object\",\"properties\":{\"x\":false}} | {} | {\"x\":1}",
        "{\"type\":\"integer\",\"multipleOf\":1} | 12345 | 1.5",
      })
  void aSchemaHasThisTextAndNotThat(String schema, String valid, String invalid) {
    SchemaSampler sampler = new SchemaSampler(schema);
    assertThat(sampler.matches(valid)).as(valid).isTrue();
    assertThat(sampler.matches(invalid)).as(invalid).isFalse();
  }

  static Stream<Arguments> keywords() {
    return Stream.of("keywords", "forms").flatMap(SchemaGrammarTest::cases);
  }

  private static Stream<Arguments> cases(String name) {
    try (InputStream in =
        SchemaGrammarTest.class.getResourceAsStream("/schemas/" + name + ".jsonl")) {
      return MAPPER.readerFor(JsonNode.class).<JsonNode>readValues(in).readAll().stream()
          .map(line -> Arguments.of(line.get("schema"), line));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Valid and invalid texts by the standard, for each keyword and for combinations. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("keywords")
  void keywordsFollowTheStandard(JsonNode schema, JsonNode line) {
    SchemaSampler sampler = new SchemaSampler(schema.toString(), true);
    JsonSchema validator = FACTORY.getSchema(schema);
    for (String kind : List.of("valid", "invalid")) {
      for (JsonNode text : line.get(kind)) {
        assertThat(sampler.matches(text.textValue()))
            .as("%s for %s", text, schema)
            .isEqualTo(kind.equals("valid"));
        assertThat(isValid(validator, text.textValue()))
            .as("by the validator, %s for %s", text, schema)
            .isEqualTo(kind.equals("valid"));
      }
    }
    Random random = new Random(1);
    for (int i = 0; i < 20; i++) {
      String text = sampler.text(random);
      if (!text.matches("(?s).*\\d{15}.*")) { // the validator computes with doubles
        assertValid(schema.toString(), text);
      }
    }
  }

  @Test
  void aRecursiveSchemaNests() {
    SchemaSampler sampler =
        new SchemaSampler(
            """
            {"$ref": "#/$defs/tree", "$defs": {"tree": {"type": "object",
             "properties": {"children": {"type": "array", "items": {"$ref": "#/$defs/tree"}}}}}}\
            """);
    assertThat(sampler.matches("{\"children\":[{},{\"children\":[{\"children\":[]}]}]}")).isTrue();
    assertThat(sampler.matches("{\"children\":[1]}")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"oneOf\":[{\"properties\":{\"t\":{\"const\":1}},\"required\":[\"t\"]},{\"properties\":{\"t\":{\"const\":2}},\"required\":[\"t\"]}]}"
            + " | {\"t\":2}",
        "{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"integer\",\"maximum\":0},{\"type\":\"integer\",\"minimum\":1}]}"
            + " | 7",
        "{\"oneOf\":[{\"properties\":{\"a\":{}},\"required\":[\"a\"]},{\"properties\":{\"b\":{}},\"required\":[\"b\"]}]}"
            + " | {\"b\":[]}",
      })
  void oneOfOfDisjointBranchesIsTheirUnion(String schema, String valid) {
    assertThat(new SchemaSampler(schema).matches(valid)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"not\":{}} | a schema that no value is valid for",
        "{\"$ref\":\"https://example.org/x\"} | nothing is downloaded",
        "{\"$ref\":\"#/$defs/x\"} | a reference to a schema in this document",
        "{\"$ref\":\"#\"} | references in a circle",
        "{\"allOf\":[{\"$ref\":\"#\"}],\"type\":\"null\"} | refers back to itself",
        "{\"type\":\"strin\"} | #/type: found \"strin\"; expected one of array",
        "{\"properties\":{\"a/b\":{\"pattern\":\"(a)\\\\1\"}}} | #/properties/a~1b/pattern:"
            + " \"pattern\" cannot be enforced: found \\1 at character 6",
        "{\"pattern\":\"(?<=a)b\"} | a group that looks behind, or with flags at character 1",
        "{\"pattern\":\"a\\\\b\"} | a word boundary",
        "{\"pattern\":\"((?=a)b)*\"} | a group that looks ahead within a repetition",
        "{\"type\":\"string\",\"minLength\":60000} | #/minLength: \"minLength\" cannot be enforced",
        "{\"type\":\"integer\",\"minimum\":3,\"maximum\":2} | a schema that no value is valid for",
        "{\"multipleOf\":0.123456789} | #/multipleOf: \"multipleOf\" cannot be enforced",
        "{\"multipleOf\":0} | #/multipleOf: found 0; expected a number above 0",
        "{\"not\":{\"uniqueItems\":true}} | #/not: \"not\" cannot be enforced",
        "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false},\"minItems\":2,\"uniqueItems\":true}"
            + " | #/uniqueItems: \"uniqueItems\" cannot be enforced",
        "{\"type\":\"object\",\"patternProperties\":{\"^(a\\u007cb)$\":{}},\"additionalProperties\":false,\"minProperties\":3}"
            + " | \"minProperties\" above the number of names",
        "{\"minimum\":\"3\"} | #/minimum: found \"3\"; expected a number",
        "{\"required\":true} | #/required: found true; expected an array of names",
        "3 | found a JSON integer; expected a schema",
        "{ | JSON, line 1, column 2",
        "false | a schema that no value is valid for",
      })
  void whatCannotBeEnforcedIsRefusedByName(String schema, String message) {
    assertThatExceptionOfType(GrammarException.class)
        .isThrownBy(() -> new SchemaSampler(schema))
        .withMessageContaining(message);
  }

  @Test
  void aSchemaOfEndlessValuesIsRefused() {
    String endless =
        "{\"type\":\"object\",\"properties\":{\"x\":{\"$ref\":\"#\"}},\"required\":[\"x\"]}";
    assertThatExceptionOfType(GrammarException.class).isThrownBy(() -> new SchemaSampler(endless));
  }

  @Test
  void annotationsAreIgnored() throws Exception {
    JsonNode schema =
        MAPPER.readTree(
            """
            {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "x", "title": "t",
             "description": "d", "default": 1, "examples": [1], "$comment": "c", "x-note": 1, "colour": 1,
             "type": "null"}\
            """);
    assertThat(new SchemaSampler(schema.toString()).matches("null")).isTrue();
  }
}

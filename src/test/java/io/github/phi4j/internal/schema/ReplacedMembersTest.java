package io.github.phi4j.internal.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.github.phi4j.api.GrammarException;
import io.github.phi4j.internal.grammar.SchemaSampler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Objects of which some member must meet a condition: a later member of the same name replaces it.
 */
final class ReplacedMembersTest {

  private static final JsonSchemaFactory FACTORY =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
  private static final List<String> VALUES = List.of("null", "true", "1");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type': 'object', 'not': {'additionalProperties': {'type': 'null'}}}",
        "{'type': 'object', 'not': {'patternProperties': {'^[ab]$': {'type': 'null'}}}}",
        "{'type': 'object', 'not': {'patternProperties': {'^a': {'type': 'null'}}}}",
        "{'type': 'object', 'oneOf': [{'additionalProperties': {'type': ['null', 'boolean']}},"
            + " {'additionalProperties': {'type': ['null', 'integer']}}]}",
        "{'type': 'object', 'if': {'additionalProperties': {'type': 'null'}},"
            + " 'then': {'required': ['a']}, 'else': {'minProperties': 2}}",
        "{'type': 'object', 'properties': {'b': {}}, 'propertyNames': {'enum': ['a', 'b', 'c']},"
            + " 'not': {'additionalProperties': {'type': 'null'}}}",
        "{'type': 'object', 'not': {'additionalProperties': {'type': 'null'}},"
            + " 'allOf': [{'not': {'additionalProperties': {'type': 'integer'}}}]}",
        "{'type': 'object', 'maxProperties': 1, 'not': {'additionalProperties': {'type': 'null'}}}",
        "{'type': 'object', 'maxProperties': 2, 'not': {'additionalProperties': {'type': 'null'}}}",
      })
  void theLastMemberOfANameCounts(String quoted) {
    String schema = quoted.replace('\'', '"');
    JsonSchema validator = FACTORY.getSchema(schema);
    SchemaSampler sampler = new SchemaSampler(schema, true);
    int valid = 0;
    for (List<String> members : lists()) {
      String text = "{" + String.join(", ", members) + "}";
      if (sampler.matches(text)) {
        assertThat(validator.validate(text, InputFormat.JSON)).as("%s: %s", schema, text).isEmpty();
      } else if (members.stream().map(member -> member.substring(0, 3)).distinct().count()
          == members.size()) {
        boolean isValid = validator.validate(text, InputFormat.JSON).isEmpty();
        assertThat(isValid && !matchesInOtherOrder(sampler, members))
            .as("%s: %s", schema, text)
            .isFalse();
      }
      valid += sampler.matches(text) ? 1 : 0;
    }
    assertThat(valid).isPositive();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type': 'object', 'not': {'additionalProperties': {'type': 'null'}}}",
        "{'type': 'object', 'not': {'patternProperties': {'^[ab]$': {'type': 'null'}}}}",
        "{'type': 'object', 'not': {'additionalProperties': {'type': ['null', 'integer']}}}",
      })
  void everyBeginningCanBeCompleted(String quoted) {
    String schema = quoted.replace('\'', '"');
    JsonSchema validator = FACTORY.getSchema(schema);
    SchemaSampler sampler = new SchemaSampler(schema, true);
    for (int seed = 0; seed < 100; seed++) {
      String text = sampler.finished(new Random(seed)).orElseThrow();
      assertThat(validator.validate(text, InputFormat.JSON)).as("%s: %s", schema, text).isEmpty();
    }
  }

  /** Returns the lists of up to three members with few names and values. */
  private static List<List<String>> lists() {
    List<List<String>> lists = new ArrayList<>(List.of(List.of()));
    for (int at = 0; lists.get(at).size() < 3; at++) {
      for (String name : List.of("\"a\"", "\"b\"", "\"c\"")) {
        for (String value : VALUES) {
          List<String> longer = new ArrayList<>(lists.get(at));
          longer.add(name + ": " + value);
          lists.add(longer);
        }
      }
    }
    return lists;
  }

  private static boolean matchesInOtherOrder(SchemaSampler sampler, List<String> members) {
    List<String> order = new ArrayList<>(members);
    for (int i = 0; i < 2; i++) {
      for (int rotation = 0; rotation < order.size(); rotation++) {
        Collections.rotate(order, 1);
        if (sampler.matches("{" + String.join(", ", order) + "}")) {
          return true;
        }
      }
      Collections.reverse(order);
    }
    return false;
  }

  /** All names but one may be used without meeting the condition; the last one must meet it. */
  @Test
  void aNameIsLeftForTheCondition() {
    SchemaSampler sampler =
        new SchemaSampler(
            """
            {"type": "object", "patternProperties": {"^[a-c]$": {}},
             "additionalProperties": {"type": "integer"},
             "not": {"additionalProperties": {"type": ["integer", "null"]},
                     "patternProperties": {"^[a-c]$": {"type": ["integer", "null"]}}}}\
            """,
            true);
    assertThat(sampler.isPrefix("{\"a\": null, \"b\": null, \"c\": t")).isTrue();
    assertThat(sampler.isPrefix("{\"a\": null, \"b\": null, \"c\": n")).isFalse();
    assertThat(sampler.isPrefix("{\"a\": null, \"b\": null, \"d\"")).isFalse();
    for (int seed = 0; seed < 200; seed++) {
      assertThat(sampler.finished(new Random(seed))).isPresent();
    }
  }

  @Test
  void moreNamesThanCanBeListedAndFewerThanATextHasRoomForAreRefused() {
    assertThatExceptionOfType(GrammarException.class)
        .isThrownBy(() ->
            new SchemaSampler(
                """
                {"type": "object", "not": {"patternProperties": {"^[a-z]{2}$": {"type": "null"}}}}\
                """,
                true))
        .withMessageContaining("a text may use them up");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'oneOf': [{'type': 'object', 'patternProperties': {'^[a-z]{2}$': {'type': 'string'}},"
            + " 'additionalProperties': false}, {'type': 'object', 'patternProperties':"
            + " {'^[a-z]{2}$': {'type': 'integer'}}, 'additionalProperties': false}]}",
        "{'type': 'object', 'patternProperties': {'^x[0-9]{2}$': {'type': ['null', 'integer']}},"
            + " 'additionalProperties': {}, 'not': {'additionalProperties': {'type': 'null'}}}",
        "{'type': 'object', 'minProperties': 2, 'properties': {'a': {}, 'b': {}},"
            + " 'additionalProperties': {'type': 'integer', 'minimum': 2, 'maximum': 1}}",
      })
  void namesThatAreEnoughAreNotRefused(String quoted) {
    String schema = quoted.replace('\'', '"');
    JsonSchema validator = FACTORY.getSchema(schema);
    SchemaSampler sampler = new SchemaSampler(schema, true);
    for (int seed = 0; seed < 30; seed++) {
      sampler
          .finished(new Random(seed))
          .ifPresent(
              text -> assertThat(validator.validate(text, InputFormat.JSON)).as(text).isEmpty());
    }
  }

  /** No member of these can be replaced by one that makes the branches alike. */
  @Test
  void namesMayRepeatWhereNothingIsLost() {
    String schema =
        """
        {"oneOf": [{"type": "object", "additionalProperties": {"type": "string"}},
                   {"type": "object", "additionalProperties": {"type": "integer"}}]}\
        """;
    assertThat(new SchemaSampler(schema, true).matches("{\"a\": 1,\"b\":2}")).isTrue();
  }

  /** The minimum counts names whose members have values. */
  @Test
  void namesWithoutPossibleMembersAreNotCounted() {
    assertThatExceptionOfType(GrammarException.class)
        .isThrownBy(() ->
            new SchemaSampler(
                """
                {"type": "object", "minProperties": 3, "additionalProperties": false,
                 "patternProperties": {"^[ab]$": {},
                   "^[cd]$": {"type": "integer", "minimum": 2, "maximum": 1}}}\
                """,
                true))
        .withMessageContaining("\"minProperties\" above the number of names");
  }
}

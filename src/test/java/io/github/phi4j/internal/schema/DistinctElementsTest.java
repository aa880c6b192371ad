package io.github.phi4j.internal.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.GrammarException;
import io.github.phi4j.internal.grammar.SchemaSampler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Arrays of distinct elements that run out of values. */
final class DistinctElementsTest {

  private static final List<String> VALUES =
      List.of("null", "true", "1", "\"a\"", "\"é\"", "\"è\"", "[]", "{}");

  @Test
  void everyBeginningOfAnArrayOfFewValuesCanBeCompleted() {
    int compiled = 0;
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      String schema = schema(random);
      SchemaSampler sampler;
      try {
        sampler = new SchemaSampler(schema, true);
      } catch (GrammarException e) {
        continue; // no valid value, or too few that differ are known
      }
      compiled++;
      for (int i = 0; i < 6; i++) {
        assertThat(sampler.finished(random)).as("seed %d: %s", seed, schema).isPresent();
      }
    }
    assertThat(compiled).isGreaterThan(150);
  }

  /** White space has a million forms, of which only the first is followed. */
  @Test
  void nothingFollowsWhenAllValuesAreUsed() {
    SchemaSampler sampler =
        new SchemaSampler(
            "{'uniqueItems': true, 'items': {'enum': [1, []]}}".replace('\'', '"'), true);
    assertThat(sampler.isPrefix("[[], 1")).isTrue();
    assertThat(sampler.isPrefix("[[], 1,")).isFalse();
    assertThat(sampler.matches("[[], 1]")).isTrue();
  }

  @Test
  void partOfACharacterIsABeginningToo() {
    SchemaSampler sampler =
        new SchemaSampler(
            "{'uniqueItems': true, 'items': {'enum': ['é', 'è', {'ü': 1}]}}".replace('\'', '"'),
            true);
    assertThat(sampler.isPrefix("[\"é\", {\"ü\": 1}, \"")).isTrue();
    assertThat(sampler.isPrefix("[\"é\", {\"ü\": 1}, {")).isFalse();
    assertThat(sampler.isPrefix("[\"é\", \"è\", \"")).isFalse();
    for (int seed = 0; seed < 100; seed++) {
      assertThat(sampler.finished(new Random(seed))).isPresent();
    }
  }

  @Test
  void longValuesWithACommonBeginningDiffer() {
    String common = "a".repeat(2_000);
    String values = "[\"" + common + "\", [], \"" + common + "b\"]";
    SchemaSampler sampler =
        new SchemaSampler("{\"uniqueItems\": true, \"items\": {\"enum\": " + values + "}}", true);
    assertThat(sampler.matches("[\"" + common + "\", \"" + common + "b\"]")).isTrue();
    assertThat(sampler.isPrefix("[\"" + common + "\", \"" + common + "\"")).isFalse();
  }

  private static String schema(Random random) {
    StringBuilder schema = new StringBuilder("{\"type\": \"array\", \"uniqueItems\": true");
    schema.append(", \"items\": ").append(few(random));
    if (random.nextInt(3) == 0) {
      String second = random.nextBoolean() ? ", " + few(random) : "";
      schema.append(", \"prefixItems\": [").append(few(random)).append(second).append("]");
    }
    if (random.nextBoolean()) {
      schema.append(", \"contains\": ").append(few(random));
      put(schema, "minContains", random, 2, 0, 3);
      put(schema, "maxContains", random, 2, 1, 3);
    }
    put(schema, "minItems", random, 2, 0, 4);
    put(schema, "maxItems", random, 3, 2, 3);
    return schema.append("}").toString();
  }

  private static void put(
      StringBuilder schema, String keyword, Random random, int oneIn, int from, int count) {
    if (random.nextInt(oneIn) == 0) {
      schema.append(", \"").append(keyword).append("\": ").append(from + random.nextInt(count));
    }
  }

  private static String few(Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> "{\"type\": \"null\"}";
      case 1 -> "{\"type\": \"boolean\"}";
      case 2 -> "{\"type\": [\"null\", \"boolean\"]}";
      default -> {
        List<String> values = new ArrayList<>(VALUES);
        Collections.shuffle(values, random);
        yield "{\"enum\": " + values.subList(0, 1 + random.nextInt(3)) + "}";
      }
    };
  }
}

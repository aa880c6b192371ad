package io.github.phi4j.internal.grammar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.phi4j.api.JsonSchemaOptions;
import io.github.phi4j.internal.sampling.TokenConstraint;
import io.github.phi4j.internal.schema.SchemaGrammar;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Masks of JSON Schemas, token by token. */
class SchemaMaskTest {

  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int STOP = 0;

  private static List<JsonNode> cases(String name) throws IOException {
    try (InputStream in = SchemaMaskTest.class.getResourceAsStream("/schemas/" + name + ".jsonl")) {
      return MAPPER.readerFor(JsonNode.class).<JsonNode>readValues(in).readAll();
    }
  }

  /** A stop token, all other bytes, and pieces of JSON of several characters. */
  private static byte[][] vocabulary() {
    List<byte[]> tokens = new ArrayList<>();
    for (int value = 0; value < 256; value++) {
      tokens.add(value == STOP ? new byte[0] : new byte[] {(byte) value});
    }
    Random random = new Random(5);
    String[] parts = {
      "\"", "\\", ", ", ": ", "{", "}", "[", "]", "a", "b", "x", "1", "0", ".", "é"
    };
    for (int i = 0; i < 700; i++) {
      StringBuilder text = new StringBuilder();
      for (int j = 0; j < 2 + i % 4; j++) {
        text.append(parts[random.nextInt(parts.length)]);
      }
      tokens.add(text.toString().getBytes(UTF_8));
    }
    return tokens.toArray(byte[][]::new);
  }

  private static CompiledGrammar compiled(Vocabulary vocabulary, JsonNode schema, boolean open) {
    return vocabulary.compiled(
        new SchemaGrammar(
                schema.toString(),
                JsonSchemaOptions.builder().openObjects(open).build(),
                Effort.uncancelled())
            .automaton());
  }

  /**
   * A token is in the mask if and only if its bytes lead to a live state, whatever was cached
   * before.
   */
  @Test
  void masksEqualBruteForce() throws IOException {
    byte[][] tokens = vocabulary();
    Vocabulary vocabulary = new Vocabulary(new Bytes(tokens));
    Random random = new Random(1);
    List<JsonNode> cases = new ArrayList<>(cases("keywords"));
    cases.addAll(cases("forms"));
    for (JsonNode line : cases) {
      CompiledGrammar grammar = compiled(vocabulary, line.get("schema"), random.nextBoolean());
      for (int round = 0; round < 3; round++) {
        TokenConstraint constraint = grammar.constraint(STOP);
        for (int step = 0; step < 12; step++) {
          long[] mask = constraint.allowed().clone();
          List<Integer> allowed = new ArrayList<>();
          for (int token = 0; token < tokens.length; token++) {
            boolean inMask = (mask[token >> 6] & 1L << token) != 0;
            assertThat(inMask)
                .as("'%s' for %s", new String(tokens[token], UTF_8), line.get("schema"))
                .isEqualTo(constraint.allows(token));
            if (inMask && token != STOP) {
              allowed.add(token);
            }
          }
          if (allowed.isEmpty()) {
            assertThat(constraint.allows(STOP)).isTrue();
            break;
          }
          constraint.accept(allowed.get(random.nextInt(allowed.size())));
        }
      }
    }
  }

  /** The order of keywords has no effect except on the order of members of joined schemas. */
  @Test
  void theOrderOfKeywordsHasNoEffect() throws IOException {
    Random random = new Random(2);
    for (JsonNode line : cases("keywords")) {
      for (int round = 0; round < 3 && !line.get("schema").has("allOf"); round++) {
        JsonNode shuffled = shuffled(line.get("schema"), random, false);
        CompiledGrammar grammar = compiled(Vocabulary.none(), shuffled, true);
        for (JsonNode text : line.get("valid")) {
          assertThat(grammar.matches(text.textValue())).as("%s for %s", text, shuffled).isTrue();
        }
        for (JsonNode text : line.get("invalid")) {
          assertThat(grammar.matches(text.textValue())).as("%s for %s", text, shuffled).isFalse();
        }
      }
    }
  }

  private static JsonNode shuffled(JsonNode value, Random random, boolean keep) {
    if (value instanceof ArrayNode array) {
      ArrayNode copy = MAPPER.createArrayNode();
      array.forEach(each -> copy.add(shuffled(each, random, keep)));
      return copy;
    }
    if (!(value instanceof ObjectNode object)) {
      return value;
    }
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    boolean data = keep || names.contains("const");
    if (!data) {
      Collections.shuffle(names, random);
    }
    ObjectNode copy = MAPPER.createObjectNode();
    for (String name : names) {
      copy.set(name, shuffled(object.get(name), random, data || name.equals("properties")));
    }
    return copy;
  }
}

package io.github.phi4j.internal.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.github.phi4j.Phi4;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.GrammarException;
import io.github.phi4j.api.JsonSchemaOptions;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.internal.grammar.SchemaSampler;
import io.github.phi4j.testing.RandomModel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random schemas: texts of their grammars, and constrained texts of models with random weights, are
 * valid. The system properties {@code phi4j.fuzz.seconds} and {@code phi4j.fuzz.seed} set the
 * duration and the first schema; by default, a fixed number are tried.
 */
class SchemaFuzzTest {

  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int SCHEMAS = 150;

  static JsonSchema validator(ObjectNode schema) {
    boolean old = RandomSchemas.DRAFT_7.equals(schema.path("$schema").textValue());
    return JsonSchemaFactory.getInstance(
            old ? SpecVersion.VersionFlag.V7 : SpecVersion.VersionFlag.V202012)
        .getSchema(schema);
  }

  static void assertValid(JsonSchema validator, String text, long seed, ObjectNode schema)
      throws Exception {
    String unescaped = MAPPER.readTree(text).toString();
    if (text.matches("(?s).*\\d{15}.*")) {
      return; // the validator computes with doubles
    }
    if (unescaped.contains("#") && schema.toString().contains("json-pointer")) {
      return; // the validator refuses "#" in pointers, which RFC 6901 allows
    }
    if (unescaped.contains("\"#")) {
      return; // the validator takes member names that begin with "#" for references
    }
    assertThat(
            validator.validate(
                text,
                InputFormat.JSON,
                context -> context.getExecutionConfig().setFormatAssertionsEnabled(true)))
        .as("seed %d: %s for %s", seed, text, schema)
        .isEmpty();
  }

  @Test
  void everyTextIsValid(@TempDir Path directory) throws Exception {
    Path file =
        RandomModel.phi4().layers(1).contextLength(512).write(directory.resolve("model.gguf"));
    long end = System.nanoTime() + 1_000_000_000 * Long.getLong("phi4j.fuzz.seconds", 0);
    boolean timed = Long.getLong("phi4j.fuzz.seconds", 0) > 0;
    long first = Long.getLong("phi4j.fuzz.seed", 0);
    long seed = first;
    int compiled = 0;
    int texts = 0;
    try (Generator model = Phi4.load(file, LoadOptions.builder().threads(1).build())) {
      for (; timed ? System.nanoTime() < end : seed < first + SCHEMAS; seed++) {
        ObjectNode schema = new RandomSchemas(seed).next();
        try {
          int valid = validTexts(model, schema, seed);
          if (valid >= 0) {
            compiled++;
            texts += valid;
          }
        } catch (Exception | StackOverflowError e) {
          throw new AssertionError("seed " + seed + ", schema " + schema, e);
        }
      }
    }
    System.getLogger("fuzz")
        .log(
            System.Logger.Level.INFO,
            "seeds {0} to {1}: {2} schemas compiled, {3} texts valid",
            first,
            seed,
            compiled,
            texts);
    assertThat(compiled).isGreaterThan((int) (seed - first) / 2);
  }

  /** Returns the number of valid texts of a schema, -1 for a refused one. */
  private static int validTexts(Generator model, ObjectNode schema, long seed) throws Exception {
    boolean open = seed % 2 == 0;
    SchemaSampler sampler;
    try {
      sampler = new SchemaSampler(schema.toString(), open);
    } catch (GrammarException e) {
      return -1; // no valid value, or not enforceable
    }
    JsonSchema validator = validator(schema);
    Random random = new Random(seed);
    int texts = 0;
    for (int i = 0; i < 3; i++) {
      Optional<String> text = sampler.finished(random);
      if (text.isPresent()) {
        assertValid(validator, text.get(), seed, schema);
        texts++;
      }
    }
    Completion completion = completion(model, schema, open, seed);
    assertThat(sampler.isPrefix(completion.text())).as("seed %d: %s", seed, schema).isTrue();
    if (completion.finishReason() == FinishReason.STOP) {
      assertValid(validator, completion.text(), seed, schema);
      texts++;
    }
    return texts;
  }

  private static Completion completion(
      Generator model, ObjectNode schema, boolean open, long seed) {
    return model.generate(
        Prompt.raw("x"),
        GenerationOptions.builder()
            .grammar(
                Grammar.jsonSchema(
                    schema.toString(), JsonSchemaOptions.builder().openObjects(open).build()))
            .maxTokens(120)
            .sampling(Sampling.builder().temperature((int) (seed % 3) * 2 + 1).seed(seed).build())
            .build());
  }
}

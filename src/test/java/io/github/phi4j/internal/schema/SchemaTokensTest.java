package io.github.phi4j.internal.schema;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import io.github.phi4j.api.GrammarException;
import io.github.phi4j.api.JsonSchemaOptions;
import io.github.phi4j.internal.gguf.GgufFile;
import io.github.phi4j.internal.grammar.Bytes;
import io.github.phi4j.internal.grammar.CompiledGrammar;
import io.github.phi4j.internal.grammar.Effort;
import io.github.phi4j.internal.grammar.SchemaSampler;
import io.github.phi4j.internal.grammar.Vocabulary;
import io.github.phi4j.internal.sampling.TokenConstraint;
import io.github.phi4j.internal.text.GgufTokenizer;
import io.github.phi4j.testing.GgufWriter;
import io.github.phi4j.testing.Vocabularies;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Masks over phi-4's vocabulary for random schemas: each allowed token starts a text that the
 * validator accepts, each token of such a text is allowed, and a mask has exactly the acceptable
 * tokens.
 */
class SchemaTokensTest {

  private static final int STOP = 100265;
  private static final int SCHEMAS = 40;

  private static GgufTokenizer tokenizer(Path file) throws IOException {
    Vocabularies.putPhi4(new GgufWriter()).write(file);
    try (Arena arena = Arena.ofConfined()) {
      return GgufTokenizer.read(
          GgufFile.open(file, arena).metadata(), Optional.empty(), finding -> {});
    }
  }

  @Test
  void masksAllowTheTokensOfValidTexts(@TempDir Path directory) throws Exception {
    GgufTokenizer tokenizer = tokenizer(directory.resolve("vocabulary.gguf"));
    byte[][] texts = new byte[tokenizer.vocabularySize()][];
    for (int id = 0; id < texts.length; id++) {
      texts[id] = id < 100256 ? tokenizer.bytes(id) : new byte[0];
    }
    Vocabulary vocabulary = new Vocabulary(new Bytes(texts));
    int tried = 0;
    for (int seed = 0; tried < SCHEMAS; seed++) {
      ObjectNode schema = new RandomSchemas(seed).next();
      JsonSchemaOptions options = JsonSchemaOptions.builder().openObjects(seed % 2 == 0).build();
      SchemaSampler sampler;
      try {
        sampler = new SchemaSampler(schema.toString(), options);
      } catch (GrammarException e) {
        continue; // no valid value, or not enforceable
      }
      tried++;
      CompiledGrammar grammar =
          vocabulary.compiled(
              new SchemaGrammar(schema.toString(), options, Effort.uncancelled()).automaton());
      follow(texts, grammar, sampler, schema, new Random(seed));
      Optional<String> text = sampler.finished(new Random(seed));
      TokenConstraint constraint = grammar.constraint(STOP);
      for (int id : tokenizer.encode(text.orElse(""))) {
        assertThat(isIn(constraint.allowed(), id)).as("%d of %s", id, text).isTrue();
        constraint.accept(id);
      }
    }
  }

  private static void follow(
      byte[][] texts,
      CompiledGrammar grammar,
      SchemaSampler sampler,
      ObjectNode schema,
      Random random)
      throws Exception {
    JsonSchema validator = SchemaFuzzTest.validator(schema);
    TokenConstraint constraint = grammar.constraint(STOP);
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (int step = 0; step < 8; step++) {
      long[] mask = constraint.allowed().clone();
      for (int i = 0; i < 100; i++) {
        int id = random.nextInt(texts.length);
        assertThat(isIn(mask, id)).isEqualTo(constraint.allows(id));
      }
      BitSet allowed = BitSet.valueOf(mask);
      allowed.clear(STOP);
      if (allowed.isEmpty()) {
        return;
      }
      int chosen = 0;
      for (int i = 0; i < 3; i++) {
        chosen = allowed.nextSetBit(random.nextInt(allowed.length()));
        ByteArrayOutputStream longer = new ByteArrayOutputStream();
        text.writeTo(longer);
        longer.writeBytes(texts[chosen]);
        Optional<String> whole = sampler.finished(random, longer.toByteArray());
        if (whole.isPresent()) {
          SchemaFuzzTest.assertValid(validator, whole.get(), step, schema);
        }
      }
      constraint.accept(chosen);
      text.writeBytes(texts[chosen]);
      assertThat(sampler.isPrefix(text.toString(UTF_8)) || hasOpenCharacter(text)).isTrue();
    }
  }

  private static boolean hasOpenCharacter(ByteArrayOutputStream text) {
    return text.toString(UTF_8).endsWith("\ufffd");
  }

  private static boolean isIn(long[] mask, int id) {
    return (mask[id >> 6] & 1L << id) != 0;
  }
}

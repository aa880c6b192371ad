package io.github.phi4j.eval.synth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.phi4j.Phi4;
import io.github.phi4j.api.Completer;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.eval.ScriptedModel;
import io.github.phi4j.eval.Seeds;
import io.github.phi4j.eval.internal.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** All built-in recipes from seeds to files, with replies drawn from the steps' schemas. */
class RecipesTest {

  private static final int SEEDS = 12;

  @TempDir private Path folder;

  /** The recipes, each with the steps of a record and the fields of its outputs. */
  static Stream<Arguments> recipes() {
    return Stream.of(
        Arguments.of("reversal", "asked again fidelity", Set.of("prompt", "completion")),
        Arguments.of(
            "revision",
            "exercise critique exercise critique exercise verdict",
            Set.of("prompt", "completion")),
        Arguments.of(
            "conversation",
            "persona turn revised grown turn revised grown turn revised grown",
            Set.of("persona", "conversation")),
        Arguments.of("questions", "found solutions key", Set.of("question", "answer", "agreement")),
        Arguments.of("plurality", "solutions key", Set.of("question", "answer", "agreement")),
        Arguments.of("middle", "guess compared", Set.of("before", "after", "hint", "completion")),
        Arguments.of(
            "refusals",
            "tries chance written",
            Set.of("kind", "prompt", "completion", "chosen", "rejected")),
        Arguments.of(
            "preferences", "replies grades ranked", Set.of("prompt", "chosen", "rejected")));
  }

  /** Seeds with the fields of all recipes. */
  private Path seeds() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < SEEDS; i++) {
      ObjectNode seed = Json.object();
      for (String field :
          List.of("text", "question", "answer", "before", "middle", "after", "prompt")) {
        seed.put(field, field + " " + i % 3 + (field.equals("answer") ? "" : " of seed " + i));
      }
      lines.add(Json.line(seed));
    }
    return Files.write(folder.resolve("seeds.jsonl"), lines);
  }

  /** Returns a reply that is valid for the call's schema and depends only on prompt and seed. */
  private static String reply(String prompt, GenerationOptions options, long seed) {
    assertThat(options.grammar()).get().isInstanceOf(Grammar.JsonSchema.class);
    Grammar.JsonSchema grammar = (Grammar.JsonSchema) options.grammar().orElseThrow();
    JsonNode schema = Json.parse(grammar.schema(), false, "schema");
    ObjectNode reply = Json.object();
    for (JsonNode name : schema.get("required")) {
      JsonNode type = schema.get("properties").get(name.textValue());
      int drawn = Seeds.random(seed, prompt + name.textValue()).nextInt(1 << 20);
      if (type.get("type").textValue().equals("integer")) {
        int least = type.get("minimum").intValue();
        int most = type.get("maximum").intValue();
        reply.put(name.textValue(), least + drawn % (most - least + 1));
      } else {
        int length = type.has("minLength") ? type.get("minLength").intValue() : 0;
        reply.put(name.textValue(), "answer " + drawn % 3 + " ".repeat(length) + ".");
      }
    }
    return Json.line(reply);
  }

  private static Map<String, String> files(Path folder) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.toList()) {
        files.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return files;
  }

  private static List<JsonNode> lines(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .map(line -> Json.parse(line, false, file.toString()))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void writesOutputsAndTheirLineage(String name, String steps, Set<String> fields)
      throws IOException {
    Completer model = ScriptedModel.constrained(RecipesTest::reply);
    Path out = folder.resolve("out");
    int kept = Workflow.of(name).run(model, model, "scripted", seeds(), out);
    assertThat(kept).isBetween(1, SEEDS);
    List<JsonNode> records = lines(out.resolve("records.jsonl"));
    assertThat(records).hasSize(SEEDS);
    List<JsonNode> outputs = new ArrayList<>();
    Set<String> written = new TreeSet<>();
    for (JsonNode each : records) {
      assertThat(each.get("source").textValue()).hasSize(16);
      assertThat(each.get("workflow").textValue()).startsWith(name + " ");
      List<String> trail = new ArrayList<>();
      for (JsonNode step : each.get("steps")) {
        trail.add(step.get("step").textValue());
        assertThat(step.has("result")).isTrue();
        boolean asks = !Set.of("key", "chance", "ranked", "grown").contains(trail.getLast());
        assertThat(step.has("seed")).as(trail.getLast()).isEqualTo(asks);
      }
      assertThat(String.join(" ", trail)).isEqualTo(steps);
      assertThat(each.get("why").textValue().isEmpty()).isEqualTo(each.get("kept").booleanValue());
      each.get("outputs").forEach(outputs::add);
    }
    assertThat(records.stream().map(r -> r.get("source")).distinct()).hasSize(SEEDS);
    outputs.forEach(output -> output.fieldNames().forEachRemaining(written::add));
    assertThat(written).isEqualTo(new TreeSet<>(fields));
    assertThat(lines(out.resolve("outputs.jsonl"))).isEqualTo(outputs);
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void resumesToTheSameFilesAndRefusesOtherSettings(String name, String steps, Set<String> fields)
      throws IOException {
    Path input = seeds();
    Completer model = ScriptedModel.constrained(RecipesTest::reply);
    Workflow workflow = Workflow.of(name).parallel(3);
    workflow.run(model, model, "scripted", input, folder.resolve("whole"));
    AtomicInteger calls = new AtomicInteger();
    Completer failing =
        ScriptedModel.constrained((prompt, options, seed) -> {
          if (calls.incrementAndGet() > 4 * steps.split(" ", -1).length) {
            throw new UnsupportedOperationException("broken off");
          }
          return reply(prompt, options, seed);
        });
    Path broken = folder.resolve("broken");
    assertThatThrownBy(() -> workflow.run(failing, failing, "scripted", input, broken))
        .isInstanceOf(UnsupportedOperationException.class);
    // As after kill -9 in the middle of a line.
    Files.writeString(
        broken.resolve("records.jsonl"), "{\"number\": 7, \"sou", StandardOpenOption.APPEND);
    workflow.parallel(16).run(model, model, "scripted", input, broken);
    assertThat(files(broken)).isEqualTo(files(folder.resolve("whole")));
    assertThatThrownBy(
            () -> Workflow.of(name).temperature(0.9f).run(model, model, "scripted", input, broken))
        .hasMessageContaining("temperature (there \"0.7\", here \"0.9\")");
    assertThat(fields).isNotEmpty();
  }

  @Test
  void revisionTakesTheLastVersion() throws IOException {
    AtomicInteger version = new AtomicInteger();
    Completer model =
        ScriptedModel.of((prompt, _) -> {
          if (prompt.startsWith("Criticize")) {
            return "{\"correct\": 3, \"clear\": 3, \"reasoning\": 3, \"suggestions\": \"be "
                + prompt.lines().filter(l -> l.startsWith("Question")).findFirst().orElseThrow()
                + "\"}";
          }
          if (prompt.startsWith("Grade")) {
            return "{\"correct\": 5, \"clear\": 5, \"reasoning\": 5, \"suggestions\": \"\"}";
          }
          int number = version.getAndIncrement();
          assertThat(prompt)
              .contains(
                  number == 0 ? "text 0" : "Suggestions: be Question: question " + (number - 1));
          return "{\"plan\": \"\", \"question\": \"question "
              + number
              + "\", \"solution\": \"solution "
              + number
              + "\"}";
        });
    Path input = Files.writeString(folder.resolve("one.jsonl"), "{\"text\": \"text 0\"}\n");
    Workflow.of("revision").run(model, model, "scripted", input, folder.resolve("out"));
    JsonNode output = lines(folder.resolve("out/outputs.jsonl")).getFirst();
    assertThat(output.get("prompt").textValue()).isEqualTo("question 2");
    assertThat(output.get("completion").textValue()).isEqualTo("solution 2");
  }

  @Test
  void recordsAreConcurrentAndIndependent() throws IOException {
    CountDownLatch together = new CountDownLatch(4);
    AtomicInteger atOnce = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Completer model =
        ScriptedModel.constrained((prompt, options, seed) -> {
          most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
          together.countDown();
          try {
            assertThat(together.await(5, TimeUnit.MINUTES)).isTrue();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          atOnce.decrementAndGet();
          if (prompt.contains("seed 5")) {
            throw new IllegalArgumentException("the prompt does not fit");
          }
          return reply(prompt, options, seed);
        });
    Path out = folder.resolve("out");
    Workflow.of("middle").parallel(4).run(model, model, "scripted", seeds(), out);
    assertThat(most).hasValue(4);
    JsonNode dropped = lines(out.resolve("records.jsonl")).get(5);
    assertThat(dropped.get("kept").booleanValue()).isFalse();
    assertThat(dropped.get("why").textValue()).isEqualTo("step 'guess': the prompt does not fit");
  }

  @Test
  void everySchemaCanBeEnforced() {
    List<String> schemas = new ArrayList<>();
    for (String name : Workflow.builtIn()) {
      Json.parse(Workflow.text(name), true, name).findValues("schema").stream()
          .map(Json::line)
          .forEach(schemas::add);
    }
    assertThat(schemas).hasSizeGreaterThanOrEqualTo(16);
    try (Generator model = Phi4.load(Path.of("../../models/phi4-tiny-Q8_0.gguf"))) {
      schemas.stream().distinct().forEach(schema -> model.prepare(Grammar.jsonSchema(schema)));
    }
  }
}

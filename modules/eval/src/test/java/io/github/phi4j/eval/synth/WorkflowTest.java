package io.github.phi4j.eval.synth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.phi4j.Phi4;
import io.github.phi4j.api.Completer;
import io.github.phi4j.api.Generator;
import io.github.phi4j.eval.ScriptedModel;
import io.github.phi4j.eval.internal.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkflowTest {

  @TempDir private Path folder;

  private Path input(String... lines) throws IOException {
    return Files.write(folder.resolve("in.jsonl"), List.of(lines));
  }

  private List<JsonNode> run(Workflow workflow, Completer model, Path input) throws IOException {
    workflow.run(model, model, "scripted", input, folder.resolve("out"));
    return lines("outputs.jsonl");
  }

  private List<JsonNode> lines(String file) throws IOException {
    return Files.readAllLines(folder.resolve("out").resolve(file)).stream()
        .map(line -> Json.parse(line, false, file))
        .toList();
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

  @Test
  void allBuiltInWorkflowsAreSound() {
    for (String name : Workflow.builtIn()) {
      assertThat(Workflow.of(name).description()).contains("Input: ");
    }
    assertThatThrownBy(() -> Workflow.of("nonsense")).hasMessageContaining("reversal");
  }

  @Test
  void reversalKeepsPairsOfHighFidelity() throws IOException {
    Completer model =
        ScriptedModel.of((prompt, _) -> {
          if (prompt.startsWith("Here is what somebody wrote")) {
            return "{\"instruction\": \"Write "
                + (prompt.contains("good") ? "good" : "bad")
                + " code.\"}";
          }
          return prompt.startsWith("Two texts")
              ? "{\"reason\": \"r\", \"grade\": " + (prompt.contains("good") ? 5 : 2) + "}"
              : "{\"text\": \"again\"}";
        });
    List<JsonNode> outputs =
        run(
            Workflow.of("reversal"),
            model,
            input("{\"text\": \"good()\"}", "{\"text\": \"bad()\"}"));
    assertThat(outputs).hasSize(1);
    assertThat(outputs.getFirst().get("completion").textValue()).isEqualTo("good()");
    List<JsonNode> records = lines("records.jsonl");
    assertThat(records.get(1).get("kept").booleanValue()).isFalse();
    assertThat(records.get(1).get("why").textValue()).isEqualTo("not fidelity.grade >= 4.0");
    assertThat(records.get(0).at("/steps/0/step").textValue()).isEqualTo("asked");
    assertThat(records.get(0).at("/steps/0/seed").isNumber()).isTrue();
    assertThat(records.get(0).get("source").textValue()).hasSize(16);
  }

  @Test
  void pluralityDropsUnanimousAndRareAnswers() throws IOException {
    AtomicInteger next = new AtomicInteger();
    Completer model =
        ScriptedModel.of((prompt, seed) -> {
          String answer =
              switch (prompt) {
                case "easy" -> "7";
                case "hard" -> "x" + next.incrementAndGet();
                default -> Math.floorMod(seed, 3) == 0 ? "8" : "7.0";
              };
          return "{\"reasoning\": \"\", \"answer\": \"" + answer + "\"}";
        });
    List<JsonNode> outputs =
        run(
            Workflow.of("plurality").votes(6),
            model,
            input(
                "{\"question\": \"easy\"}", "{\"question\": \"hard\"}", "{\"question\": \"so\"}"));
    assertThat(outputs).hasSize(1);
    assertThat(outputs.getFirst().get("answer").textValue()).isEqualTo("7.0");
    assertThat(lines("records.jsonl").get(1).get("why").textValue()).contains("key.most");
  }

  @Test
  void preferencesTakeTheBestAndTheWorst() throws IOException {
    Completer model =
        ScriptedModel.of((prompt, seed) -> {
          if (!prompt.contains("<reply>")) {
            return "{\"reply\": \"reply of quality " + (1 + Math.floorMod(seed, 4)) + "\"}";
          }
          char grade = prompt.charAt(prompt.indexOf("quality ") + 8);
          return "{\"faults\": \"\", \"accuracy\": " + grade + ", \"style\": 3, \"detail\": 3}";
        });
    List<JsonNode> outputs =
        run(Workflow.of("preferences").votes(4), model, input("{\"prompt\": \"Do it.\"}"));
    assertThat(outputs.getFirst().get("chosen").textValue()).isEqualTo("reply of quality 4");
    assertThat(outputs.getFirst().get("rejected").textValue()).isEqualTo("reply of quality 1");
  }

  @Test
  void refusalsFollowTheChanceOfBeingRight() throws IOException {
    Completer model =
        ScriptedModel.of((prompt, seed) ->
            prompt.startsWith("Question:")
                ? "{\"answer\": \"It is X.\", \"refusal\": \"I do not know.\", \"bogus\": \"B?\","
                    + " \"bogus_refusal\": \"There is none.\", \"quality\": 4}"
                : "{\"answer\": \""
                    + (prompt.equals("known") || seed % 4 == 0 ? "X" : "Y")
                    + "\"}");
    run(
        Workflow.of("refusals").votes(4),
        model,
        input(
            "{\"question\": \"known\", \"answer\": \"x\"}",
            "{\"question\": \"seldom\", \"answer\": \"x\"}"));
    List<JsonNode> records = lines("records.jsonl");
    assertThat(kinds(records.get(0)))
        .containsExactly("sft It is X.", "sft There is none.", "dpo It is X.");
    assertThat(kinds(records.get(1)))
        .containsExactly(
            "sft I do not know.", "sft There is none.", "dpo It is X.", "dpo I do not know.");
  }

  private static List<String> kinds(JsonNode entry) {
    return entry
        .get("outputs")
        .valueStream()
        .map(o ->
            o.get("kind").textValue()
                + " "
                + (o.has("completion") ? o.get("completion") : o.get("chosen")).textValue())
        .toList();
  }

  @Test
  void conversationsGrowByRounds() throws IOException {
    Completer model =
        ScriptedModel.of((prompt, _) -> {
          if (prompt.startsWith("Invent")) {
            return "{\"person\": \"a patient teacher\"}";
          }
          int turns = prompt.split("User: ", -1).length - 1;
          return prompt.startsWith("You are")
              ? "{\"person\": \"p" + turns + "\", \"assistant\": \"draft\"}"
              : "{\"assistant\": \"better\"}";
        });
    List<JsonNode> outputs =
        run(Workflow.of("conversation").rounds(2), model, input("{\"text\": \"bees\"}"));
    assertThat(outputs.getFirst().get("conversation").textValue())
        .isEqualTo("User: p0\nAssistant: better\nUser: p1\nAssistant: better\n");
  }

  @Test
  void aCrashedRunResumesToTheSameFiles() throws IOException {
    String[] lines = new String[12];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = "{\"question\": \"q" + i + "\"}";
    }
    Path input = input(lines);
    ScriptedModel.Script script =
        (prompt, seed) ->
            "{\"reasoning\": \"\", \"answer\": \""
                + Math.floorMod(seed + prompt.hashCode(), 3)
                + "\"}";
    Workflow workflow = Workflow.of("plurality");
    workflow.run(
        ScriptedModel.of(script), ScriptedModel.of(script), "m", input, folder.resolve("whole"));
    AtomicInteger calls = new AtomicInteger();
    Completer failing =
        ScriptedModel.of((prompt, seed) -> {
          if (calls.incrementAndGet() > 30) {
            throw new UnsupportedOperationException("broken off");
          }
          return script.reply(prompt, seed);
        });
    Path broken = folder.resolve("broken");
    assertThatThrownBy(() -> workflow.run(failing, failing, "m", input, broken))
        .isInstanceOf(UnsupportedOperationException.class);
    workflow.run(ScriptedModel.of(script), ScriptedModel.of(script), "m", input, broken);
    assertThat(files(broken)).isEqualTo(files(folder.resolve("whole")));
    assertThatThrownBy(() ->
            workflow
                .votes(7)
                .run(ScriptedModel.of(script), ScriptedModel.of(script), "m", input, broken))
        .hasMessageContaining("votes");
  }

  @Test
  void wrongFilesAreRefusedWithTheReason() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("w.yaml"), "name: w\nsteps: [{name: a, prompt: x}]\noutputs: []\n");
    assertThatThrownBy(() -> Workflow.read(file))
        .hasMessageContaining("w.yaml")
        .hasMessageContaining("schema");
    Files.writeString(
        file,
        """
        name: w
        steps:
          - {name: a, prompt: x, schema: &n {type: integer}}
          - {name: b, prompt: y, schema: *n}
        outputs: []
        """);
    assertThatThrownBy(() -> Workflow.read(file))
        .hasMessageContaining("w.yaml, line 4")
        .hasMessageContaining("alias *n");
  }

  @Test
  void theTinyModelIsBoundToTheSchema() throws IOException {
    Path yaml =
        Files.writeString(
            folder.resolve("sums.yaml"),
            """
            name: sums
            steps:
              - name: solutions
                votes: votes
                prompt: "{{question}}"
                schema: {type: object, properties: {answer: {type: integer, minimum: 0, maximum: 999}}, required: [answer]}
              - name: key
                plurality: {of: solutions, field: answer}
            outputs:
              - fields: {question: "{{question}}", answer: "{{key.answer}}"}
            """);
    try (Generator model = Phi4.load(Path.of("../../models/phi4-tiny-Q8_0.gguf"))) {
      List<JsonNode> outputs =
          run(Workflow.read(yaml).votes(3), model, input("{\"question\": \"What is 2 + 3?\"}"));
      assertThat(outputs.getFirst().get("answer").textValue()).matches("\\d{1,3}");
    }
  }
}

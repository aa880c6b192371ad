package io.github.phi4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code eval}, {@code pivotal}, {@code synth} and {@code decontaminate}. */
final class EvalCommandsTest {

  @TempDir private Path folder;

  private static Shell.Result tiny(String... arguments) {
    return Shell.ofTinyModel().run(arguments);
  }

  @Test
  void anEvaluationWritesItsFilesAndResumes() {
    Path first = folder.resolve("a");
    Shell.Result result =
        tiny("eval", "sums", "--limit", "12", "--runs", "2", "--out", first.toString());
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).startsWith("sums: 12 questions, 24 replies").contains("exact_match");
    assertThat(result.err()).contains("24 of 24 replies");
    assertThat(first)
        .isDirectoryContaining(path -> path.endsWith("run.json"))
        .isDirectoryContaining(path -> path.endsWith("samples_sums.jsonl"))
        .isDirectoryContaining(path -> path.endsWith("results.json"))
        .isDirectoryContaining(path -> path.endsWith("report.html"));
    Shell.Result other =
        tiny("eval", "sums", "--limit", "12", "--temp", "0.7", "--out", first.toString());
    assertThat(other.exitCode()).isEqualTo(1);
    assertThat(other.err()).contains("temperature", "runs (there 2, here 1)");
    Path second = folder.resolve("b");
    tiny("eval", "sums", "--limit", "12", "--seed", "1", "--out", second.toString());
    Shell.Result compared = tiny("eval", "compare", first.toString(), second.toString());
    assertThat(compared.out()).startsWith("sums, 12 questions: ").contains("p = ");
    assertThat(tiny("eval", "rescore", first.toString()).out()).isEqualTo(result.out());
    Path report = folder.resolve("both.html");
    tiny("eval", "report", first.toString(), second.toString(), "--out", report.toString());
    assertThat(report).content().contains("\"comparisons\":[{\"first\":0,\"second\":1");
  }

  @Test
  void wrongCommandsAreRefusedBeforeTheModelIsLoaded() {
    Path data = Path.of("../eval/src/test/resources/samples/humaneval-10.jsonl");
    String[] noModel = {"-m", folder.resolve("none.gguf").toString()};
    Shell.Result code =
        tiny("eval", "humaneval", "--data", data.toString(), noModel[0], noModel[1]);
    assertThat(code.exitCode()).isEqualTo(2);
    assertThat(code.err()).contains("--allow-code");
    assertThat(tiny("eval", "rubric", "--data", data.toString()).err()).contains("--judge");
    assertThat(tiny("eval", "gsm8k").err()).contains("--data", "grade-school-math");
    assertThat(tiny("eval", "nonsense").err()).contains("gsm8k");
    assertThat(tiny("eval").exitCode()).isEqualTo(2);
    assertThat(tiny("eval", "sums", "--exact", "some").err()).contains("letters");
  }

  @Test
  void tasksAndWorkflowsAreListed() {
    assertThat(tiny("eval", "list").out()).contains("gsm8k", "ifeval", "Needs --allow-code");
    assertThat(tiny("synth", "list").out()).contains("reversal", "refusals");
    assertThat(tiny("synth", "show", "plurality").out()).startsWith("name: plurality");
    assertThat(tiny("eval", "compare", "--help").out()).contains("p-value");
  }

  @Test
  void pivotalTokensArePrintedAndWritten() {
    Shell.Result result =
        tiny(
            "pivotal",
            "--task",
            "sums",
            "--item",
            "112",
            "--pairs",
            "trl",
            "--out",
            folder.toString());
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out())
        .contains("What is 36 + 936?", "pivotal at 17 '3'", "1 curves, 1 pairs");
    assertThat(folder.resolve("pairs.jsonl")).content().contains("\"chosen\":\"3\"");
    assertThat(folder.resolve("report.html")).content().contains("\"pivotal\":true");
    assertThat(tiny("pivotal", "--task", "sums", "--item", "300").err()).contains("0 to 299");
  }

  @Test
  void synthKeepsItsLineage() throws IOException {
    Path workflow =
        Files.writeString(
            folder.resolve("w.yaml"),
            """
            name: digits
            steps:
              - name: reply
                prompt: "{{question}}"
                schema: {type: object, properties: {n: {type: integer, minimum: 0, maximum: 99}}, required: [n]}
            outputs:
              - fields: {question: "{{question}}", n: "{{reply.n}}"}
            """);
    Path seeds =
        Files.writeString(folder.resolve("q.jsonl"), "{\"question\": \"What is 2 + 3?\"}\n");
    Path out = folder.resolve("out");
    Shell.Result result =
        tiny("synth", workflow.toString(), "--in", seeds.toString(), "--out", out.toString());
    assertThat(result.out()).as(result.err()).startsWith("1 records kept");
    assertThat(out.resolve("records.jsonl")).content().contains("\"seed\":", "\"source\":\"");
  }

  @Test
  void contaminatedRecordsAreDropped() throws IOException {
    Path samples = Path.of("../eval/src/test/resources/samples/gsm8k-20.jsonl");
    String planted = Files.readAllLines(samples).getFirst();
    Path texts =
        Files.write(folder.resolve("t.jsonl"), List.of("{\"text\": \"Nothing of it.\"}", planted));
    Path clean = folder.resolve("clean.jsonl");
    Shell.Result result =
        tiny(
            "decontaminate",
            "--in",
            texts.toString(),
            "--against",
            "gsm8k=" + samples,
            "--out",
            clean.toString());
    assertThat(result.out())
        .as(result.err())
        .startsWith("1 clean, 0 partly contaminated, 1 contaminated");
    assertThat(clean).content().isEqualTo("{\"text\":\"Nothing of it.\"}\n");
    assertThat(folder.resolve("clean.jsonl.report.jsonl"))
        .content()
        .contains("\"line\":2", "THIRTEEN_GRAM", "\"benchmark\":\"gsm8k\"");
  }
}

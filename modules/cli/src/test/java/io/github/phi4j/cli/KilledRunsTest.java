package io.github.phi4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Killed runs resume, and produce the same files as uninterrupted ones. */
@Timeout(600)
class KilledRunsTest {

  private static final Path TINY =
      Path.of(System.getProperty("phi4j.models"), "phi4-tiny-Q8_0.gguf");

  @TempDir private Path folder;

  @Test
  void anEvaluation() throws Exception {
    check("samples_sums.jsonl", "eval", "sums", "--limit", "40", "--runs", "4");
  }

  @Test
  void anEvaluationWithABudget() throws Exception {
    check("samples_sums.jsonl", "eval", "sums", "--runs", "2", "--budget", "2500");
  }

  @Test
  void aSearchForPivotalTokens() throws Exception {
    check("curves.jsonl", "pivotal", "--task", "sums", "--item", "282,112,275,211,95");
  }

  @Test
  void aSearchWithABudget() throws Exception {
    Path data = folder.resolve("sums.jsonl");
    Files.write(
        data,
        Stream.of("61 - 51", "832 - 774", "36 + 936", "961 - 805")
            .map(sum -> "{\"question\": \"What is " + sum + "?\", \"answer\": \"58\"}")
            .toList());
    Files.writeString(
        folder.resolve("task.yaml"),
        "name: t\nprompt: '{{question}}'\nkey: answer\nscore: number\n");
    check(
        "curves.jsonl",
        "pivotal",
        "--task",
        folder.resolve("task.yaml").toString(),
        "--data",
        data.toString(),
        "--budget",
        "3500");
  }

  @Test
  void aWorkflow() throws Exception {
    Path workflow =
        Files.writeString(
            folder.resolve("w.yaml"),
            """
            name: digits
            steps:
              - name: replies
                votes: votes
                prompt: "{{question}}"
                schema: {type: object, properties: {n: {type: integer, minimum: 0, maximum: 9999}}, required: [n]}
              - name: key
                plurality: {of: replies, field: n}
            outputs:
              - fields: {question: "{{question}}", n: "{{key.answer}}"}
            """);
    List<String> seeds = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      seeds.add("{\"question\": \"What is " + i + " + 3?\"}");
    }
    Path input = Files.write(folder.resolve("q.jsonl"), seeds);
    check(
        "records.jsonl",
        "synth",
        workflow.toString(),
        "--in",
        input.toString(),
        "--votes",
        "3",
        "--parallel",
        "2");
  }

  private void check(String log, String... command) throws Exception {
    Path whole = folder.resolve("whole");
    Path killed = folder.resolve("killed");
    Shell.Result expected = run(whole, command);
    assertThat(expected.exitCode()).as(expected.err()).isZero();
    kill(killed.resolve(log), with(killed, command));
    Shell.Result result = run(killed, command);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out().replace(killed.toString(), "DIR"))
        .isEqualTo(expected.out().replace(whole.toString(), "DIR"));
    assertThat(files(killed)).isEqualTo(files(whole));
    assertThat(run(killed, command).out()).isEqualTo(result.out());
    assertThat(files(killed)).isEqualTo(files(whole));
  }

  private static Shell.Result run(Path out, String... command) {
    return Shell.ofTinyModel().run(with(out, command));
  }

  private static String[] with(Path out, String... command) {
    String[] all = Arrays.copyOf(command, command.length + 2);
    all[command.length] = "--out";
    all[command.length + 1] = out.toString();
    return all;
  }

  /** Starts a command and kills it once its log has a line. */
  private void kill(Path log, String... command) throws IOException, InterruptedException {
    List<String> java = new ArrayList<>();
    java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    java.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    java.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    java.addAll(List.of(command));
    java.addAll(List.of("-m", TINY.toString()));
    File said = folder.resolve("said").toFile();
    Process process =
        new ProcessBuilder(java)
            .redirectErrorStream(true)
            .redirectOutput(Redirect.to(said))
            .start();
    try {
      while (process.isAlive() && !(Files.exists(log) && Files.size(log) > 0)) {
        Thread.sleep(2);
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(log).as(Files.readString(said.toPath(), UTF_8)).isNotEmptyFile();
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
}

package io.github.phi4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.Completer;
import io.github.phi4j.api.Generator;
import io.github.phi4j.eval.internal.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationTest {

  private static final Path TINY = Path.of("../../models/phi4-tiny-Q8_0.gguf");

  @TempDir private Path folder;

  private static Task sums() {
    return TaskDefinition.of("sums").load(TaskOptions.builder().build());
  }

  /** Right with a probability that depends on the question; each reply depends only on the seed. */
  private static String guess(String prompt, long seed) {
    double chance = Math.floorMod(prompt.hashCode(), 10) / 10.0;
    return "Answer: " + (Seeds.random(seed, "guess").nextDouble() < chance ? right(prompt) : -1);
  }

  private static int right(String prompt) {
    String[] words = prompt.replace("What is ", "").replace("?", "").split(" ", -1);
    int a = Integer.parseInt(words[0]);
    int b = Integer.parseInt(words[2]);
    return words[1].equals("+") ? a + b : a - b;
  }

  private static Map<String, String> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      Map<String, String> files = new java.util.TreeMap<>();
      for (Path file : all.toList()) {
        files.put(file.getFileName().toString(), Files.readString(file));
      }
      return files;
    }
  }

  private static Evaluation evaluation(Completer model, Path folder) {
    return Evaluation.of(model, sums()).runs(11).limit(40).seed(3).folder(folder);
  }

  @Test
  void aCrashedRunResumesToTheSameFiles() throws IOException {
    Path whole = folder.resolve("whole");
    Path broken = folder.resolve("broken");
    EvalResult expected = evaluation(ScriptedModel.of(EvaluationTest::guess), whole).run();
    AtomicInteger calls = new AtomicInteger();
    for (int attempt = 0; attempt < 3; attempt++) {
      int last = calls.get() + 120;
      Completer failing =
          ScriptedModel.of((prompt, seed) -> {
            if (calls.incrementAndGet() > last) {
              throw new UnsupportedOperationException("broken off");
            }
            return guess(prompt, seed);
          });
      assertThatThrownBy(() -> evaluation(failing, broken).run())
          .isInstanceOf(UnsupportedOperationException.class);
      // As after kill -9 in the middle of a line.
      Files.writeString(
          broken.resolve("samples_sums.jsonl"), "{\"doc_id\": 7, \"it", StandardOpenOption.APPEND);
    }
    calls.set(0);
    EvalResult result =
        evaluation(
                ScriptedModel.of((prompt, seed) -> {
                  calls.incrementAndGet();
                  return guess(prompt, seed);
                }),
                broken)
            .run();
    assertThat(calls.get()).isLessThan(440);
    assertThat(result).isEqualTo(expected);
    assertThat(files(broken)).isEqualTo(files(whole));
    assertThat(files(whole)).containsOnlyKeys("run.json", "samples_sums.jsonl", "results.json");
    assertThat(RunFolder.of(whole).read().score()).isEqualTo(expected.score());
  }

  @Test
  void otherSettingsAreRefusedByName() {
    Completer model = ScriptedModel.of(EvaluationTest::guess);
    evaluation(model, folder).run();
    assertThatThrownBy(() -> evaluation(model, folder).temperature(0.7f).runs(12).run())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("temperature")
        .hasMessageContaining("0.7")
        .hasMessageContaining("runs (there 11, here 12)");
    assertThatThrownBy(() -> evaluation(model, folder).modelName("another").run())
        .hasMessageContaining("model");
  }

  @Test
  void onlyOneProcessWritesToAFolder() throws IOException {
    RunFolder run = RunFolder.of(folder);
    try (var log = run.log(sums())) {
      assertThat(log.found()).isEmpty();
      assertThatThrownBy(() -> evaluation(ScriptedModel.of(EvaluationTest::guess), folder).run())
          .hasMessageContaining("another process");
    }
  }

  @Test
  void aDamagedLineIsNamed() throws IOException {
    evaluation(ScriptedModel.of(EvaluationTest::guess), folder).run();
    Path file = folder.resolve("samples_sums.jsonl");
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    lines.set(4, lines.get(4).substring(0, 50));
    Files.write(file, lines);
    assertThatThrownBy(() -> evaluation(ScriptedModel.of(EvaluationTest::guess), folder).run())
        .hasMessageContaining("samples_sums.jsonl, line 5");
  }

  @Test
  void itEndsEarlyOnceTheErrorIsSmallEnoughOrTheBudgetSpent() throws IOException {
    Completer model = ScriptedModel.of(EvaluationTest::guess);
    EvalResult all = Evaluation.of(model, sums()).runs(64).run();
    EvalResult some = Evaluation.of(model, sums()).runs(64).until(3).run();
    assertThat(2 * some.score().runError()).isLessThanOrEqualTo(0.03);
    assertThat(some.samples()).hasSizeLessThan(all.samples().size() / 4);
    assertThat(Math.abs(some.score().value() - all.score().value())).isLessThan(0.04);
    // Identical replies to a few questions prove nothing.
    Completer perfect = ScriptedModel.of((prompt, _) -> "Answer: " + right(prompt));
    Evaluation alike = Evaluation.of(perfect, sums()).until(3);
    assertThat(alike.run().questions().size()).isBetween(60, 200);
    assertThat(alike.runs(8).run().questions().size()).isBetween(40, 200);
    Path first = folder.resolve("first");
    EvalResult bought = Evaluation.of(model, sums()).runs(4).budget(500).folder(first).run();
    assertThat(bought.tokens()).isBetween(500L, 600L);
    EvalResult again = Evaluation.of(model, sums()).runs(4).budget(500).parallel(32).run();
    assertThat(again.samples()).isEqualTo(bought.samples());
  }

  @Test
  void resultsHaveTheHarnessFormat() throws IOException {
    EvalResult result = evaluation(ScriptedModel.of(EvaluationTest::guess), folder).run();
    var json = Json.read(folder.resolve("results.json"));
    assertThat(json.at("/results/sums/exact_match,none").doubleValue())
        .isEqualTo(result.score().value());
    assertThat(json.at("/results/sums/exact_match_stderr,none").doubleValue())
        .isEqualTo(result.score().questionError());
    assertThat(json.at("/n-samples/sums/effective").intValue()).isEqualTo(40);
    assertThat(json.at("/phi4j/sums/estimates/exact_match/stderr_runs").doubleValue())
        .isEqualTo(result.score().runError());
    assertThat(result.passAtK()).containsOnlyKeys(1, 2, 4, 8, 11);
    assertThat(result.passAtK().get(11)).isGreaterThan(result.passAtK().get(1));
    var sample = Json.read(Files.readAllLines(folder.resolve("samples_sums.jsonl")).getFirst());
    assertThat(sample.at("/doc_id").intValue()).isZero();
    assertThat(sample.at("/doc/question").textValue()).isEqualTo("What is 61 - 51?");
    assertThat(sample.at("/target").textValue()).isEqualTo("10");
  }

  @Test
  void rescoringNeedsNoModel() throws IOException {
    evaluation(ScriptedModel.of(EvaluationTest::guess), folder).run();
    Map<String, String> before = files(folder);
    RunFolder.of(folder).rescore(sums());
    assertThat(files(folder)).isEqualTo(before);
  }

  @Test
  void comparisonIsPaired() {
    EvalResult guesses =
        Evaluation.of(ScriptedModel.of(EvaluationTest::guess), sums()).runs(4).run();
    EvalResult others =
        Evaluation.of(ScriptedModel.of(EvaluationTest::guess), sums()).runs(4).seed(1).run();
    Comparison same = Comparison.of(guesses, others);
    assertThat(same.pValue()).isGreaterThan(0.01);
    // The questions differ far more than the runs, which pairing eliminates.
    assertThat(same.error()).isLessThan(guesses.score().questionError());
    EvalResult perfect =
        Evaluation.of(ScriptedModel.of((prompt, _) -> "Answer: " + right(prompt)), sums()).run();
    Comparison better = Comparison.of(perfect, guesses);
    assertThat(better.pValue()).isLessThan(0.001);
    assertThat(better.difference()).isGreaterThan(0.3);
  }

  @Test
  void aPromptThatDoesNotFitIsAnErrorOfItsQuestionAlone() {
    Completer model =
        ScriptedModel.of((prompt, seed) -> {
          if (prompt.contains("61 - 51")) {
            throw new IllegalArgumentException("the prompt does not fit");
          }
          return guess(prompt, seed);
        });
    EvalResult result = Evaluation.of(model, sums()).limit(5).run();
    assertThat(result.statuses()).containsEntry(Grade.Status.ERROR, 1);
    assertThat(result.samples().getFirst().grade().why()).contains("does not fit");
  }

  @Test
  void aReplyWithoutALetterIsFollowedByAQuestionForIt() throws IOException {
    Path file =
        Files.writeString(folder.resolve("m.csv"), "Question,A,B,C,D,Answer\nQ,1,2,3,4,C\n");
    Task task = TaskDefinition.of("mmlu").load(TaskOptions.builder().data(file).build());
    Completer vague =
        ScriptedModel.of((_, _) -> "It is the third one.", text -> text.equals("C") ? -1 : -3);
    assertThat(Evaluation.of(vague, task).run().score().value()).isEqualTo(1);
    EvalResult plain = Evaluation.of(vague, task).exact(EnumSet.noneOf(Exact.class)).run();
    assertThat(plain.statuses()).containsEntry(Grade.Status.UNANSWERED, 1);
  }

  @Test
  void theTinyModelSolvesSums() {
    try (Generator model = Phi4.load(TINY)) {
      EvalResult result = Evaluation.of(model, sums()).limit(60).runs(2).run();
      assertThat(result.score().value()).isBetween(0.88, 1.0);
      EvalResult again = Evaluation.of(model, sums()).limit(60).runs(2).parallel(3).run();
      assertThat(again.samples()).isEqualTo(result.samples());
    }
  }
}

package io.github.phi4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.api.FinishReason;
import io.github.phi4j.eval.data.DataException;
import io.github.phi4j.eval.data.Records;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TasksTest {

  private static final Path SAMPLES = Path.of("src/test/resources/samples");

  @TempDir private Path folder;

  private static Task load(String name, Path data) {
    return TaskDefinition.of(name).load(TaskOptions.builder().data(data).build());
  }

  private Task load(String name, String fileName, String lines) throws IOException {
    return load(name, Files.writeString(folder.resolve(fileName), lines));
  }

  private static Grade grade(Task task, int item, String reply) {
    return task.grade(task.items().get(item), Reply.of(reply));
  }

  @Test
  void allBuiltInTasksAreSound() {
    for (String name : TaskDefinition.builtIn()) {
      TaskDefinition definition = TaskDefinition.of(name);
      assertThat(definition.name()).isEqualTo(name);
      assertThat(definition.description()).isNotEmpty();
      assertThat(definition.dataHelp().isEmpty()).isEqualTo(name.equals("sums"));
    }
  }

  @Test
  void sumsComeWithTheirData() {
    Task sums = TaskDefinition.of("sums").load(TaskOptions.builder().build());
    assertThat(sums.items()).hasSize(300);
    assertThat(grade(sums, 0, "61-51=10.\nAnswer: 10").score()).isEqualTo(1);
    assertThat(sums.settled(sums.items().getFirst(), "61-51=10.\nAnswer: 10")).isFalse();
    assertThat(sums.settled(sums.items().getFirst(), "61-51=10.\nAnswer: 10\n")).isTrue();
  }

  @Test
  void gsm8kTakesTheKeyAfterItsMark() {
    Task task = load("gsm8k", SAMPLES.resolve("gsm8k-20.jsonl"));
    assertThat(task.items()).hasSize(20);
    for (Item item : task.items()) {
      String solution = item.text("answer");
      String key = solution.substring(solution.indexOf("####") + 4).strip();
      assertThat(task.grade(item, Reply.of("Some steps with 3 and 99.\nAnswer: $" + key)).score())
          .isEqualTo(1);
      assertThat(task.grade(item, Reply.of("Answer: " + key + "1")).status())
          .isEqualTo(Grade.Status.WRONG);
      assertThat(task.grade(item, Reply.of("I cannot say.")).status())
          .isEqualTo(Grade.Status.UNANSWERED);
    }
    Reply cut = new Reply("So we have 5", FinishReason.MAX_TOKENS, 9, List.of(), List.of(), "");
    assertThat(task.grade(task.items().getFirst(), cut).status()).isEqualTo(Grade.Status.CUT_OFF);
  }

  @Test
  void svampComparesNumbersByValue() {
    Task task = load("svamp", SAMPLES.resolve("svamp-20.jsonl"));
    assertThat(task.items().getFirst().id()).isEqualTo("chal-554");
    assertThat(grade(task, 0, "Answer: 6").score()).isEqualTo(1);
    assertThat(grade(task, 0, "Answer: 6.0 caps").score()).isEqualTo(1);
  }

  @Test
  void mgsmAsksInTheLanguageOfTheProblem() throws IOException {
    Task task = load("mgsm", SAMPLES.resolve("mgsm-22.jsonl"));
    assertThat(task.items()).hasSize(22);
    for (Item item : task.items()) {
      String prefix = RunFolder.promptText(task, item).split("[:：]", -1)[0];
      prefix = prefix.replaceAll("(?s).*[\"「]", "").strip();
      String reply = "5 + 6\n" + prefix + ": " + item.text("targets");
      assertThat(task.grade(item, Reply.of(reply)).score()).as(reply).isEqualTo(1);
    }
    Task table = load("mgsm", "mgsm_de.tsv", "Wie viel ist \"2\" + 3?\t5\nUnd 1,000 + 1?\t1,001\n");
    assertThat(RunFolder.promptText(table, table.items().get(0)))
        .contains("\"2\" + 3")
        .contains("Antwort");
    assertThat(grade(table, 1, "Antwort: 1001").score()).isEqualTo(1);
  }

  @Test
  void mathReadsBoxesAndJudgesByValue() throws IOException {
    Task task =
        load(
            "math",
            "math.jsonl",
            "{\"problem\": \"P\", \"solution\": \"So \\\\boxed{\\\\frac{1}{2}}.\"}\n");
    assertThat(grade(task, 0, "Answer: $\\dfrac12$").score()).isEqualTo(1);
    assertThat(grade(task, 0, "Thus \\boxed{0.5}").score()).isEqualTo(1);
    assertThat(grade(task, 0, "Answer: 1/3").score()).isEqualTo(0);
  }

  @Test
  void multipleChoiceInItsFormats() throws IOException {
    Task csv =
        load(
            "mmlu",
            "mmlu.csv",
            "Question,A,B,C,D,Answer,Subject\n\"Which, then?\",one,two,three,four,C,x\n");
    assertThat(RunFolder.promptText(csv, csv.items().get(0)))
        .contains("Which, then?\n\nA) one\nB) two");
    assertThat(grade(csv, 0, "Answer: C").score()).isEqualTo(1);
    Task json =
        load(
            "mmlu",
            "mmlu.jsonl",
            "{\"question\": \"Q\", \"choices\": [\"a\", \"b\", \"c\", \"d\"], \"answer\": 1}\n");
    assertThat(grade(json, 0, "Answer: B").score()).isEqualTo(1);
    Task pro =
        load(
            "mmlu-pro",
            "pro.jsonl",
            "{\"question\": \"Q\", \"options\":"
                + " [\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\",\"j\"], \"answer\":"
                + " \"J\"}\n");
    assertThat(grade(pro, 0, "Answer: J").score()).isEqualTo(1);
    Task gpqa =
        load(
            "gpqa",
            "gpqa.csv",
            """
            Question,Correct Answer,Incorrect Answer 1,Incorrect Answer 2,Incorrect Answer 3
            Q,right,w1,w2,w3
            Q2,right,w1,w2,w3
            """);
    for (int i = 0; i < 2; i++) {
      String prompt = RunFolder.promptText(gpqa, gpqa.items().get(i));
      char letter = prompt.charAt(prompt.indexOf(") right") - 1);
      assertThat(grade(gpqa, i, "Answer: " + letter).score()).isEqualTo(1);
    }
    assertThat(gpqa.secret()).isTrue();
  }

  @Test
  void theProbabilityOfTheRightLetterIsTheScore() throws IOException {
    Task task = load("mmlu", "mmlu.csv", "Question,A,B,C,D,Answer\nQ,one,two,three,four,C\n");
    Reply reply =
        new Reply("Answer: B", FinishReason.STOP, 3, List.of(), List.of(0.1, 0.6, 0.3, 0.0), "");
    Grade grade = task.grade(task.items().getFirst(), reply);
    assertThat(grade.score()).isEqualTo(0.3);
    assertThat(grade.measures()).containsEntry("sampled_acc", Measure.of(0));
    Reply chosen = new Reply("I think", FinishReason.STOP, 3, List.of(), List.of(), "C");
    assertThat(task.grade(task.items().getFirst(), chosen).score()).isEqualTo(1);
  }

  @Test
  void dropHasBagsOfWords() throws IOException {
    Task task =
        load(
            "drop", "drop.jsonl", "{\"context\": \"P\", \"ref_text\": \"the red fox|24 yards\"}\n");
    assertThat(grade(task, 0, "Answer: The Red Fox.").score()).isEqualTo(1);
    assertThat(grade(task, 0, "Answer: 24.0 yards").measures()).containsEntry("em", Measure.of(1));
    assertThat(grade(task, 0, "Answer: red dog").score()).isEqualTo(0.5);
    assertThat(grade(task, 0, "Answer: 25 yards").score()).isEqualTo(0);
    assertThat(grade(task, 0, "Answer: a red fox ran").measures())
        .containsEntry("contains", Measure.of(1));
  }

  @Test
  void theContestScoresBlanks() throws IOException {
    Task task =
        load(
            "contest",
            "contest.jsonl",
            "{\"problem\": \"P\", \"choices\": [\"1/2\", \"2\", \"3\", \"4\", \"5\"], \"answer\":"
                + " \"A\", \"tests\": [\"10A\", \"12A\"]}\n"
                + "{\"problem\": \"P\", \"choices\": [\"1\", \"2\", \"3\", \"4\", \"5\"],"
                + " \"answer\": \"E\", \"tests\": [\"10A\"]}\n");
    assertThat(points(grade(task, 0, "So \\boxed{A}"))).isEqualTo(new Measure(150, 2));
    assertThat(points(grade(task, 0, "So \\boxed{\\frac12}"))).isEqualTo(new Measure(150, 2));
    assertThat(points(grade(task, 0, "So \\boxed{\\text{blank}}"))).isEqualTo(new Measure(37.5, 2));
    assertThat(points(grade(task, 0, "Hm."))).isEqualTo(new Measure(37.5, 2));
    assertThat(points(grade(task, 1, "\\boxed{D}"))).isEqualTo(new Measure(0, 1));
    EvalResult result =
        Evaluation.of(ScriptedModel.of((_, _) -> "\\boxed{A}"), task).temperature(0).run();
    assertThat(result.metric()).isEqualTo("points");
    assertThat(result.score().value()).isEqualTo((150 * 2 + 0) / 3.0);
    assertThat(result.estimates().get("acc").value()).isEqualTo(0.5);
  }

  private static Measure points(Grade grade) {
    return grade.measures().get("points");
  }

  @Test
  void likelihoodsInTheFormatsOfLlamaCpp() throws IOException {
    Task hellaswag = load("hellaswag", "h.txt", "He sits down\n2\nand a\nand bb\nand c\nand d\n");
    assertThat(hellaswag.alternatives(hellaswag.items().getFirst()))
        .extracting(Task.Alternative::text)
        .containsExactly(" and a", " and bb", " and c", " and d");
    EvalResult result =
        Evaluation.of(
                ScriptedModel.of((_, _) -> "", text -> text.endsWith("c") ? -1 : -2), hellaswag)
            .runs(5)
            .run();
    assertThat(result.samples()).hasSize(1);
    assertThat(result.score().value()).isEqualTo(1);
    Task winogrande =
        load(
            "winogrande",
            "w.csv",
            "0,\"The cup is in the box, as _ is small.\",the cup,the box,1\n");
    List<Task.Alternative> alternatives = winogrande.alternatives(winogrande.items().getFirst());
    assertThat(alternatives).extracting(Task.Alternative::text).containsOnly(" is small.");
    assertThat(ScriptedModel.text(alternatives.get(1).context()))
        .isEqualTo("The cup is in the box, as the box");
  }

  @Test
  void judgesGradeByExpectation() throws IOException {
    Path file =
        Files.writeString(folder.resolve("r.jsonl"), "{\"question\": \"Q\", \"notes\": \"N\"}\n");
    Judge judge =
        new Judge(ScriptedModel.of((_, _) -> "", text -> text.equals("5") ? 0 : -1e9), "j", true);
    Task rubric =
        TaskDefinition.of("rubric").load(TaskOptions.builder().data(file).judge(judge).build());
    assertThat(grade(rubric, 0, "A reply").score()).isEqualTo(1);
    Judge even = new Judge(ScriptedModel.of((_, _) -> "", _ -> 0), "j", true);
    Task defects =
        TaskDefinition.of("defects").load(TaskOptions.builder().data(file).judge(even).build());
    Grade grade = grade(defects, 0, "A reply");
    assertThat(grade.measures().get("dr-1").value()).isEqualTo(7 / 8.0);
    assertThat(grade.measures().get("grade").value()).isEqualTo(3.5);
    Path facts = Files.writeString(folder.resolve("s.csv"), "metadata,problem,answer\nm,Q,42\n");
    Judge third =
        new Judge(
            ScriptedModel.of((_, _) -> "", text -> text.equals("A") ? 0 : -0.6931471805599453),
            "j",
            true);
    Task simple =
        TaskDefinition.of("simpleqa").load(TaskOptions.builder().data(facts).judge(third).build());
    Grade verdict = grade(simple, 0, "41");
    assertThat(verdict.score()).isEqualTo(0.5);
    assertThat(verdict.measures().get("f1").value()).isEqualTo(1 / 1.75);
    assertThatThrownBy(() -> load("rubric", file)).hasMessageContaining("--judge");
  }

  @Test
  void simpleQaValuesAreThoseOfTheReport() {
    // Figure 6 of the Phi-4 report: 3.0 correct, 81.1 not attempted, 15.8 incorrect gives F1 5.0.
    double correct = 0.030;
    double attempted = 0.188;
    assertThat(Math.round(1000 * 2 * correct / (1 + attempted))).isEqualTo(51);
  }

  @Test
  void customTasks() throws IOException {
    Path data = Files.writeString(folder.resolve("d.csv"), "q,a\nOne?,yes\n");
    Path yaml =
        Files.writeString(
            folder.resolve("own.yaml"), "name: own\nprompt: '{{q}}'\nkey: a\nscore: text\n");
    Task task = TaskDefinition.read(yaml).load(TaskOptions.builder().data(data).build());
    assertThat(grade(task, 0, "Answer: Yes!").score()).isEqualTo(1);
    Path wrong = Files.writeString(folder.resolve("w.yaml"), "name: own\nprompt: x\nscore: nice\n");
    assertThatThrownBy(() -> TaskDefinition.read(wrong))
        .hasMessageContaining("w.yaml")
        .hasMessageContaining("nice");
    Path unknown =
        Files.writeString(
            folder.resolve("u.json"),
            "{\"name\": \"a\", \"prompt\": \"x\", \"score\": \"text\", \"promt\": 1}");
    assertThatThrownBy(() -> TaskDefinition.read(unknown)).hasMessageContaining("promt");
    Path field =
        Files.writeString(
            folder.resolve("f.yaml"), "name: own\nprompt: '{{z}}'\nkey: a\nscore: text\n");
    Task missing = TaskDefinition.read(field).load(TaskOptions.builder().data(data).build());
    assertThatThrownBy(() -> missing.prompt(missing.items().getFirst()))
        .hasMessageContaining("'z'");
  }

  @Test
  void badDataAreRefusedWithThePosition() throws IOException {
    assertThatThrownBy(() -> load("gsm8k", "g.jsonl", "{\"question\": \"Q\", \"answer\": \"5\"}\n"))
        .hasMessageContaining("####");
    assertThatThrownBy(() -> load("gsm8k", "g.jsonl", "{\"question\": \"Q\"\n"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("g.jsonl, line 1");
    assertThatThrownBy(() -> load("gsm8k", "g.csv", "question,answer\na,b,c\n"))
        .hasMessageContaining("g.csv, line 2")
        .hasMessageContaining("3 columns");
    assertThatThrownBy(() -> load("gsm8k", folder.resolve("none.jsonl")))
        .hasMessageContaining("no such file");
    assertThatThrownBy(() -> load("gsm8k", "x.parquet", "x")).hasMessageContaining(".jsonl");
    assertThatThrownBy(() -> load("gsm8k", "e.jsonl", "")).hasMessageContaining("no record");
    assertThatThrownBy(() -> TaskDefinition.of("nonsense")).hasMessageContaining("gsm8k");
    assertThatThrownBy(() -> load("humaneval", SAMPLES.resolve("humaneval-10.jsonl")))
        .hasMessageContaining("--allow-code");
  }

  @Test
  void tablesAreReadStrictly() throws IOException {
    Path csv = Files.writeString(folder.resolve("t.csv"), "\uFEFFa,b\n\"x\n\"\"y\"\"\",2\n");
    assertThat(Records.read(csv, List.of()))
        .containsExactly(Map.of("a", "x\n\"y\"", "b", "2", "file", "t"));
    Path latin = folder.resolve("l.jsonl");
    Files.write(latin, new byte[] {'"', (byte) 0xe4, '"'});
    assertThatThrownBy(() -> Records.read(latin, List.of())).hasMessageContaining("UTF-8");
  }
}

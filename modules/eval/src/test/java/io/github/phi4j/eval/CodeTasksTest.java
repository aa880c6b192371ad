package io.github.phi4j.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(OS.WINDOWS)
class CodeTasksTest {

  private static final Path SAMPLES = Path.of("src/test/resources/samples");
  private static CodeRunner runner;

  @BeforeAll
  static void choosesTheStrictestThatWorksHere() {
    CodeRunner plain = CodeRunner.process().withLimit(Duration.ofSeconds(60));
    org.junit.jupiter.api.Assumptions.assumeTrue(
        plain.run("print(1)").end() == CodeRunner.End.PASSED, "python3 is needed");
    runner = plain;
    try {
      runner = CodeRunner.isolated().withLimit(Duration.ofSeconds(60));
    } catch (IllegalStateException e) {
      // Not all systems allow namespaces; the tests here do not depend on them.
    }
  }

  private static Task load(String name, String file) {
    return TaskDefinition.of(name)
        .load(TaskOptions.builder().data(SAMPLES.resolve(file)).codeRunner(runner).build());
  }

  /** The result of a model whose replies are the reference solutions. */
  private static EvalResult ofReferences(
      String name, String file, int problems, Function<Item, String> code) {
    Task task = load(name, file);
    Map<String, String> replies = new HashMap<>();
    for (Item item : task.items()) {
      replies.put(
          ScriptedModel.text(task.prompt(item)),
          "Sure:\n```python\n" + code.apply(item) + "\n```\nThat is it.");
    }
    return Evaluation.of(ScriptedModel.of((prompt, _) -> replies.get(prompt)), task)
        .limit(problems)
        .run();
  }

  @Test
  void referenceSolutionsOfHumanEvalPass() {
    EvalResult result =
        ofReferences(
            "humaneval",
            "HumanEval.jsonl.gz",
            164,
            item -> item.text("prompt") + item.text("canonical_solution"));
    assertThat(result.statuses()).containsEntry(Grade.Status.RIGHT, 164);
    assertThat(result.samples()).hasSize(164);
  }

  /** Of the first 50 problems; of all 500 with {@code -Dphi4j.mbpp=500}. */
  @Test
  void referenceSolutionsOfMbppPass() {
    int problems = Integer.getInteger("phi4j.mbpp", 50);
    EvalResult result =
        ofReferences("mbpp", "mbpp-test.jsonl.gz", problems, item -> item.text("code"));
    assertThat(result.statuses()).containsEntry(Grade.Status.RIGHT, problems);
    assertThat(result.samples()).hasSize(problems);
  }

  @Test
  void failuresAreDistinguished() {
    Task task = load("humaneval", "humaneval-10.jsonl");
    Item item = task.items().getFirst();
    assertThat(grade(task, item, "def string_sequence(n):\n  return ''").status())
        .isEqualTo(Grade.Status.WRONG);
    assertThat(grade(task, item, "def string_sequence(n):\n  return 1/0").why())
        .startsWith("crashed")
        .contains("ZeroDivision");
    assertThat(grade(task, item, "No idea.").status()).isEqualTo(Grade.Status.UNANSWERED);
    assertThat(grade(task, item, "def string_sequence(n):\n  return x(").why())
        .startsWith("crashed")
        .contains("SyntaxError");
    // A function body without its head continues the prompt.
    assertThat(grade(task, item, item.text("canonical_solution")).score()).isEqualTo(1);
    // A program that exits before the checks does not pass.
    Grade early = grade(task, item, "def string_sequence(n):\n  pass\nimport os\nos._exit(0)");
    assertThat(early.score()).isEqualTo(0);
    assertThat(early.why()).contains("before its checks");
  }

  private static Grade grade(Task task, Item item, String reply) {
    return task.grade(item, Reply.of(reply));
  }

  @Test
  void limitsHold() {
    CodeRunner quick = runner.withLimit(Duration.ofSeconds(2));
    assertThat(quick.run("while True: pass").end()).isEqualTo(CodeRunner.End.TIMEOUT);
    CodeRunner.Outcome loud = runner.run("print('x' * 10_000_000)");
    assertThat(loud.end()).isEqualTo(CodeRunner.End.PASSED);
    assertThat(loud.output()).hasSizeLessThan(70_000);
    assertThat(runner.run("import sys; sys.stdin.read(); print(input())").end())
        .isEqualTo(CodeRunner.End.CRASHED);
    assertThat(runner.run("import os; print(sorted(os.environ), os.listdir('.'))").output())
        .contains("['HOME', 'LC_")
        .contains("[]");
  }

  @Test
  void isolatedProgramsHaveNoNetwork() {
    org.junit.jupiter.api.Assumptions.assumeTrue(runner.level().equals("isolated"));
    String connect = "import socket; socket.create_connection(('127.0.0.1', 1), 1)";
    assertThat(runner.run(connect).output()).contains("Network is unreachable");
    assertThat(runner.run("x = bytearray(6 << 30)").output()).contains("MemoryError");
  }
}

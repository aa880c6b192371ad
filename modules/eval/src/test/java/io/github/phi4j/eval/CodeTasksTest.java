package io.github.phi4j.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.eval.data.Records;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
      // Namespaces are not allowed everywhere; what is tested here does not depend on them.
    }
  }

  private static Task load(String name, String file) {
    return TaskDefinition.of(name)
        .load(TaskOptions.builder().data(SAMPLES.resolve(file)).codeRunner(runner).build());
  }

  @Test
  void referenceSolutionsOfHumanEvalPass() {
    Map<String, String> solutions = new HashMap<>();
    for (Map<String, Object> each :
        Records.read(SAMPLES.resolve("HumanEval.jsonl.gz"), List.of())) {
      String prompt = (String) each.get("prompt");
      solutions.put(
          prompt.strip(),
          "Sure:\n```python\n" + prompt + each.get("canonical_solution") + "\n```\nThat is it.");
    }
    Task task = load("humaneval", "HumanEval.jsonl.gz");
    EvalResult result =
        Evaluation.of(
                ScriptedModel.of((prompt, _) ->
                    solutions.entrySet().stream()
                        .filter(e -> prompt.contains(e.getKey()))
                        .findFirst()
                        .orElseThrow()
                        .getValue()),
                task)
            .run();
    assertThat(result.statuses().get(Grade.Status.RIGHT)).isEqualTo(164);
  }

  @Test
  void referenceSolutionsOfMbppPass() {
    Task task = load("mbpp", "mbpp-10.jsonl");
    for (Item item : task.items()) {
      Grade grade = task.grade(item, Reply.of("```python\n" + item.text("code") + "\n```"));
      assertThat(grade.status()).as(grade.why()).isEqualTo(Grade.Status.RIGHT);
    }
  }

  @Test
  void failuresAreToldApart() {
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
    // A body without its head goes on where the prompt ends.
    assertThat(grade(task, item, item.text("canonical_solution")).score()).isEqualTo(1);
    // Ending the program before the checks is no way to pass them.
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

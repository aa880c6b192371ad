package io.github.phi4j.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.eval.internal.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {

  @TempDir private Path folder;

  private static String page(Path file) throws IOException {
    return Files.readString(file);
  }

  private static String data(String page) {
    String start = "<script id=\"data\" type=\"application/json\">";
    int from = page.indexOf(start) + start.length();
    return page.substring(from, page.indexOf("</script>", from));
  }

  @Test
  void thePageIsSelfContained() throws IOException {
    Path data =
        Files.writeString(
            folder.resolve("d.jsonl"),
            "{\"question\": \"</script><b>\", \"answer\": \"#### 1\"}\n");
    TaskDefinition definition = TaskDefinition.of("gsm8k");
    Task task = definition.load(TaskOptions.builder().data(data).build());
    EvalResult first = Evaluation.of(ScriptedModel.of((_, _) -> "Answer: 1"), task).runs(3).run();
    EvalResult second = Evaluation.of(ScriptedModel.of((_, _) -> "Answer: 2"), task).runs(3).run();
    Path file = folder.resolve("report.html");
    Report.of(List.of(first, second), Map.of("gsm8k", definition)).write(file);
    String page = page(file);
    assertThat(page.replace("http://www.w3.org/2000/svg", "")).doesNotContain("http");
    var json = Json.read(data(page));
    assertThat(json.at("/results/0/questions/0/prompt").textValue()).contains("</script><b>");
    assertThat(json.at("/comparisons/0/difference").doubleValue()).isEqualTo(1);
    assertThat(json.at("/results/0/estimates/exact_match/value").doubleValue()).isEqualTo(1);
  }

  @Test
  void secretTextsAreHiddenByDefault() throws IOException {
    Path data =
        Files.writeString(
            folder.resolve("g.csv"),
            """
            Question,Correct Answer,Incorrect Answer 1,Incorrect Answer 2,Incorrect Answer 3
            Hush,r,a,b,c
            """);
    Task task = TaskDefinition.of("gpqa").load(TaskOptions.builder().data(data).build());
    EvalResult result = Evaluation.of(ScriptedModel.of((_, _) -> "Answer: A"), task).run();
    Path file = folder.resolve("report.html");
    Report.of(List.of(result), Map.of()).write(file);
    assertThat(page(file)).doesNotContain("Hush");
    Report.of(List.of(result), Map.of()).showSecret(true).write(file);
    assertThat(page(file)).contains("Hush");
  }
}

package io.github.phi4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.phi4j.api.LoadOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BenchCommandTest {

  private final Shell shell = new Shell();

  private static BenchTest test(int prompt, int generated, int depth) {
    return new BenchTest(prompt, generated, depth, 1);
  }

  @Test
  void theTableHasLlamaBenchsColumns() {
    Shell.Result result = shell.run("bench", "-p", "4", "-n", "2", "-r", "2", "-t", "3");
    List<String> lines = result.out().lines().toList();

    assertThat(result.exitCode()).isZero();
    assertThat(lines).hasSize(6);
    assertThat(lines.get(0))
        .isEqualTo(
            "| model                          |       size |     params | backend    | threads |"
                + "            test |                  t/s |");
    assertThat(lines.get(1))
        .isEqualTo(
            "| ------------------------------ | ---------: | ---------: | ---------- | ------: |"
                + " --------------: | -------------------: |");
    assertThat(lines.get(2))
        .matches(
            "\\| phi3 6\\.6M Q8_0                 \\|   6\\.71 MiB \\|     6\\.62 M \\| CPU       "
                + " \\|       3 \\|             pp4 \\| +\\d+\\.\\d\\d ± \\d+\\.\\d\\d \\|");
    assertThat(lines.get(3)).contains("|             tg2 |");
    assertThat(lines.get(4)).isEmpty();
    assertThat(lines.get(5)).startsWith("build: phi4j ");
  }

  @Test
  void listsAndRepetitionGiveEveryCombination() {
    Shell.Result result =
        shell.run(
            "bench", "-p", "1,2", "-p", "3", "-n", "0", "-pg", "4,5", "-pg", "6,7", "-d", "0,8",
            "-t", "1,2", "-r", "1", "-o", "jsonl");

    assertThat(result.out().lines().map(BenchCommandTest::key))
        .containsExactly(
            "1 1 0 0", "1 2 0 0", "1 3 0 0", "1 4 5 0", "1 6 7 0", //
            "1 1 0 8", "1 2 0 8", "1 3 0 8", "1 4 5 8", "1 6 7 8", //
            "2 1 0 0", "2 2 0 0", "2 3 0 0", "2 4 5 0", "2 6 7 0", //
            "2 1 0 8", "2 2 0 8", "2 3 0 8", "2 4 5 8", "2 6 7 8");
    assertThat(shell.models.loadOptions).hasSize(2);
    assertThat(shell.models.loadOptions.getLast().contextLength()).hasValue(6 + 7 + 8);
    assertThat(shell.models.open).isZero();
  }

  @Test
  void sequencesSideBySideAreCountedTogether() throws IOException {
    Shell.Result result =
        shell.run(
            "bench",
            "-p",
            "0",
            "-n",
            "3",
            "-d",
            "2",
            "-np",
            "1,4",
            "-r",
            "1",
            "--no-warmup",
            "-o",
            "jsonl");
    List<String> lines = result.out().lines().toList();

    assertThat(lines).hasSize(2);
    JsonNode four = new ObjectMapper().readTree(lines.get(1));
    assertThat(four.get("n_parallel").intValue()).isEqualTo(4);
    assertThat(shell.models.fed).hasSize((1 + 3) + 4 * (1 + 3)); // the prompt, then single tokens
    double nanos = four.get("samples_ns").get(0).longValue();
    assertThat(four.get("samples_ts").get(0).doubleValue())
        .isCloseTo(12e9 / nanos, within(1e-6 * 12e9 / nanos));
    assertThat(new BenchTest(0, 3, 2, 4).label()).isEqualTo("tg3 np4 @ d2");
    assertThat(shell.models.open).isZero();
  }

  private static String key(String line) {
    try {
      JsonNode node = new ObjectMapper().readTree(line);
      return node.get("n_threads")
          + " "
          + node.get("n_prompt")
          + " "
          + node.get("n_gen")
          + " "
          + node.get("n_depth");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void jsonHasLlamaBenchsFields() throws IOException {
    Shell.Result result =
        shell.run("bench", "-p", "4", "-n", "2", "-r", "3", "-ctk", "f32", "-o", "json");
    JsonNode array = new ObjectMapper().readTree(result.out());

    assertThat(array).hasSize(2);
    JsonNode prompt = array.get(0);
    assertThat(prompt.fieldNames())
        .toIterable()
        .containsExactly(
            "build_commit",
            "cpu_info",
            "backends",
            "model_filename",
            "model_type",
            "model_size",
            "model_n_params",
            "n_threads",
            "type_k",
            "type_v",
            "n_prompt",
            "n_gen",
            "n_depth",
            "n_parallel",
            "test_time",
            "avg_ns",
            "stddev_ns",
            "avg_ts",
            "stddev_ts",
            "samples_ns",
            "samples_ts");
    assertThat(prompt.get("model_filename").textValue()).isEqualTo("fake.gguf");
    assertThat(prompt.get("model_type").textValue()).isEqualTo("phi3 6.6M Q8_0");
    assertThat(prompt.get("model_size").longValue()).isEqualTo(7_040_000);
    assertThat(prompt.get("model_n_params").longValue()).isEqualTo(6_622_464);
    assertThat(prompt.get("type_k").textValue()).isEqualTo("f32");
    assertThat(prompt.get("test_time").textValue()).matches("\\d{4}-\\d\\d-\\d\\dT[\\d:]{8}Z");
    assertThat(prompt.get("samples_ns")).hasSize(3);
    double nanos = prompt.get("samples_ns").get(0).longValue();
    assertThat(prompt.get("samples_ts").get(0).doubleValue())
        .isCloseTo(4e9 / nanos, within(1e-6 * 4e9 / nanos));
  }

  @Test
  void csvHasAHeaderAndAQuotedRowForEachTest() {
    List<String> lines =
        shell.run("bench", "-p", "4", "-n", "2", "-r", "1", "-o", "csv").out().lines().toList();

    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).startsWith("build_commit,cpu_info,backends,").endsWith(",stddev_ts");
    assertThat(lines.get(1)).startsWith("\"").contains("\"CPU\",\"fake.gguf\"").endsWith("\"");
  }

  @Test
  void aPromptIsFedAtOnceAndGenerationTokenByToken() {
    shell.run("bench", "-p", "0", "-n", "0", "-pg", "4,2", "-d", "3", "-r", "2", "--no-warmup");

    assertThat(shell.models.fed.stream().map(tokens -> tokens.length))
        .containsExactly(3, 4, 1, 1, 4, 1, 1);
    assertThat(shell.models.fed.get(4)).isEqualTo(shell.models.fed.get(1));
  }

  @Test
  void warmingUpRunsTheWholePrompt() {
    shell.run("bench", "-p", "4", "-n", "0", "-r", "2");

    assertThat(shell.models.fed).hasSizeGreaterThan(2).allMatch(tokens -> tokens.length == 4);
  }

  @Test
  void testsAreNamedAsLlamaBenchDoes() {
    assertThat(test(512, 0, 0).label()).isEqualTo("pp512");
    assertThat(test(0, 128, 0).label()).isEqualTo("tg128");
    assertThat(test(512, 128, 4096).label()).isEqualTo("pp512+tg128 @ d4096");
  }

  @Test
  void theStatisticsAreThoseOfASample() {
    var model = shell.models.inspect(FakeModels.FILE).model().orElseThrow();
    BenchResult result =
        new BenchResult(
            FakeModels.FILE,
            model,
            1,
            LoadOptions.defaults(),
            test(10, 0, 0),
            Instant.EPOCH,
            List.of(1_000_000_000L, 2_000_000_000L, 4_000_000_000L),
            OptionalDouble.empty());

    assertThat(result.samplesTokensPerSecond()).containsExactly(10.0, 5.0, 2.5);
    assertThat(result.tokensPerSecond()).isCloseTo(17.5 / 3, within(1e-12));
    assertThat(result.tokensPerSecondDeviation()).isCloseTo(3.818813, within(1e-6));
    assertThat(result.fields()).containsEntry("avg_ns", 2_333_333_333L);
    assertThat(result.fields()).containsEntry("stddev_ns", 1_527_525_232L);
  }

  @Test
  void efficiencyIsSpeedPerThreadRelativeToTheFewestThreads() {
    BenchResult two = result(2, 1_000_000_000L, 1_000_000_000L);
    BenchResult eight = result(8, 500_000_000L, 500_000_000L);

    assertThat(two.relativeTo(two).efficiency()).hasValue(1);
    assertThat(eight.relativeTo(two).efficiency()).hasValue(0.5);
    assertThat(eight.fields()).doesNotContainKey("efficiency");
    assertThat(eight.relativeTo(two).fields().lastEntry()).isEqualTo(Map.entry("efficiency", 0.5));
  }

  private BenchResult result(int threads, Long... nanos) {
    return new BenchResult(
        FakeModels.FILE,
        shell.models.inspect(FakeModels.FILE).model().orElseThrow(),
        threads,
        LoadOptions.defaults(),
        test(10, 0, 0),
        Instant.EPOCH,
        List.of(nanos),
        OptionalDouble.empty());
  }

  @Test
  void theTableHasTheEfficiencyOfSeveralThreadCounts() {
    List<String> lines =
        shell.run("bench", "-p", "4", "-n", "2", "-r", "1", "-t", "2,1").out().lines().toList();

    assertThat(lines.get(0)).endsWith("|                  t/s | efficiency |");
    assertThat(lines.get(1)).endsWith("| -------------------: | ---------: |");
    assertThat(lines.get(2)).matches(".*\\|       1 \\|             pp4 \\|.* \\|      100 % \\|");
    assertThat(lines.get(3)).matches(".*\\|       1 \\|             tg2 \\|.* \\|      100 % \\|");
    assertThat(lines.get(4)).matches(".*\\|       2 \\|             pp4 \\|.* \\| +\\d+ % \\|");
    assertThat(lines.get(5)).matches(".*\\|       2 \\|             tg2 \\|.* \\| +\\d+ % \\|");
  }

  /** Of given results: a tiny model can be too fast for the column. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theLinesOfATableAreEquallyLong(boolean scaling) {
    BenchResult result = result(2, 1_000_000_000L, 2_000_000_000L);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Output out = new Output(bytes);
    BenchFormat.MD.begin(out, scaling);
    BenchFormat.MD.result(out, scaling ? result.relativeTo(result) : result, true);
    List<String> lines = bytes.toString(UTF_8).lines().toList();

    assertThat(lines).hasSize(3);
    assertThat(lines.get(1)).hasSameSizeAs(lines.get(0));
    assertThat(lines.get(2)).hasSameSizeAs(lines.get(0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "jsonl", "csv"})
  void otherFormatsHaveTheEfficiencyAfterTheSpeeds(String format) throws IOException {
    String out =
        shell.run("bench", "-p", "4", "-n", "0", "-r", "1", "-t", "1,2", "-o", format).out();
    String one =
        shell.run("bench", "-p", "4", "-n", "0", "-r", "1", "-t", "1,1", "-o", format).out();

    assertThat(one).doesNotContain("efficiency");
    if (format.equals("csv")) {
      List<String> lines = out.lines().toList();
      assertThat(lines.get(0)).endsWith(",stddev_ts,efficiency");
      assertThat(lines.get(1)).endsWith(",\"1.0\"");
      return;
    }
    List<JsonNode> results = new ArrayList<>();
    for (String text : format.equals("json") ? List.of(out) : out.lines().toList()) {
      JsonNode node = new ObjectMapper().readTree(text);
      (node.isArray() ? node : List.of(node)).forEach(results::add);
    }
    assertThat(results).hasSize(2);
    double speed = results.get(0).get("avg_ts").doubleValue();
    assertThat(results.get(0).get("efficiency").doubleValue()).isEqualTo(1);
    assertThat(results.get(1).get("efficiency").doubleValue())
        .isCloseTo(results.get(1).get("avg_ts").doubleValue() / 2 / speed, within(1e-9));
  }

  @Test
  void modelsAreClassedByTheirSize() {
    assertThat(Quantities.modelClass(14_659_507_200L)).isEqualTo("14B");
    assertThat(Quantities.modelClass(3_836_021_856L)).isEqualTo("3.8B");
    assertThat(Quantities.modelClass(6_622_464)).isEqualTo("6.6M");
    assertThat(Quantities.bytes(9_051_000_000L)).isEqualTo("8.43 GiB");
    assertThat(Quantities.parameters(14_659_507_200L)).isEqualTo("14.66 B");
  }
}

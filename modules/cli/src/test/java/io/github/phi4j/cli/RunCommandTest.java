package io.github.phi4j.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.ContextShift;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.PackedWeights;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Reasoning;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.Speculation;
import io.github.phi4j.api.Tool;
import io.github.phi4j.api.ToolCall;
import io.github.phi4j.api.ToolChoice;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunCommandTest {

  private final Shell shell = new Shell();

  @Test
  void theAnswerAloneIsPrintedWithOneNewline() {
    Shell.Result result = shell.run("run", "What is 6 * 7?");

    assertThat(result).isEqualTo(new Shell.Result(0, "forty-two\n", ""));
    assertThat(shell.models.prompts).containsExactly(Prompt.chat(Message.user("What is 6 * 7?")));
    assertThat(shell.models.options.sampling()).isEqualTo(Sampling.greedy());
    assertThat(shell.models.options.maxTokens()).isEqualTo(Integer.MAX_VALUE);
    assertThat(shell.models.open).isZero();
  }

  @ParameterizedTest
  @CsvSource({"'a\n\n',a", "'a\n,\n,b','a\n\nb'", "'\n\na','\n\na'", "'\n',''", "'',''"})
  void newlinesAtTheEndOfTheAnswerBecomeOne(String pieces, String expected) {
    shell.models.reply = prompt -> Stream.of(pieces.split(",")).filter(piece -> !piece.isEmpty());

    assertThat(shell.run("run", "x").out()).isEqualTo(expected + "\n");
  }

  @Test
  void everyPieceIsFlushedAtOnce() {
    List<String> flushed = new ArrayList<>();
    ByteArrayOutputStream out =
        new ByteArrayOutputStream() {
          @Override
          public void flush() {
            flushed.add(toString(UTF_8));
          }
        };
    shell.output(out).run("run", "x");

    assertThat(flushed).contains("forty", "forty-two", "forty-two\n");
  }

  @Test
  void textIsUtf8() {
    shell.models.reply = prompt -> Stream.of("größer als π 😀");

    assertThat(shell.run("run", "x").out()).isEqualTo("größer als π 😀\n");
  }

  @Test
  void theSystemMessageComesFirst() {
    shell.run("run", "--system", "Be brief.", "-p", "Hello");

    assertThat(shell.models.prompts)
        .containsExactly(Prompt.chat(Message.system("Be brief."), Message.user("Hello")));
  }

  @Test
  void rawTakesThePromptVerbatim() {
    shell.run("run", "--raw", "Once upon");

    assertThat(shell.models.prompts).containsExactly(Prompt.raw("Once upon"));
  }

  @Test
  void aPromptFromAFileLosesOneNewline(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("prompt.txt"), "Grüße\n\n");
    shell.run("run", "-f", file.toString());

    assertThat(shell.models.prompts).containsExactly(Prompt.chat(Message.user("Grüße\n")));
  }

  @ParameterizedTest
  @CsvSource({"-f,-", "-,"})
  void aPromptCanComeFromStandardInput(String first, String second) {
    shell.input("Hello\n");
    Shell.Result result =
        second == null ? shell.run("run", first) : shell.run("run", first, second);

    assertThat(result.exitCode()).isZero();
    assertThat(shell.models.prompts).containsExactly(Prompt.chat(Message.user("Hello")));
  }

  @Test
  void aPromptFileThatCannotBeReadIsNamed(@TempDir Path folder) {
    Path missing = folder.resolve("missing.txt");

    Shell.Result result = shell.run("run", "-f", missing.toString());
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo("phi4: cannot read " + missing + ": no such file or directory\n");
    assertThat(shell.run("run", "-f", folder.toString()).err()).contains("is a directory");
  }

  @Test
  void aPromptThatIsNotUtf8IsRefusedWithThePosition() {
    Shell.Result result = shell.input("Grüße".getBytes(ISO_8859_1)).run("run", "-f", "-");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo(
            "phi4: standard input at byte 2: found bytes that are not UTF-8;"
                + " expected UTF-8 text\n");
  }

  @Test
  void jsonHasAllValues() throws IOException {
    shell.models.reply = prompt -> Stream.of("forty\n", "-two\n\n");
    Shell.Result result = shell.run("run", "--json", "x");

    assertThat(result.out()).endsWith("}\n").hasLineCount(1);
    JsonNode node = new ObjectMapper().readTree(result.out());
    assertThat(node)
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {"model": "fake", "text": "forty\\n-two\\n\\n", "ids": [1, 2, 3],
                     "finish_reason": "stop",
                     "usage": {"prompt_tokens": 7, "cached_tokens": 2, "completion_tokens": 4,
                               "total_tokens": 11},
                     "timings": {"prefill_ms": 10.0, "prefill_tokens": 5,
                                 "prefill_tokens_per_second": 500.0, "decode_ms": 40.0,
                                 "decode_tokens": 4, "decode_tokens_per_second": 100.0,
                                 "drafted_tokens": 6, "accepted_tokens": 3}}
                    """));
  }

  @Test
  void severalAnswersArePrintedOneAfterTheOther() {
    Shell.Result result = shell.run("run", "-np", "2", "x");

    assertThat(result.out()).isEqualTo("sequence 0:\n\nforty-two\n\nsequence 1:\n\nforty-two\n\n");
    assertThat(shell.run("run", "-np", "3", "--json", "x").out()).hasLineCount(3);
    assertThat(shell.run("run", "-np", "0", "x").err()).contains("-np must be at least 1");
  }

  @Test
  void contextShiftOptionsArePassedOn() {
    shell.run("run", "x");
    assertThat(shell.models.options.contextShift()).isEmpty();
    shell.run("run", "--context-shift", "x");
    assertThat(shell.models.options.contextShift()).hasValue(ContextShift.keep(0));
    shell.run("run", "--context-shift", "--keep", "4", "x");
    assertThat(shell.models.options.contextShift()).hasValue(ContextShift.keep(4));
    shell.run("run", "--context-shift", "--keep", "-1", "x");
    assertThat(shell.models.options.contextShift()).hasValue(ContextShift.keepPrompt());
  }

  @Test
  void aSessionIsReadFromItsFileAndWrittenToIt(@TempDir Path folder) {
    String file = folder.resolve("chat").toString();

    Shell.Result result = shell.run("run", "--prompt-cache", file, "x");
    assertThat(result).isEqualTo(new Shell.Result(0, "forty-two\n", ""));
    assertThat(shell.models.restored).isEmpty();
    assertThat(Path.of(file)).exists();

    shell.run("run", "--prompt-cache", file, "x");
    assertThat(shell.models.restored).containsExactly(Path.of(file));

    result = shell.run("run", "--prompt-cache", folder.resolve("no/chat").toString(), "x");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("cannot be written").hasLineCount(1);
    assertThat(shell.models.open).isZero();
  }

  @Test
  void speculationIsPassedOn() {
    shell.run("run", "x");
    assertThat(shell.models.options.speculation()).isEqualTo(Speculation.off());
    shell.run("run", "--lookup", "x");
    assertThat(shell.models.options.speculation()).isEqualTo(Speculation.lookup());
    shell.run("run", "--lookup", "--draft-max", "5", "x");
    assertThat(shell.models.options.speculation()).isEqualTo(new Speculation.Lookup(5));
    Shell.Result result = shell.run("run", "-md", "fake.gguf", "x");
    assertThat(result.err()).isEmpty();
    assertThat(shell.models.options.speculation()).isInstanceOf(Speculation.Draft.class);
    assertThat(shell.models.open).isZero();
  }

  @Test
  void aDraftModelIsLoadedWithThePackedWeightsOfTheModel() {
    shell.run("run", "-md", "fake.gguf", "--packed", "off", "--packed-folder", "here", "x");

    assertThat(shell.models.loadOptions)
        .hasSize(2)
        .allSatisfy(options -> {
          assertThat(options.packedFolder()).hasValue(Path.of("here"));
          assertThat(options.packedWeights()).isEqualTo(PackedWeights.OFF);
        });
  }

  @Test
  void wrongSpeculationIsRefused() {
    assertThat(shell.run("run", "--lookup", "-md", "fake.gguf", "x").err()).contains("--lookup");
    assertThat(shell.run("run", "--draft-max", "5", "x").err()).contains("--draft-max needs");
    assertThat(shell.run("run", "--lookup", "--draft-max", "0", "x").err())
        .contains("from 1 to 64");
    assertThat(shell.run("run", "-md", "none.gguf", "x").exitCode()).isEqualTo(1);
    assertThat(shell.models.open).isZero();
  }

  @Test
  void aCancelledAnswerKeepsItsTextAndHasItsOwnExitCode() {
    shell.models.finishReason = FinishReason.CANCELLED;

    assertThat(shell.run("run", "x")).isEqualTo(new Shell.Result(130, "forty-two\n", ""));
  }

  @Test
  void loadOptionsArePassedOn() {
    shell.run(
        "run",
        "-m",
        "fake.gguf",
        "-t",
        "3",
        "-c",
        "32",
        "-ctk",
        "f32",
        "-ctv",
        "q8_0",
        "--packed",
        "memory",
        "--chat-format",
        "phi4-mini",
        "x");
    LoadOptions options = shell.models.loadOptions.getFirst();

    assertThat(options.threads()).hasValue(3);
    assertThat(options.contextLength()).hasValue(32);
    assertThat(options.kvKeyType()).isEqualTo(KvCacheType.F32);
    assertThat(options.kvValueType()).isEqualTo(KvCacheType.Q8_0);
    assertThat(options.packedWeights()).isEqualTo(PackedWeights.MEMORY);
    assertThat(options.chatFormat()).hasValue(ChatFormat.PHI4_MINI);
  }

  @Test
  void withoutOptionsTheModelsDefaultsApply() {
    shell.run("run", "-c", "0", "x");
    LoadOptions options = shell.models.loadOptions.getFirst();

    assertThat(options.threads()).isEmpty();
    assertThat(options.contextLength()).isEmpty();
    assertThat(options.kvKeyType()).isEqualTo(KvCacheType.F16);
    assertThat(options.packedWeights()).isEqualTo(PackedWeights.AUTO_FILE);
    assertThat(options.chatFormat()).isEmpty();
  }

  @Test
  void samplingOptionsArePassedOn() {
    shell.run(
        "run",
        "--temp",
        "0.7",
        "--top-k",
        "40",
        "--top-p",
        "0.9",
        "--min-p",
        "0.05",
        "--typical",
        "0.8",
        "-s",
        "7",
        "--repeat-penalty",
        "1.1",
        "--repeat-last-n",
        "-1",
        "--presence-penalty",
        "0.2",
        "--frequency-penalty",
        "-0.3",
        "--logit-bias",
        "5+1.5",
        "--logit-bias",
        "6-2",
        "-l",
        "7-inf",
        "x");

    assertThat(shell.models.options.sampling())
        .isEqualTo(
            Sampling.builder()
                .temperature(0.7f)
                .topK(40)
                .topP(0.9f)
                .minP(0.05f)
                .typicalP(0.8f)
                .seed(7)
                .repeatPenalty(1.1f)
                .penaltyWindow(Sampling.Window.wholeContext())
                .presencePenalty(0.2f)
                .frequencyPenalty(-0.3f)
                .logitBias(5, 1.5f)
                .logitBias(6, -2f)
                .logitBias(7, Float.NEGATIVE_INFINITY)
                .build());
  }

  @Test
  void stopOptionsArePassedOn() {
    shell.run(
        "run",
        "-n",
        "20",
        "--min-tokens",
        "2",
        "-r",
        "User:",
        "--stop",
        "\n\n",
        "--ignore-eos",
        "x");

    assertThat(shell.models.options.maxTokens()).isEqualTo(20);
    assertThat(shell.models.options.minTokens()).isEqualTo(2);
    assertThat(shell.models.options.stopStrings()).containsExactly("User:", "\n\n");
    assertThat(shell.models.options.ignoreModelStop()).isTrue();
  }

  @Test
  void aGrammarIsPassedOnFromAnOptionOrAFile(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("yes.gbnf"), "root ::= \"yes\"\n");

    shell.run("run", "--grammar", "root ::= \"no\"", "x");
    assertThat(shell.models.options.grammar()).hasValue(Grammar.gbnf("root ::= \"no\""));
    shell.run("run", "--grammar-file", file.toString(), "x");
    assertThat(shell.models.options.grammar()).hasValue(Grammar.gbnf("root ::= \"yes\""));
    shell.run("run", "x");
    assertThat(shell.models.options.grammar()).isEmpty();
    assertThat(shell.run("run", "--grammar", "x", "--grammar-file", "y", "x").err())
        .contains("more than one grammar");
  }

  @Test
  void aJsonSchemaIsPassedOnFromAnOptionOrAFile(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("x.json"), "{\"type\": \"null\"}");

    shell.run("run", "-j", "{}", "x");
    assertThat(shell.models.options.grammar()).hasValue(Grammar.jsonSchema("{}"));
    shell.run("run", "--json-schema", "true", "x");
    assertThat(shell.models.options.grammar()).hasValue(Grammar.jsonSchema("true"));
    shell.run("run", "--json-schema-file", file.toString(), "x");
    assertThat(shell.models.options.grammar()).hasValue(Grammar.jsonSchema("{\"type\": \"null\"}"));
    shell.input("{}").run("run", "--json-schema-file", "-", "x");
    assertThat(shell.models.options.grammar()).hasValue(Grammar.jsonSchema("{}"));
    assertThat(shell.run("run", "-j", "{}", "--grammar-file", "y", "x").err())
        .contains("more than one grammar");
    assertThat(shell.run("run", "--json-schema-file", folder + "/none.json", "x").err())
        .contains("none.json");
  }

  @Test
  void toolsArePassedOnWithTheirChoice(@TempDir Path folder) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("tools.json"),
            """
            [{"name": "clock"},
             {"type": "function", "function": {"name": "add", "description": "Adds.",
              "parameters": {"type": "object"}}}]\
            """);
    shell.models.calls = List.of(new ToolCall("call_1", "add", "{\"a\":1}"));
    Shell.Result result = shell.run("run", "--json", "--tools", file.toString(), "x");

    assertThat(shell.models.options.tools())
        .containsExactly(
            new Tool("clock", "", "{\"type\": \"object\", \"properties\": {}}"),
            new Tool("add", "Adds.", "{\"type\":\"object\"}"));
    assertThat(shell.models.options.toolChoice()).isEqualTo(ToolChoice.auto());
    assertThat(new ObjectMapper().readTree(result.out()).get("tool_calls").toString())
        .isEqualTo("[{\"id\":\"call_1\",\"name\":\"add\",\"arguments\":\"{\\\"a\\\":1}\"}]");
    Map<String, ToolChoice> choices =
        Map.of(
            "auto", ToolChoice.auto(),
            "required", ToolChoice.required(),
            "none", ToolChoice.none(),
            "add", ToolChoice.named("add"));
    choices.forEach((name, choice) -> {
      shell.run("run", "--json", "--tools", file.toString(), "--tool-choice", name, "x");
      assertThat(shell.models.options.toolChoice()).isEqualTo(choice);
    });
  }

  @Test
  void oneCallIsTheDefaultAndParallelCallsAreAnOption(@TempDir Path folder) throws IOException {
    String file = Files.writeString(folder.resolve("tools.json"), "[{\"name\": \"f\"}]").toString();

    shell.run("run", "--json", "--tools", file, "x");
    assertThat(shell.models.options.toolChoice().parallel()).isFalse();
    shell.run("run", "--json", "--tools", file, "--parallel-tool-calls", "x");
    assertThat(shell.models.options.toolChoice()).isEqualTo(ToolChoice.auto().withParallel(true));
    assertThat(shell.run("run", "--parallel-tool-calls", "x").err()).contains("needs --tools FILE");
  }

  @ParameterizedTest
  @CsvSource({
    "'\ufeffHi', 'Hi'",
    "'\ufeffHi\r\n', 'Hi'",
    "'Hi\r\n', 'Hi'",
    "'Hi\r\n\r\n', 'Hi\r\n'",
    "'Hi\n', 'Hi'",
    "'Hi\r', 'Hi\r'",
    "'a\ufeffb', 'a\ufeffb'"
  })
  void marksAndLineBreaksOfEditorsAreNoPartOfAPrompt(
      String written, String prompt, @TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("prompt.txt"), written);
    shell.run("run", "-f", file.toString());
    assertThat(shell.models.prompts).containsExactly(Prompt.chat(Message.user(prompt)));
  }

  @Test
  void aByteOrderMarkIsNotPartOfGrammarsSchemasAndTools(@TempDir Path folder) throws IOException {
    Path grammar = Files.writeString(folder.resolve("g.gbnf"), "\ufeffroot ::= \"a\"\r\n");
    Path schema = Files.writeString(folder.resolve("s.json"), "\ufeff{\"type\": \"null\"}\r\n");
    Path tools = Files.writeString(folder.resolve("t.json"), "\ufeff[{\"name\": \"f\"}]\r\n");

    assertThat(shell.run("run", "--grammar-file", grammar.toString(), "x").exitCode()).isZero();
    assertThat(shell.run("run", "--json-schema-file", schema.toString(), "x").exitCode()).isZero();
    assertThat(shell.run("run", "--json", "--tools", tools.toString(), "x").exitCode()).isZero();
  }

  @Test
  void wrongToolsAreRefusedWithTheExpectedForm(@TempDir Path folder) throws IOException {
    String file = Files.writeString(folder.resolve("tools.json"), "[{\"name\": \"f\"}]").toString();

    assertThat(shell.run("run", "--tools", file, "x").err()).contains("--tools needs --json");
    assertThat(shell.run("run", "--tool-choice", "none", "x").err()).contains("needs --tools FILE");
    Shell.Result unknown = shell.run("run", "--json", "--tools", file, "--tool-choice", "g", "x");
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.err()).contains("g");
    for (String wrong : List.of("{}", "[{}]", "[{\"name\": \"\"}]", "[{\"name\": \"f\"}", "3")) {
      Files.writeString(folder.resolve("tools.json"), wrong);
      Shell.Result result = shell.run("run", "--json", "--tools", file, "x");
      assertThat(result.exitCode()).as(wrong).isEqualTo(1);
      assertThat(result.err()).as(wrong).contains("tools.json");
    }
  }

  @Test
  void reasoningOptionsArePassedOn() throws IOException {
    shell.run("run", "x");
    assertThat(shell.models.options.reasoning()).isEqualTo(Reasoning.defaults());
    shell.run("run", "--reasoning-budget", "-1", "--reasoning-format", "deepseek", "x");
    assertThat(shell.models.options.reasoning()).isEqualTo(Reasoning.defaults());
    shell.run("run", "--reasoning-budget", "100", "x");
    assertThat(shell.models.options.reasoning()).isEqualTo(Reasoning.builder().budget(100).build());
    shell.run("run", "--reasoning-budget", "0", "x");
    assertThat(shell.models.options.reasoning()).isEqualTo(Reasoning.builder().budget(0).build());
    shell.run("run", "--reasoning-format", "none", "x");
    assertThat(shell.models.options.reasoning())
        .isEqualTo(Reasoning.builder().split(false).build());

    assertThat(shell.run("run", "--reasoning-budget", "-2", "x").err())
        .contains("--reasoning-budget -2: give -1, 0 or above");
    assertThat(shell.run("run", "--reasoning-format", "x", "x").exitCode()).isEqualTo(2);
    String both = "run --reasoning-format none --reasoning-budget 5 x";
    assertThat(shell.run(both.split(" ")).err()).contains("requires separate thoughts");

    shell.models.thoughts = "Hm.";
    Shell.Result result = shell.run("run", "--json", "x");
    assertThat(new ObjectMapper().readTree(result.out()).get("reasoning_content").asText())
        .isEqualTo("Hm.");
  }

  @Test
  void filtersIgnoredByGreedySamplingAreReported() {
    Shell.Result result = shell.run("run", "--top-p", "0.9", "--seed", "1", "x");

    assertThat(result.exitCode()).isZero();
    assertThat(result.err())
        .isEqualTo(
            "phi4: --top-p, --seed without effect: sampling is greedy unless --temp is above 0\n");
    assertThat(shell.run("run", "--top-p", "0.9", "--temp", "0", "x").err()).isEmpty();
  }

  @Test
  void theLaterSamplersHaveLlamaCppsNames() {
    shell.run("run x --temp 1 --dry-multiplier 0.8 --dry-base 2 --dry-allowed-length 3".split(" "));
    assertThat(shell.models.options.sampling().dry())
        .hasValue(
            new Sampling.Dry(
                0.8f,
                2,
                3,
                Sampling.Window.wholeContext(),
                Sampling.Dry.DEFAULT_SEQUENCE_BREAKERS));
    shell.run(
        "run x --temp 1 --dry-multiplier 1 --dry-penalty-last-n 64 --dry-sequence-breaker a"
            .concat(" --dry-sequence-breaker \\n --dry-sequence-breaker \\\\n")
            .split(" "));
    assertThat(shell.models.options.sampling().dry())
        .hasValue(
            new Sampling.Dry(1, 1.75f, 2, Sampling.Window.last(64), List.of("a", "\n", "\\n")));
    shell.run(
        "run x --dry-multiplier 1 --dry-sequence-breaker a --dry-sequence-breaker none".split(" "));
    assertThat(shell.models.options.sampling().dry().orElseThrow().sequenceBreakers()).isEmpty();
    shell.run(
        "run x --temp 1 --xtc-probability 0.5 --dynatemp-range 0.3 --top-nsigma 1.5 --mirostat 2"
            .split(" "));
    assertThat(shell.models.options.sampling())
        .isEqualTo(
            Sampling.builder()
                .temperature(1)
                .xtc(new Sampling.Xtc(0.5f, 0.1f))
                .dynamicTemperature(new Sampling.DynamicTemperature(0.3f, 1))
                .topNSigma(1.5f)
                .mirostat(new Sampling.Mirostat(Sampling.Mirostat.Version.V2, 5, 0.1f))
                .build());
    shell.run(
        "run x --temp 1 --mirostat 1 --mirostat-lr 0.2 --mirostat-ent 3 --top-nsigma -1"
            .split(" "));
    assertThat(shell.models.options.sampling())
        .isEqualTo(
            Sampling.builder()
                .temperature(1)
                .mirostat(new Sampling.Mirostat(Sampling.Mirostat.Version.V1, 3, 0.2f))
                .build());
    assertThat(shell.run("run", "x", "--mirostat", "3").err())
        .contains("--mirostat 3: give 1 or 2");
    assertThat(shell.run("run", "x", "--mirostat", "2").err())
        .contains("--mirostat without effect");
  }

  @Test
  void anAnswerCanBePrefilled() throws IOException {
    shell.models.reply = prompt -> Stream.of("rest");
    assertThat(shell.run("run", "--prefill", "Begun, ", "x").out())
        .isEqualTo(String.format("Begun, rest%n"));
    assertThat(shell.models.prompts.getLast())
        .isEqualTo(Prompt.continuing(List.of(Message.user("x"), Message.assistant("Begun, "))));
    Shell.Result json = shell.run("run", "--json", "--prefill", "Begun, ", "x");
    assertThat(new ObjectMapper().readTree(json.out()).get("text").asText()).isEqualTo("rest");
    assertThat(shell.run("run", "-np", "2", "--prefill", "Begun, ", "x").out())
        .contains("Begun, rest");
    assertThat(shell.run("run", "--raw", "--prefill", "Begun, ", "x").err())
        .contains("cannot be combined with --prefill");
  }

  @Test
  void anAnswerMayHaveATimeLimit() {
    shell.run("run", "--timeout", "1.5", "x");
    assertThat(shell.models.options.timeout()).contains(Duration.ofMillis(1500));
    Shell.Result refused = shell.run("run", "--timeout", "0", "x");
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.err()).contains("must be positive");
  }

  @Test
  void jsonHasLogProbabilitiesOnRequest() throws IOException {
    Shell.Result result = shell.run("run", "--json", "--logprobs", "1", "x");

    JsonNode tokens = new ObjectMapper().readTree(result.out()).get("logprobs");
    assertThat(tokens).hasSize(2);
    assertThat(tokens.get(0).toString())
        .isEqualTo(
            "{\"id\":65,\"token\":\"A\",\"bytes\":[65],\"logprob\":-1.0,\"top_logprobs\":"
                + "[{\"id\":66,\"token\":\"B\",\"bytes\":[66],\"logprob\":-0.5}]}");
    assertThat(shell.models.options.logProbs()).hasValue(1);
    assertThat(new ObjectMapper().readTree(shell.run("run", "--json", "x").out()).get("logprobs"))
        .isNull();
    JsonNode sampled =
        new ObjectMapper()
            .readTree(shell.run("run", "--json", "--sampling-probs", "2", "x").out())
            .get("logprobs")
            .get(0);
    assertThat(sampled.get("prob").asDouble()).isEqualTo(0.75);
    assertThat(sampled.get("top_probs").toString())
        .isEqualTo("[{\"id\":65,\"token\":\"A\",\"bytes\":[65],\"prob\":0.75}]");
    assertThat(shell.models.options.samplingProbs()).hasValue(2);
    assertThat(shell.run("run", "--sampling-probs", "1", "x").err()).contains("needs --json");
    assertThat(shell.run("run", "--logprobs", "1", "x").err()).contains("needs --json");
    assertThat(shell.run("run", "--json", "--logprobs", "-1", "x").exitCode()).isEqualTo(2);
  }
}

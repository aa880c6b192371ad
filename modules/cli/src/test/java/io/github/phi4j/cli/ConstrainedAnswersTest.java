package io.github.phi4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Constrained answers of the trained tiny model, as seen from a shell. */
final class ConstrainedAnswersTest {

  private static final String QUESTION = "What is 27 + 45?";

  private final Shell shell = Shell.ofTinyModel();

  private static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text);
  }

  @Test
  void theAnswerFollowsTheGrammar(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("a.gbnf"), "root ::= \"It is \" [0-9]{2} \"!\"\n");

    assertThat(shell.run("run", "--grammar", "root ::= \"yes\" | \"no\"", QUESTION).out())
        .matches("(yes|no)\n");
    assertThat(shell.run("run", "--grammar-file", file.toString(), QUESTION).out())
        .matches("It is [0-9]{2}!\n");
    Shell.Result hot =
        shell.run("run", "-np", "2", "--temp", "3", "--grammar", "root ::= [a-z]{5}", QUESTION);
    assertThat(hot.out()).matches("sequence 0:\n\n[a-z]{5}\n\nsequence 1:\n\n[a-z]{5}\n\n");
  }

  @Test
  void theAnswerFollowsTheSchema(@TempDir Path folder) throws IOException {
    String schema =
        """
        {"type": "object", "properties": {"sum": {"type": "integer", "minimum": 0},
         "sure": {"type": "boolean"}}, "required": ["sum", "sure"]}\
        """;
    Path file = Files.writeString(folder.resolve("schema.json"), schema);

    for (String[] option :
        new String[][] {{"-j", schema}, {"--json-schema-file", file.toString()}}) {
      JsonNode answer = json(shell.run("run", option[0], option[1], QUESTION).out());
      assertThat(answer.get("sum").isIntegralNumber()).isTrue();
      assertThat(answer.get("sure").isBoolean()).isTrue();
    }
  }

  @Test
  void unenforcedKeywordsOfALenientSchemaAreReported() throws IOException {
    String schema = "{\"type\": \"string\", \"maxLength\": 9, \"pattern\": \"(a)\\\\1\"}";
    Shell.Result answer = shell.run("run", "--lenient", "-j", schema, QUESTION);

    assertThat(answer.exitCode()).isZero();
    assertThat(answer.out()).matches("\".*\"\n");
    assertThat(answer.err()).contains("not enforced: ", "#/pattern", "\\1 at character 6");
    assertThat(
            json(shell.run("run", "--json", "--lenient", "-j", schema, QUESTION).out())
                .get("unenforced"))
        .hasSize(1);
    assertThat(shell.run("run", "-j", schema, QUESTION).err()).contains("#/pattern");
  }

  @Test
  void aToolIsCalledWithValidArguments(@TempDir Path folder) throws IOException {
    Path tools =
        Files.writeString(
            folder.resolve("tools.json"),
            """
            [{"name": "add", "parameters": {"type": "object", "properties":
              {"a": {"type": "integer", "minimum": 0, "maximum": 99},
               "b": {"type": "integer", "minimum": 0, "maximum": 99}}, "required": ["a", "b"]}}]\
            """);
    JsonNode answer =
        json(
            shell
                .run("run", "--json", "--tools", tools.toString(), "--tool-choice", "add", QUESTION)
                .out());

    JsonNode call = answer.get("tool_calls").get(0);
    assertThat(call.get("name").asText()).isEqualTo("add");
    JsonNode arguments = json(call.get("arguments").asText());
    assertThat(arguments.get("a").asInt(-1)).isBetween(0, 99);
    assertThat(arguments.get("b").asInt(-1)).isBetween(0, 99);
  }

  @Test
  void eachTokenHasItsLogProbability() throws IOException {
    JsonNode answer = json(shell.run("run", "--json", "--logprobs", "3", QUESTION).out());

    assertThat(answer.get("logprobs")).hasSameSizeAs(answer.get("ids"));
    for (JsonNode token : answer.get("logprobs")) {
      assertThat(token.get("logprob").asDouble()).isNotPositive();
      assertThat(token.get("top_logprobs")).hasSize(3);
      // Greedy: the token is the first of its alternatives.
      assertThat(token.get("top_logprobs").get(0).get("id")).isEqualTo(token.get("id"));
    }
  }

  @Test
  void textsAreScoredAndAnswersChosen() throws IOException {
    JsonNode scores = json(shell.run("score", "--json", "The answer is 72.").out());
    double sum = 0;
    for (JsonNode token : scores.get("logprobs")) {
      sum += token.get("logprob").asDouble();
    }
    assertThat(scores.get("logprob").asDouble()).isCloseTo(sum, within(1e-9)).isNegative();

    JsonNode choices =
        json(shell.run("choose", "--json", "-p", QUESTION, "72", "no", "Why?").out());
    double all = 0;
    for (JsonNode choice : choices.get("choices")) {
      all += choice.get("probability").asDouble();
    }
    assertThat(choices.get("choices")).hasSize(3);
    assertThat(all).isCloseTo(1, within(1e-9));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--grammar | root ::= ( | line 1, column 10",
        "--grammar | root ::= x | line 1, column 10",
        "--grammar | root ::= root \"a\" | can begin only with itself",
        "-j | {\"type\": \"strin\"} | #/type: found \"strin\"",
        "-j | {\"$ref\": \"https://example.com/other.json\"} | #/$ref",
        "-j | {\"type\" | JSON, line 1",
        "-j | {\"not\": {}} | no value is valid",
        "--logprobs | -3 | not -3",
      })
  void whatIsWrongIsTold(String option, String value, String message) {
    Shell.Result result = shell.run("run", "--json", option, value, QUESTION);

    assertThat(result.exitCode()).isIn(1, 2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("phi4: ").contains(message);
  }

  @Test
  void thePlaceOfAFaultIsShownBelowTheMessage() {
    assertThat(shell.run("run", "--grammar", "root ::= \"a\" (", QUESTION).err())
        .isEqualTo(
            """
            phi4: grammar, line 1, column 14: the group that begins here is not closed
              root ::= "a" (
                           ^
            """);
  }
}

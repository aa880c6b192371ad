package io.github.phi4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizeCommandTest {

  private final Shell shell = new Shell();

  @Test
  void idsOfTheArgumentAreOnOneLine() {
    assertThat(shell.run("tokenize", "Aé")).isEqualTo(new Shell.Result(0, "65 195 169\n", ""));
    assertThat(shell.run("tokenize", "")).isEqualTo(new Shell.Result(0, "\n", ""));
  }

  @Test
  void everyLineOfInputGivesOneOfOutput() {
    Shell.Result result =
        shell.input("\"A\"\n\"\"\n\"\\u00e9\\n\"\n\"é\"").run("tokenize", "--jsonl");

    assertThat(result).isEqualTo(new Shell.Result(0, "[65]\n[]\n[195,169,10]\n[195,169]\n", ""));
  }

  @Test
  void unpairedSurrogatesReachTheTokenizer() {
    Shell.Result result =
        shell.input("\"\\ud800\"\n\"a\\udc00b\"\n\"\\ud83d\\ude00\"\n").run("tokenize", "--jsonl");

    assertThat(result.out()).isEqualTo("[239,191,189]\n[97,239,191,189,98]\n[240,159,152,128]\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "7", "[1]", "null", "\"open", "\"a\" \"b\"", "text"})
  void aLineThatIsNotAJsonStringIsNamed(String line) {
    Shell.Result result = shell.input("\"A\"\n" + line + "\n\"B\"\n").run("tokenize", "--jsonl");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).isEqualTo("[65]\n");
    assertThat(result.err())
        .isEqualTo(
            "phi4: standard input, line 2: found "
                + (line.isEmpty() ? "an empty line" : line)
                + "; expected a JSON string\n");
  }
}

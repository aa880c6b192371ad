package io.github.phi4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ChooseCommandTest {

  private final Shell shell = new Shell();

  @Test
  void eachAnswerHasALineInTheOrderGiven() {
    Shell.Result result = shell.run("choose", "--system", "Be brief.", "-p", "Wet?", "yes", "no");

    assertThat(result)
        .isEqualTo(new Shell.Result(0, "0.333333\t-2.000000\tyes\n0.666667\t-1.000000\tno\n", ""));
    assertThat(shell.models.prompts)
        .containsExactly(Prompt.chat(Message.system("Be brief."), Message.user("Wet?")));
    assertThat(shell.models.open).isZero();
  }

  @Test
  void lengthCanBeExcludedFromTheComparison() {
    assertThat(shell.run("choose", "--per-token", "-p", "x", "a", "b").out())
        .isEqualTo("0.500000\t-2.000000\ta\n0.500000\t-1.000000\tb\n");
  }

  @Test
  void jsonHasAllValues() throws IOException {
    Shell.Result result =
        shell.input("The sky is\n").run("choose", "--raw", "--json", "-f", "-", " blue", " red");

    assertThat(shell.models.prompts).containsExactly(Prompt.raw("The sky is"));
    JsonNode choices = new ObjectMapper().readTree(result.out()).get("choices");
    assertThat(choices).hasSize(2);
    assertThat(choices.get(1).get("text").asText()).isEqualTo(" red");
    assertThat(choices.get(1).get("probability").asDouble()).isEqualTo(2 / 3.0);
    assertThat(choices.get(1).get("per_token_probability").asDouble()).isEqualTo(0.5);
    assertThat(choices.get(1).get("logprob").asDouble()).isEqualTo(-1);
    assertThat(choices.get(1).get("logprobs").get(0).get("token").asText()).isEqualTo("B");
  }

  @Test
  void promptAndAnswersAreNeeded() {
    assertThat(shell.run("choose", "-p", "x").exitCode()).isEqualTo(2);
    assertThat(shell.run("choose", "a", "b").err()).contains("either with -p or with -f FILE");
    assertThat(shell.run("choose", "--raw", "--system", "s", "-p", "x", "a").exitCode())
        .isEqualTo(2);
  }
}

package io.github.phi4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class ScoreCommandTest {

  private final Shell shell = new Shell();

  /** The fake model's log-probability of a byte at a position after another one. */
  private static double logProb(int before, int token, int position) {
    double sum = 0;
    for (int i = 0; i < FakeModels.VOCABULARY_SIZE; i++) {
      sum += Math.exp((float) Math.sin(before * 31.0 + i * 7.0 + position));
    }
    return (float) Math.sin(before * 31.0 + token * 7.0 + position) - Math.log(sum);
  }

  @Test
  void eachTokenButTheFirstHasALine() {
    Shell.Result result = shell.run("score", "a\nb");

    double first = logProb('a', '\n', 0);
    double second = logProb('\n', 'b', 1);
    assertThat(result.exitCode()).isZero();
    assertThat(result.out())
        .isEqualTo(
            String.format(
                Locale.ROOT,
                "10\t%.6f\t\\n%n98\t%.6f\tb%ntotal\t%.6f\tperplexity %.4f%n",
                first,
                second,
                first + second,
                Math.exp(-(first + second) / 2)));
    assertThat(shell.models.open).isZero();
  }

  @Test
  void jsonHasTheSameValues() throws IOException {
    Shell.Result result = shell.input("ab\n").run("score", "--json", "-f", "-");

    JsonNode node = new ObjectMapper().readTree(result.out());
    assertThat(node.get("model").asText()).isEqualTo("fake");
    assertThat(node.get("logprobs")).hasSize(1);
    assertThat(node.get("logprobs").get(0).get("id").asInt()).isEqualTo('b');
    assertThat(node.get("logprobs").get(0).get("token").asText()).isEqualTo("b");
    assertThat(node.get("logprobs").get(0).get("logprob").asDouble())
        .isEqualTo(node.get("logprob").asDouble())
        .isEqualTo(logProb('a', 'b', 0));
    assertThat(node.get("perplexity").asDouble()).isEqualTo(Math.exp(-logProb('a', 'b', 0)));
  }

  @Test
  void oneTextIsNeeded() {
    assertThat(shell.run("score").exitCode()).isEqualTo(2);
    assertThat(shell.run("score", "a", "-f", "-").err()).contains("either a TEXT or -f FILE");
  }
}

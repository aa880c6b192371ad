package io.github.phi4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.EmbeddingOptions;
import org.junit.jupiter.api.Test;

class EmbedCommandTest {

  private final Shell shell = new Shell();

  @Test
  void eachTextHasALineOfJson() {
    Shell.Result result = shell.run("embed", "ab", "c");

    assertThat(result.exitCode()).isZero();
    assertThat(result.out().lines())
        .containsExactly(
            "{\"index\":0,\"text\":\"ab\",\"embedding\":[2.0,0.5]}",
            "{\"index\":1,\"text\":\"c\",\"embedding\":[1.0,0.5]}");
    assertThat(shell.models.embeddingOptions).isEqualTo(EmbeddingOptions.defaults());
    assertThat(shell.models.open).isZero();
  }

  @Test
  void linesOfStandardInputAreTexts() {
    Shell.Result result =
        shell.input("ab\nabc\n").run("embed", "-f", "-", "--pooling", "last", "--no-normalize");

    assertThat(result.out().lines())
        .containsExactly(
            "{\"index\":0,\"text\":\"ab\",\"embedding\":[2.0,0.5]}",
            "{\"index\":1,\"text\":\"abc\",\"embedding\":[3.0,0.5]}");
    assertThat(shell.models.embeddingOptions)
        .isEqualTo(
            EmbeddingOptions.builder()
                .pooling(EmbeddingOptions.Pooling.LAST)
                .normalized(false)
                .build());
  }

  @Test
  void manyTextsAreEmbeddedInParts() {
    Shell.Result result = shell.input("x\n".repeat(600)).run("embed", "-f", "-");

    assertThat(result.out().lines()).hasSize(600);
    assertThat(result.out().lines().toList().getLast()).startsWith("{\"index\":599,");
  }

  @Test
  void textsThatCannotBeEmbeddedAreRefused() {
    assertThat(shell.run("embed").err()).contains("give either TEXTs or -f FILE");
    assertThat(shell.run("embed", "x", "-f", "-").exitCode()).isEqualTo(2);
    assertThat(shell.run("embed", "x", "--pooling", "max").err()).contains("mean or last, not max");
    assertThat(shell.input("a\n\nb\n").run("embed", "-f", "-").err())
        .contains("-: line 2 is empty");
  }
}

package io.github.phi4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The first argument of a command may be the model's file. */
final class BareModelTest {

  private static final List<String> WITHOUT_MODEL = List.of("pull", "decontaminate");

  @TempDir private Path folder;
  private String model;

  @BeforeEach
  void makeFile() throws IOException {
    model = Files.createFile(folder.resolve("a model.GGUF")).toString();
  }

  private static CommandLine commandLine() {
    return new Main(
            new Environment(
                new ByteArrayInputStream(new byte[0]),
                new Output(OutputStream.nullOutputStream()),
                new PrintStream(OutputStream.nullOutputStream()),
                false,
                new FakeModels(),
                Optional.empty()))
        .commandLine();
  }

  private static ParseResult parsed(String... arguments) {
    return commandLine().parseArgs(arguments).subcommand();
  }

  private Object models(ParseResult parsed) {
    Object value = parsed.matchedOptionValue("-m", null);
    return value instanceof List<?> list ? list.getFirst() : value;
  }

  @Test
  void everyCommandWithAModelTakesItsFileFirst() {
    commandLine()
        .getSubcommands()
        .forEach((name, command) -> {
          if (WITHOUT_MODEL.contains(name)) {
            assertThat(command.getCommandSpec().optionsMap()).doesNotContainKey("-m");
            return;
          }
          String required =
              switch (name) {
                case "perplexity" -> "-f=x";
                case "logits" -> "-o=x";
                case "pivotal" -> "--task=sums";
                default -> "-v";
              };
          String[] arguments =
              name.equals("choose")
                  ? new String[] {name, required, model, "Yes"}
                  : new String[] {name, required, model};
          ParseResult result = parsed(arguments);
          assertThat(models(result)).as(name).isEqualTo(Path.of(model));
          assertThat(command.getUsageMessage()).contains("[OPTIONS] [MODEL.gguf]");
          assertThat(command.getCommandSpec().optionsMap()).containsKey("-hf");
        });
  }

  @Test
  void optionsMayPrecedeTheModelAndThePromptFollows() {
    ParseResult result = parsed("run", "-n", "20", "--raw", "--temp=0.5", model, "Hi");

    assertThat(models(result)).isEqualTo(Path.of(model));
    assertThat(result.matchedPositionals().getFirst().<String>getValue()).isEqualTo("Hi");
    assertThat(result.matchedOptionValue("-n", 0)).isEqualTo(20);
  }

  @Test
  void thePromptIsTheOnlyArgumentOtherwise() {
    for (String[] arguments :
        List.of(
            new String[] {"run", "Hi"},
            new String[] {"run", "-"},
            new String[] {"run", "What is a .gguf file?"},
            new String[] {"run", "-m", "x.gguf", "Hi"},
            new String[] {"run", "--", model},
            new String[] {"run", "-p", model},
            new String[] {"run", "Hi", "--prefill", model})) {
      ParseResult result = parsed(arguments);
      assertThat(models(result)).isNotEqualTo(Path.of(model));
    }
    assertThat(parsed("run", "--", model).matchedPositionals().getFirst().<String>getValue())
        .isEqualTo(model);
  }

  @Test
  void aMissingModelFailsAsWithItsOption() {
    Shell shell = new Shell();
    Shell.Result result = shell.run("run", "no such.gguf", "Hi");

    assertThat(result.exitCode())
        .isEqualTo(shell.run("run", "-m", "no such.gguf", "Hi").exitCode())
        .isEqualTo(1);
    assertThat(result.err())
        .isEqualTo(
            "phi4: no such.gguf: found no such file; expected a GGUF file; put -- before a text"
                + " that ends in .gguf\n");
    assertThat(result.out()).isEmpty();
  }

  @Test
  void aCommandWithoutOtherArgumentsTakesAnyName() {
    assertThat(models(parsed("inspect", "--tensors", "blob"))).isEqualTo(Path.of("blob"));
    assertThat(models(parsed("serve", "--port", "0", "blob"))).isEqualTo(Path.of("blob"));
  }

  @Test
  void theModelIsGivenOnlyOnce() {
    assertThatExceptionOfType(ParameterException.class)
        .isThrownBy(() -> parsed("run", "-m", "other.gguf", model, "Hi"));
  }
}

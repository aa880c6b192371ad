package io.github.phi4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

  private final Shell shell = new Shell();

  @ParameterizedTest
  @ValueSource(strings = {"run", "chat", "inspect", "bench", "perplexity", "tokenize", "logits"})
  void everyCommandHasHelp(String command) {
    for (String option : new String[] {"--help", "-h"}) {
      Shell.Result result = shell.run(command, option);

      assertThat(result.exitCode()).isZero();
      assertThat(result.out()).startsWith("Usage: phi4 " + command + " [OPTIONS]");
      assertThat(result.out()).contains("-v, --verbose");
      assertThat(result.err()).isEmpty();
    }
    assertThat(shell.run("--help").out()).contains("\n  " + command + " ");
  }

  /** Picocli formats the texts of a help page, and warns on standard error if it can't. */
  @Test
  void helpPagesCanBeFormatted() {
    List<String> commands =
        shell
            .run("--help")
            .out()
            .lines()
            .filter(line -> line.matches("  [a-z]+ .*"))
            .map(line -> line.strip().split(" ", 2)[0])
            .toList();
    assertThat(commands).contains("bench", "run", "serve");

    PrintStream before = System.err;
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setErr(new PrintStream(err, true, UTF_8));
    try {
      commands.forEach(command -> shell.run(command, "--help"));
    } finally {
      System.setErr(before);
    }
    assertThat(err.toString(UTF_8)).isEmpty();
  }

  @Test
  void theVersionIsPrinted() {
    Shell.Result result = shell.run("--version");

    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).startsWith("phi4j ").contains("\nJava 2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "dance",
        "run",
        "run one two",
        "run -p= --temp 0.5",
        "run --nope hello",
        "run -n many hello",
        "run -n -2 hello",
        "run --temp -1 hello",
        "run --temp NaN hello",
        "run --top-p 2 hello",
        "run --min-tokens 5 -n 2 hello",
        "run --logit-bias 7 hello",
        "run --logit-bias 7+NaN hello",
        "run --logit-bias 99999999999+1 hello",
        "run -r= hello",
        "run -t 0 hello",
        "run -c -1 hello",
        "run -ctk q9_0 hello",
        "run --keep 4 hello",
        "run --context-shift --keep -2 hello",
        "run --chat-format phi5 hello",
        "run --raw --system be hello",
        "run -p hello hello",
        "inspect -m fake.gguf fake.gguf",
        "inspect -c -1 fake.gguf",
        "bench -p 0 -n 0",
        "bench -p -1",
        "bench -d -1",
        "bench -r 0",
        "bench -t 0",
        "bench -pg 1",
        "bench -pg 1,x",
        "bench -p 2000000000 -d 2000000000",
        "bench -o xml",
        "perplexity",
        "perplexity -f x --chunks 0",
        "perplexity -f x -c 2",
        "tokenize",
        "tokenize --jsonl hello",
        "logits",
        "logits -o x",
        "logits -o x --jsonl 1"
      })
  void wrongUsageIsToldInOneLineWithExitCodeTwo(String arguments) {
    Shell.Result result = shell.run(arguments.isEmpty() ? new String[0] : arguments.split(" ", -1));

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("phi4: ").endsWith(" --help)\n").hasLineCount(1);
    assertThat(shell.models.loadedFile).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "dance now, unknown command dance (see phi4 --help)",
    "cht, unknown command cht; did you mean chat? (see phi4 --help)",
    "servre, unknown command servre; did you mean serve? (see phi4 --help)",
    "run --tmep=1 hello, unknown option --tmep=1; did you mean --temp? (see phi4 run --help)",
    "run --jsn hello, unknown option --jsn; did you mean --json? (see phi4 run --help)",
    "run --nope 0.3 hello, unknown option --nope (see phi4 run --help)",
    "run What is it, unexpected argument is; put a text with blanks in quotes (see phi4 run --help)"
  })
  void onlyTheFirstWrongArgumentIsNamed(String arguments, String message) {
    assertThat(shell.run(arguments.split(" ", -1)).err()).isEqualTo("phi4: " + message + "\n");
  }

  @Test
  void anEmptyPromptIsNamed() {
    assertThat(shell.run("run", "").err())
        .isEqualTo("phi4: the prompt is empty; give a text to answer (see phi4 run --help)\n");
    assertThat(shell.input("\n").run("run", "-").err())
        .startsWith("phi4: standard input is empty; give a text to answer");
  }

  @Test
  void theContextLengthOfACommandIsInItsHelp() {
    assertThat(help("run")).contains("0 is the model's trained length. Default: 0.");
    assertThat(help("perplexity")).contains("0 is the model's trained length. Default: 512.");
  }

  private String help(String command) {
    return shell.run(command, "--help").out().replaceAll("\\s+", " ");
  }

  @Test
  void aLoadingFailureIsPrintedVerbatim() {
    Shell.Result result = shell.run("run", "-m", "broken.gguf", "hello");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .isEqualTo("phi4: broken.gguf at byte 4: found version 99; expected version 2 or 3\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-v run -m broken.gguf hello", "run --verbose -m broken.gguf hello"})
  void verboseShowsTheStackTrace(String arguments) {
    Shell.Result result = shell.run(arguments.split(" ", -1));

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("ModelException").contains("\tat ");
  }

  @Test
  void aFaultOfPhi4jIsAnInternalError() {
    shell.models.reply =
        prompt -> {
          throw new IndexOutOfBoundsException("Index 7");
        };
    Shell.Result result = shell.run("run", "hello");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo(
            "phi4: internal error: java.lang.IndexOutOfBoundsException: Index 7;"
                + " -v shows the stack trace\n");
    assertThat(shell.models.open).isZero();
  }

  @Test
  void outOfMemoryHasARemedy() {
    shell.models.reply =
        prompt -> {
          throw new OutOfMemoryError("Java heap space");
        };
    Shell.Result result = shell.run("run", "hello");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).startsWith("phi4: out of memory (Java heap space)").contains("-c");
  }

  @Test
  void aClosedPipeEndsTheProgramQuietly() {
    Shell.Result result = shell.output(failing("Broken pipe")).run("run", "hello");

    assertThat(result.exitCode()).isEqualTo(141);
    assertThat(result.err()).isEmpty();
    assertThat(shell.models.open).isZero();
  }

  @Test
  void anOutputThatCannotBeWrittenIsAFailure() {
    Shell.Result result = shell.output(failing("No space left on device")).run("run", "hello");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo("phi4: cannot write to standard output: No space left on device\n");
  }

  private static OutputStream failing(String message) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(message);
      }
    };
  }
}

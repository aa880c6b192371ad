package io.github.phi4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Timeout(300)
class InterruptTest {

  /** Runs the command line on a model that never stops talking. */
  static final class Endless {
    private Endless() {}

    public static void main(String[] arguments) {
      FakeModels models = new FakeModels();
      models.reply = prompt -> Stream.generate(() -> "word\n");
      Environment environment =
          new Environment(
              InputStream.nullInputStream(),
              new Output(new PrintStream(System.out, true, UTF_8)),
              System.err,
              false,
              models,
              Optional.of(FakeModels.FILE));
      System.exit(new Main(environment).execute(arguments));
    }
  }

  @Test
  @DisabledOnOs(
      value = OS.WINDOWS,
      disabledReason = "Windows terminates processes without a signal")
  void aSignalEndsTheAnswerCleanly() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Endless.class.getName(), "run", "talk"));
    Process process = new ProcessBuilder(command).start();
    try (InputStream out = process.getInputStream();
        InputStream err = process.getErrorStream()) {
      String begin = new String(out.readNBytes(50), UTF_8);
      process.toHandle().destroy(); // SIGTERM, which is handled like Ctrl-C
      String end = new String(out.readAllBytes(), UTF_8);

      assertThat(process.waitFor(30, SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(128 + 15);
      assertThat((begin + end).replace("word\n", "")).isEmpty();
      assertThat(new String(err.readAllBytes(), UTF_8)).isEmpty();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void withoutASignalNothingIsCancelled() {
    try (Interrupt interrupt =
        new Interrupt(() -> {
          throw new AssertionError("cancelled");
        })) {
      assertThat(interrupt.requested()).isFalse();
    }
  }
}

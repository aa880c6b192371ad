package io.github.phi4j.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a test's program in its own JVM, for faults that might crash it. */
public final class ForkedJvm {

  private static final int SECONDS = 300;

  private ForkedJvm() {}

  /**
   * Runs the {@code main} of a class with the class path of the tests, and returns its output. It
   * must end by itself, in time and with exit code 0.
   *
   * @param directory the folder for the report of a crash
   */
  public static String run(Class<?> program, Path directory, List<String> options, String... args) {
    Path output = directory.resolve("output.txt");
    try {
      Process process = start(program, directory, output, options, args);
      boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
      if (!ended) {
        process.destroyForcibly().waitFor();
      }
      String printed = Files.readString(output);
      assertThat(ended).as("ended within %d seconds; printed: %s", SECONDS, printed).isTrue();
      assertThat(process.exitValue()).as("exit code; printed: %s", printed).isZero();
      return printed;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Starts the {@code main} of a class with the class path of the tests.
   *
   * @param output the file for its output
   */
  public static Process start(
      Class<?> program, Path directory, Path output, List<String> options, String... args)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--add-modules", "jdk.incubator.vector", "-Xmx256m"));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(List.of(args));
    return new ProcessBuilder(command)
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }
}

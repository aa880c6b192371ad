package io.github.phi4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;

/** Runs commands in the test's JVM, on a fake model or on the trained tiny one. */
final class Shell {

  final FakeModels models = new FakeModels();
  private Models opened = models;
  private Path model = FakeModels.FILE;
  private byte[] input = {};
  private OutputStream output;

  /** The result of a command. */
  record Result(int exitCode, String out, String err) {}

  static Shell ofTinyModel() {
    Shell shell = new Shell();
    shell.opened = Models.files();
    shell.model = Path.of(System.getProperty("phi4j.models"), "phi4-tiny-Q8_0.gguf");
    return shell;
  }

  Shell input(String text) {
    return input(text.getBytes(UTF_8));
  }

  Shell input(byte[] bytes) {
    input = bytes;
    return this;
  }

  Shell output(OutputStream stream) {
    output = stream;
    return this;
  }

  Result run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Environment environment =
        new Environment(
            new ByteArrayInputStream(input),
            new Output(output == null ? out : output),
            new PrintStream(err, true, UTF_8),
            false,
            opened,
            Optional.of(model));
    int exitCode = new Main(environment).execute(arguments);
    return new Result(exitCode, out.toString(UTF_8), err.toString(UTF_8));
  }
}

package io.github.phi4j.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which model to load. */
final class ModelOption {

  @Option(
      names = {"-m", "--model"},
      paramLabel = "FILE",
      description =
          "GGUF file, or the first part of a split one. Default: the tiny model that comes with"
              + " phi4j.")
  private Path file;

  Path file(Environment environment) {
    return file != null ? file : fallback(environment);
  }

  static Path fallback(Environment environment) {
    return environment
        .defaultModel()
        .orElseThrow(() -> new UsageException("no model is named: give one with -m FILE"));
  }
}

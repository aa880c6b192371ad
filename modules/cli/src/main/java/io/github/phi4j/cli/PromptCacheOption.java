package io.github.phi4j.cli;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** A session stored in a file. */
final class PromptCacheOption {

  @Option(
      names = "--prompt-cache",
      paramLabel = "FILE",
      description =
          "Restore the session from this file, if it exists, and save it there at the end: a "
              + "prefix in common with the last prompt is not computed again.")
  private Path file;

  Session open(Generator generator) {
    return file != null && Files.exists(file) ? generator.restore(file) : generator.newSession();
  }

  void save(Session session) {
    if (file != null) {
      session.save(file);
    }
  }
}

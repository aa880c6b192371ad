package io.github.phi4j.cli;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** A session that outlives the command. */
final class PromptCacheOption {

  @Option(
      names = "--prompt-cache",
      paramLabel = "FILE",
      description =
          "Begin with the session of this file, if there is one, and write the session to it at the"
              + " end: what a prompt has in common with the last one is not computed again.")
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

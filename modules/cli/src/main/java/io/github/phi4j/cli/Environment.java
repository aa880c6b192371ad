package io.github.phi4j.cli;

import io.github.phi4j.api.Printable;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The environment of the commands.
 *
 * @param in standard input
 * @param out standard output
 * @param err standard error
 * @param interactive whether input and output are both a terminal
 * @param models loads models
 * @param defaultModel the model to use by default, if it exists
 */
record Environment(
    InputStream in,
    Output out,
    PrintStream err,
    boolean interactive,
    Models models,
    Optional<Path> defaultModel) {

  /** Prints a note to standard error. */
  void note(String message) {
    err.println("phi4: " + Printable.of(message));
    err.flush();
  }
}

package io.github.phi4j.cli;

import io.github.phi4j.api.Printable;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the commands work with.
 *
 * @param in standard input
 * @param out standard output
 * @param err standard error
 * @param interactive whether a person sits at both ends of input and output
 * @param models the door to models
 * @param defaultModel the model to use where none is named, if one is there
 */
record Environment(
    InputStream in,
    Output out,
    PrintStream err,
    boolean interactive,
    Models models,
    Optional<Path> defaultModel) {

  /** Tells the user something that is not part of the output. */
  void note(String message) {
    err.println("phi4: " + Printable.of(message));
    err.flush();
  }
}

package io.github.phi4j.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Messages from a file or a pipe, one per line; a trailing backslash continues a message. */
final class PipedInput implements ChatInput {

  private final InputStream in;
  private BufferedReader lines; // created lazily, since that already reads

  PipedInput(InputStream in) {
    this.in = in;
  }

  @Override
  public Optional<String> next() throws IOException {
    lines = lines == null ? TextFile.lines(in) : lines;
    String line = lines.readLine();
    if (line == null) {
      return Optional.empty();
    }
    StringBuilder message = new StringBuilder();
    while (line != null && line.endsWith("\\")) {
      message.append(line, 0, line.length() - 1).append('\n');
      line = lines.readLine();
    }
    return Optional.of(message.append(line == null ? "" : line).toString());
  }
}

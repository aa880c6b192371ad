package io.github.phi4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.Optional;

/** Messages from a file or a pipe: one a line; a backslash at its end goes on in the next line. */
final class PipedInput implements ChatInput {

  private final BufferedReader lines;

  PipedInput(InputStream in) {
    lines = new BufferedReader(new InputStreamReader(in, UTF_8));
  }

  @Override
  public Optional<String> next() throws IOException {
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

package io.github.phi4j.cli;

import java.io.IOException;
import java.util.Optional;

/** A source of the user's messages. */
interface ChatInput {

  /** Returns the next message, or empty at the end. */
  Optional<String> next() throws IOException;
}

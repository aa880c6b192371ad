package io.github.phi4j.cli;

import java.io.IOException;
import java.util.Optional;

/** Where the user's messages come from. */
interface ChatInput {

  /** The next message, or empty at the end. */
  Optional<String> next() throws IOException;
}

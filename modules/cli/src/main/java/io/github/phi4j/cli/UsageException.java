package io.github.phi4j.cli;

import java.util.function.Supplier;

/** The command line asks for something that makes no sense; the message says what. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }

  UsageException(IllegalArgumentException cause) {
    super(cause.getMessage(), cause);
  }

  /** Makes options of what the command line gives; a value that they refuse is wrong usage. */
  static <T> T check(Supplier<T> options) {
    try {
      return options.get();
    } catch (IllegalArgumentException e) {
      throw new UsageException(e);
    }
  }
}

package io.github.phi4j.cli;

import java.util.function.Supplier;

/** Thrown for wrong usage of the command line; the message has the reason. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }

  UsageException(IllegalArgumentException cause) {
    super(cause.getMessage(), cause);
  }

  /** Builds options; values that they refuse are wrong usage. */
  static <T> T check(Supplier<T> options) {
    try {
      return options.get();
    } catch (IllegalArgumentException e) {
      throw new UsageException(e);
    }
  }
}

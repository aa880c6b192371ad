package io.github.phi4j.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Describes file system exceptions that have only a path as message. */
final class Faults {

  private Faults() {}

  /** Returns why a file could not be used. */
  static String reason(IOException fault) {
    return switch (fault) {
      case NoSuchFileException _ -> "no such file or directory";
      case AccessDeniedException _ -> "access denied";
      case FileSystemException e when e.getReason() != null -> e.getReason();
      default -> String.valueOf(fault.getMessage());
    };
  }
}

package io.github.phi4j.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Says in words what the exceptions of the file system say with their class. */
final class Faults {

  private Faults() {}

  /** Why a file could not be used. */
  static String reason(IOException fault) {
    return switch (fault) {
      case NoSuchFileException _ -> "there is no such file or directory";
      case AccessDeniedException _ -> "access is denied";
      case FileSystemException e when e.getReason() != null -> e.getReason();
      default -> String.valueOf(fault.getMessage());
    };
  }
}

package io.github.phi4j.api;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if a file was modified or truncated while in use. Restore the file and load it again.
 *
 * @since 0.1.0
 */
public final class ModelChangedException extends ModelException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param file the file at fault
   * @param offset the byte offset of the first change
   * @param found the contents
   * @param expected the expectation, or the remedy
   * @param cause the exception behind it, or {@code null}
   */
  public ModelChangedException(
      Path file, long offset, String found, String expected, @Nullable Throwable cause) {
    super(file, offset, found, expected, cause);
  }
}

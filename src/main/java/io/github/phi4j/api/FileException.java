package io.github.phi4j.api;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if a file cannot be read or written: it is missing, access is denied, or the disk is full.
 * Invalid contents of a readable file are reported by a {@link ModelException}.
 *
 * @since 0.1.0
 */
public final class FileException extends Phi4Exception {

  private static final long serialVersionUID = 1L;

  private final transient @Nullable Path file;

  /** The fault. */
  private final String found;

  /** The expectation, or the remedy. */
  private final String expected;

  /**
   * Creates an exception.
   *
   * @param file the file
   * @param found the fault
   * @param expected the expectation, or the remedy
   * @param cause the exception behind it, or {@code null}
   */
  public FileException(Path file, String found, String expected, @Nullable Throwable cause) {
    super(
        Printable.of(Objects.requireNonNull(file, "file").toString())
            + ": found "
            + Printable.of(Objects.requireNonNull(found, "found"))
            + "; expected "
            + Printable.of(Objects.requireNonNull(expected, "expected")),
        cause);
    this.file = file;
    this.found = Printable.of(found);
    this.expected = Printable.of(expected);
  }

  /** {@return the path of the file, as given; {@code null} after deserialization} */
  public @Nullable Path file() {
    return file;
  }

  /** {@return the fault, a phrase} */
  public String found() {
    return found;
  }

  /** {@return the expectation, or the remedy; a phrase} */
  public String expected() {
    return expected;
  }
}

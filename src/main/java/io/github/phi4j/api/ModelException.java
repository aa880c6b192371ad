package io.github.phi4j.api;

import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if a model file, or a file derived from one, cannot be used: it is damaged, incomplete, or
 * not supported. The message has the file, the position, and the found and expected values; text
 * from the file is {@linkplain Printable escaped}.
 *
 * @since 0.1.0
 */
public class ModelException extends Phi4Exception {

  private static final long serialVersionUID = 1L;

  private final transient @Nullable Path file;

  /** The byte offset, or a negative number. */
  private final long offset;

  /** The contents found. */
  private final String found;

  /** The expectation, or the remedy. */
  private final String expected;

  /**
   * Creates an exception.
   *
   * @param file the file at fault
   * @param offset the byte offset of the fault in the file, or a negative number if it has none
   * @param found the contents found there
   * @param expected the expectation, or the remedy
   */
  public ModelException(Path file, long offset, String found, String expected) {
    this(file, offset, found, expected, null);
  }

  /**
   * Creates an exception with a cause.
   *
   * @param file the file at fault
   * @param offset the byte offset of the fault in the file, or a negative number if it has none
   * @param found the contents found there
   * @param expected the expectation, or the remedy
   * @param cause the exception behind it, or {@code null}
   */
  public ModelException(
      Path file, long offset, String found, String expected, @Nullable Throwable cause) {
    super(
        Printable.of(Objects.requireNonNull(file, "file").toString())
            + (offset < 0 ? "" : " at byte " + offset)
            + ": found "
            + Printable.of(Objects.requireNonNull(found, "found"))
            + "; expected "
            + Printable.of(Objects.requireNonNull(expected, "expected")),
        cause);
    this.file = file;
    this.offset = offset;
    this.found = Printable.of(found);
    this.expected = Printable.of(expected);
  }

  /** {@return the path of the file, as given; {@code null} after deserialization} */
  public final @Nullable Path file() {
    return file;
  }

  /** {@return the byte offset of the fault in the file, or empty if it has none} */
  public final OptionalLong offset() {
    return offset < 0 ? OptionalLong.empty() : OptionalLong.of(offset);
  }

  /** {@return the contents found there, a phrase} */
  public final String found() {
    return found;
  }

  /** {@return the expectation, or the remedy; a phrase} */
  public final String expected() {
    return expected;
  }
}

package io.github.phi4j.api;

import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A model file, or a file that goes with one, cannot be used: it is damaged, incomplete, or of a
 * kind that is not supported. The message names the file, the place, what was found and what was
 * expected; texts of the file in it are {@linkplain Printable printable}.
 *
 * @since 0.1.0
 */
public class ModelException extends Phi4Exception {

  private static final long serialVersionUID = 1L;

  private final transient @Nullable Path file;

  /** The byte offset, or a negative number. */
  private final long offset;

  /** What was found. */
  private final String found;

  /** The expectation, or the remedy. */
  private final String expected;

  /**
   * Creates an exception.
   *
   * @param file the file at fault
   * @param offset the byte offset of the fault in the file, or a negative number where there is no
   *     such place
   * @param found what was found there
   * @param expected the expectation, or the remedy
   */
  public ModelException(Path file, long offset, String found, String expected) {
    this(file, offset, found, expected, null);
  }

  /**
   * Creates an exception with a cause.
   *
   * @param file the file at fault
   * @param offset the byte offset of the fault in the file, or a negative number where there is no
   *     such place
   * @param found what was found there
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

  /** {@return the file at fault, as its path was given; {@code null} after deserialization} */
  public final @Nullable Path file() {
    return file;
  }

  /** {@return the byte offset of the fault in the file, or empty if it has no place} */
  public final OptionalLong offset() {
    return offset < 0 ? OptionalLong.empty() : OptionalLong.of(offset);
  }

  /** {@return what was found there, a phrase} */
  public final String found() {
    return found;
  }

  /** {@return the expectation, or the remedy; a phrase} */
  public final String expected() {
    return expected;
  }
}

package io.github.phi4j.api;

import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * A model file, or a file that goes with one, cannot be used: it is missing, damaged, or of a kind
 * that is not supported. The message names the file, the place, what was found and what was
 * expected; texts of the file in it are {@linkplain Printable printable}.
 */
public final class ModelException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient Path file;

  /** The byte offset, or a negative number. */
  private final long offset;

  /** What is there. */
  private final String found;

  /** What should be there. */
  private final String expected;

  /**
   * Creates an exception.
   *
   * @param file the file at fault
   * @param offset the byte offset of the fault in the file, or a negative number where there is no
   *     such place
   * @param found what is there
   * @param expected what should be there, or what to do about it
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
   * @param found what is there
   * @param expected what should be there, or what to do about it
   * @param cause what reported the fault, or {@code null}
   */
  public ModelException(Path file, long offset, String found, String expected, Throwable cause) {
    super(
        Printable.of(file.toString())
            + (offset < 0 ? "" : " at byte " + offset)
            + ": found "
            + Printable.of(found)
            + "; expected "
            + Printable.of(expected),
        cause);
    this.file = file;
    this.offset = offset;
    this.found = Printable.of(found);
    this.expected = Printable.of(expected);
  }

  /**
   * The file at fault.
   *
   * @return the path as it was given; {@code null} after deserialization
   */
  public Path file() {
    return file;
  }

  /**
   * Where in the file the fault is.
   *
   * @return the byte offset, empty where the fault has no place
   */
  public OptionalLong offset() {
    return offset < 0 ? OptionalLong.empty() : OptionalLong.of(offset);
  }

  /**
   * What is there.
   *
   * @return a phrase
   */
  public String found() {
    return found;
  }

  /**
   * What should be there, or what to do about it.
   *
   * @return a phrase
   */
  public String expected() {
    return expected;
  }
}

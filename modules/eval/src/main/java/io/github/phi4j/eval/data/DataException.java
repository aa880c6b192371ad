package io.github.phi4j.eval.data;

/** Data that cannot be read; the message names the file, the line, and what was expected. */
public final class DataException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message where, what was found, and what was expected
   */
  public DataException(String message) {
    super(message);
  }

  /**
   * Creates an exception.
   *
   * @param message where, what was found, and what was expected
   * @param cause what the reader said
   */
  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}

package io.github.phi4j.eval.data;

/** Thrown if data are invalid; the message names the file, the line, and the expected value. */
public final class DataException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message the position, the found and the expected value
   */
  public DataException(String message) {
    super(message);
  }

  /**
   * Creates an exception.
   *
   * @param message the position, the found and the expected value
   * @param cause the reader's exception
   */
  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}

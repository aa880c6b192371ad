package io.github.phi4j.api;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * Thrown if a {@link Grammar} is invalid: its syntax is wrong, it recurses without end, or it is
 * too large. The message has the position and quotes the line.
 *
 * @since 0.1.0
 */
public final class GrammarException extends Phi4Exception {

  private static final long serialVersionUID = 1L;

  /** Counted from 1, or 0. */
  private final int line;

  /** Counted from 1, or 0. */
  private final int column;

  /** The fault. */
  private final String reason;

  /** The location in a JSON Schema, or null. */
  private final String pointer;

  /**
   * Creates an exception for a fault without a position.
   *
   * @param reason the fault
   */
  public GrammarException(String reason) {
    super(Objects.requireNonNull(reason, "reason"), null);
    this.line = 0;
    this.column = 0;
    this.reason = reason;
    this.pointer = null;
  }

  /**
   * Creates an exception for a fault in a JSON Schema.
   *
   * @param pointer its location, a JSON pointer into the schema
   * @param reason the fault
   */
  public GrammarException(String pointer, String reason) {
    super("JSON Schema at #" + pointer + ": " + Objects.requireNonNull(reason, "reason"), null);
    this.line = 0;
    this.column = 0;
    this.reason = reason;
    this.pointer = Objects.requireNonNull(pointer, "pointer");
  }

  /**
   * Creates an exception.
   *
   * @param line the line, counted from 1
   * @param column the character in the line, counted from 1 in code points
   * @param reason the fault
   * @param shown the text around the fault, shown below the message
   */
  public GrammarException(int line, int column, String reason, String shown) {
    super(
        String.format(
            Locale.ROOT,
            "grammar, line %d, column %d: %s\n%s",
            line,
            column,
            Objects.requireNonNull(reason, "reason"),
            Objects.requireNonNull(shown, "shown")),
        null);
    this.line = line;
    this.column = column;
    this.reason = reason;
    this.pointer = null;
  }

  /**
   * Returns the line of the fault.
   *
   * @return a number from 1, or 0 if the fault has no position
   */
  public int line() {
    return line;
  }

  /**
   * Returns the column of the fault, in code points.
   *
   * @return a number from 1, or 0 if the fault has no position
   */
  public int column() {
    return column;
  }

  /**
   * Returns the location of the fault in a JSON Schema.
   *
   * @return a JSON pointer; empty for other faults
   */
  public Optional<String> pointer() {
    return Optional.ofNullable(pointer);
  }

  /**
   * Returns the fault, without its position.
   *
   * @return a sentence
   */
  public String reason() {
    return reason;
  }
}

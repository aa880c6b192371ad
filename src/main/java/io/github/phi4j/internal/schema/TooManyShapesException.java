package io.github.phi4j.internal.schema;

/** Thrown if alternatives or their complements combine in too many ways. */
final class TooManyShapesException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The JSON pointer of the innermost schema around them, or null. */
  final String pointer;

  private TooManyShapesException(String message, String pointer) {
    super(message);
    this.pointer = pointer;
  }

  TooManyShapesException(int most) {
    this("alternatives, or their complements, that combine in more than " + most + " ways", null);
  }

  /** Returns this exception with a location, unless it has one. */
  TooManyShapesException at(String place) {
    return pointer == null ? new TooManyShapesException(getMessage(), place) : this;
  }
}

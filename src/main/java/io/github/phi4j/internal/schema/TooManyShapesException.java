package io.github.phi4j.internal.schema;

/** Alternatives, and their opposites, combine in too many ways. */
final class TooManyShapesException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Where the innermost schema that they are in stands, if that is known. */
  final String pointer;

  private TooManyShapesException(String message, String pointer) {
    super(message);
    this.pointer = pointer;
  }

  TooManyShapesException(int most) {
    this("alternatives, or their opposites, that combine in more than " + most + " ways", null);
  }

  /** The same with a place, unless it has one. */
  TooManyShapesException at(String place) {
    return pointer == null ? new TooManyShapesException(getMessage(), place) : this;
  }
}

package io.github.phi4j.eval.synth;

/** Thrown by a step that drops its record. */
final class DroppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DroppedException(String message) {
    super(message);
  }
}

package io.github.phi4j.eval.synth;

/** A record that a step cannot go on with. */
final class DroppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DroppedException(String message) {
    super(message);
  }
}

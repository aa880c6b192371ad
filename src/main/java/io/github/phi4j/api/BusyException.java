package io.github.phi4j.api;

/**
 * Thrown if a generator has as many running and waiting calls as {@link LoadOptions#maxSequences()}
 * and {@link LoadOptions#maxWaiting()} allow. The call had no effect; try again later.
 *
 * @since 0.1.0
 */
public final class BusyException extends Phi4Exception {

  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message the condition and its remedy
   */
  public BusyException(String message) {
    super(message, null);
  }
}

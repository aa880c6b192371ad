package io.github.phi4j.hub;

import java.io.IOException;
import java.io.Serial;

/**
 * Thrown if a model cannot be found, downloaded or verified; the message has the remedy.
 *
 * @since 0.1.0
 */
public final class HubException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  HubException(String message) {
    super(message);
  }

  HubException(String message, Throwable cause) {
    super(message, cause);
  }
}

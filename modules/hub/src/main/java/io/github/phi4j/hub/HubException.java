package io.github.phi4j.hub;

import java.io.IOException;
import java.io.Serial;

/**
 * A model that cannot be found, downloaded or trusted; the message tells what to do.
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

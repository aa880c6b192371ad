package io.github.phi4j.server;

import io.github.phi4j.api.BusyException;
import io.github.phi4j.api.ClosedException;
import io.github.phi4j.api.ContextMemoryException;
import io.github.phi4j.api.GrammarException;
import io.github.phi4j.api.NoTokenLeftException;
import io.github.phi4j.api.PromptTooLongException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Converts a generation's exception to an error of the API. */
final class Failures {

  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private Failures() {}

  static ApiException translate(Throwable failure) {
    return switch (failure) {
      case ApiException e -> e;
      case GrammarException e ->
          ApiException.invalid("response_format", "invalid_grammar", message(e));
      case PromptTooLongException e ->
          ApiException.invalid(null, "context_length_exceeded", message(e));
      case NoTokenLeftException e -> ApiException.invalid(null, "no_token_left", message(e));
      case BusyException e -> ApiException.overloaded(message(e));
      case ContextMemoryException e -> ApiException.overloaded(message(e));
      case ClosedException e -> ApiException.overloaded(message(e));
      case IllegalArgumentException e when fromLibrary(e) ->
          ApiException.invalid(null, "invalid_value", message(e));
      default -> internal(failure);
    };
  }

  private static boolean fromLibrary(RuntimeException e) {
    StackTraceElement[] trace = e.getStackTrace();
    return e.getMessage() != null
        && trace.length > 0
        && trace[0].getClassName().startsWith("io.github.phi4j.");
  }

  private static ApiException internal(Throwable failure) {
    LOG.error("a request failed", failure);
    return ApiException.internal("The request failed inside the server; its log has details.");
  }

  private static String message(Exception e) {
    return String.valueOf(e.getMessage());
  }
}

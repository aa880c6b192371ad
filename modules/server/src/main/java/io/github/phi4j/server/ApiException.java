package io.github.phi4j.server;

import org.jspecify.annotations.Nullable;

/** A request that gets an error for an answer, in the words and fields of OpenAI's API. */
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String type;
  private final @Nullable String parameter;
  private final @Nullable String code;

  ApiException(
      int status, String type, @Nullable String parameter, @Nullable String code, String message) {
    super(message);
    this.status = status;
    this.type = type;
    this.parameter = parameter;
    this.code = code;
  }

  /** A field of the request that is wrong. */
  static ApiException invalid(@Nullable String parameter, String code, String message) {
    return new ApiException(400, "invalid_request_error", parameter, code, message);
  }

  /** A field that is known and cannot be honoured. */
  static ApiException unsupported(String parameter, String message) {
    return invalid(parameter, "unsupported_parameter", message);
  }

  /** A request that is wrong as a whole. */
  static ApiException refused(int status, String code, String message) {
    return new ApiException(status, "invalid_request_error", null, code, message);
  }

  /** A server that has no room for a request at the moment. */
  static ApiException overloaded(String message) {
    return new ApiException(503, "server_error", null, "server_overloaded", message);
  }

  /** A failure that is not the client's. */
  static ApiException internal(String message) {
    return new ApiException(500, "server_error", null, "internal_error", message);
  }

  int status() {
    return status;
  }

  String type() {
    return type;
  }

  @Nullable String parameter() {
    return parameter;
  }

  @Nullable String code() {
    return code;
  }
}

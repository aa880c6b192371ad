package io.github.phi4j.server;

import org.jspecify.annotations.Nullable;

/** An error answer in the format of OpenAI's API. */
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

  /** Returns an exception for an invalid field. */
  static ApiException invalid(@Nullable String parameter, String code, String message) {
    return new ApiException(400, "invalid_request_error", parameter, code, message);
  }

  /** Returns an exception for a known but unsupported field. */
  static ApiException unsupported(String parameter, String message) {
    return invalid(parameter, "unsupported_parameter", message);
  }

  /** Returns an exception for a request that is invalid as a whole. */
  static ApiException refused(int status, String code, String message) {
    return new ApiException(status, "invalid_request_error", null, code, message);
  }

  /** Returns an exception for an overloaded server. */
  static ApiException overloaded(String message) {
    return new ApiException(503, "server_error", null, "server_overloaded", message);
  }

  /** Returns an exception for an internal error. */
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

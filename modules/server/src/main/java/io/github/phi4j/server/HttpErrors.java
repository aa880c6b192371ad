package io.github.phi4j.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Answers requests that are refused before routing, such as malformed HTTP. */
final class HttpErrors extends ErrorHandler {

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    Object reason = request.getAttribute(ERROR_MESSAGE);
    response.write(
        true,
        ByteBuffer.wrap(error(response.getStatus(), reason == null ? "" : ": " + reason)),
        callback);
    return true;
  }

  private static byte[] error(int status, String reason) {
    String message = HttpStatus.getMessage(status) + reason;
    ApiException failure =
        status < 500
            ? ApiException.refused(status, "bad_request", message)
            : ApiException.internal(message);
    return Json.text(Json.error(failure)).getBytes(UTF_8);
  }
}

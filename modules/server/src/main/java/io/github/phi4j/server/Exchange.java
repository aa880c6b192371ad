package io.github.phi4j.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.thread.Scheduler;

/** A request and its answer, read and written by one thread, which may block. */
final class Exchange {

  private final Request request;
  private final Response response;
  private final Settings settings;
  private boolean ended;

  Exchange(Request request, Response response, Settings settings) {
    this.request = request;
    this.response = response;
    this.settings = settings;
  }

  String method() {
    return request.getMethod();
  }

  String path() {
    return Request.getPathInContext(request);
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(request.getHeaders().get(name));
  }

  void setHeader(String name, String value) {
    response.getHeaders().put(name, value);
  }

  /** Returns whether a part of the answer was sent, so that its status can no longer change. */
  boolean committed() {
    return response.isCommitted();
  }

  boolean ended() {
    return ended;
  }

  /**
   * Reads the whole body.
   *
   * @throws ApiException if it is too long, too slow, or malformed
   */
  byte[] body() {
    long limit = settings.maxBodyBytes();
    if (request.getLength() > limit) {
      throw tooLarge(limit);
    }
    Duration patience = settings.requestTime();
    Scheduler.Task guard =
        request
            .getComponents()
            .getScheduler()
            .schedule(
                () -> request.fail(new TimeoutException("the body timed out")),
                patience.toMillis(),
                TimeUnit.MILLISECONDS);
    try (InputStream in = Content.Source.asInputStream(request)) {
      byte[] body = in.readNBytes(Math.toIntExact(limit + 1));
      if (body.length > limit) {
        throw tooLarge(limit);
      }
      return body;
    } catch (IOException e) {
      setHeader("Connection", "close");
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof TimeoutException) {
          throw ApiException.refused(
              408,
              "request_timeout",
              "The body did not arrive within " + patience.toSeconds() + " seconds.");
        }
      }
      throw ApiException.refused(
          400, "invalid_body", "The body could not be read: " + e.getMessage());
    } finally {
      guard.cancel();
    }
  }

  private ApiException tooLarge(long limit) {
    setHeader("Connection", "close");
    return ApiException.refused(
        413, "request_too_large", "The body is longer than " + limit + " bytes.");
  }

  /** Answers with JSON. */
  void json(int status, JsonNode value) throws IOException {
    body(status, "application/json", Json.text(value).getBytes(StandardCharsets.UTF_8));
  }

  /** Answers with a body of any type. */
  void body(int status, String type, byte[] content) throws IOException {
    begin(status, type);
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, content.length);
    write(content, true);
  }

  /** Answers without a body. */
  void empty(int status) throws IOException {
    response.setStatus(status);
    write(new byte[0], true);
  }

  /** Starts a body that is written in pieces. */
  void begin(int status, String type) {
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
  }

  /**
   * Writes a piece of the body, and waits until it is sent.
   *
   * @throws IOException if the client is gone or stalled for too long
   */
  void write(byte[] piece, boolean last) throws IOException {
    try (Blocker.Callback callback = Blocker.callback()) {
      ended |= last;
      response.write(last, ByteBuffer.wrap(piece), callback);
      callback.block();
    }
  }
}

package io.github.phi4j.server;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Admits requests: checks origin, host and key, and finds the route. */
final class Gate extends Handler.Abstract {

  private static final Logger LOG = LoggerFactory.getLogger(Gate.class);

  private final Serving serving;
  private final Route.Table routes;
  private final Origins origins;
  private final ApiKeys keys;

  Gate(Serving serving, Route.Table routes) {
    this.serving = serving;
    this.routes = routes;
    this.origins = new Origins(serving.settings());
    this.keys = new ApiKeys(serving.settings().keyDigests());
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Exchange exchange = new Exchange(request, response, serving.settings());
    try {
      serve(exchange);
      callback.succeeded();
    } catch (ApiException e) {
      refuse(exchange, callback, e);
    } catch (IOException e) {
      LOG.debug("a client disconnected", e);
      callback.failed(e);
    } catch (RuntimeException | Error e) {
      ApiException failure = Failures.translate(e);
      refuse(exchange, callback, failure);
    }
    return true;
  }

  private void serve(Exchange exchange) throws IOException {
    exchange.setHeader("X-Content-Type-Options", "nosniff");
    exchange.setHeader("Vary", "Origin");
    origins.check(exchange);
    String path = exchange.path();
    Optional<Map<String, Route>> methods = routes.find(path);
    if (exchange.method().equals("OPTIONS")) {
      origins.preflight(exchange);
      return;
    }
    if (!routes.isOpen(path)) {
      keys.check(exchange);
    }
    if (methods.isEmpty()) {
      throw ApiException.refused(
          404, "unknown_url", "Unknown request URL: " + exchange.method() + " " + path + ".");
    }
    Route route = methods.get().get(exchange.method().equals("HEAD") ? "GET" : exchange.method());
    if (route == null) {
      exchange.setHeader("Allow", String.join(", ", new TreeSet<>(methods.get().keySet())));
      throw ApiException.refused(
          405,
          "method_not_allowed",
          "Not allowed to "
              + exchange.method()
              + " on "
              + path
              + "; use "
              + String.join(" or ", new TreeSet<>(methods.get().keySet()))
              + ".");
    }
    route.answer(exchange);
  }

  private static void refuse(Exchange exchange, Callback callback, ApiException failure) {
    try {
      if (exchange.committed()) {
        callback.failed(failure);
        return;
      }
      if (failure.status() == 503 || failure.status() == 429) {
        exchange.setHeader("Retry-After", "1");
      }
      // Ollama's clients expect only the message.
      exchange.json(
          failure.status(),
          exchange.path().startsWith("/api/")
              ? Json.object().put("error", failure.getMessage())
              : Json.error(failure));
      callback.succeeded();
    } catch (IOException e) {
      callback.failed(e);
    }
  }
}

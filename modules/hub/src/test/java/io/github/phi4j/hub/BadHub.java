package io.github.phi4j.hub;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A local hub that misbehaves on request. */
final class BadHub implements AutoCloseable {

  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  /** The answer to one request for a file. */
  @FunctionalInterface
  interface Behaviour {
    void answer(HttpExchange exchange, byte[] content) throws IOException;
  }

  /** A received request. */
  record Seen(String path, Optional<String> range, Optional<String> authorization) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, byte[]> files = new TreeMap<>();
  private final Deque<Behaviour> next = new ArrayDeque<>();
  final List<Seen> seen = Collections.synchronizedList(new ArrayList<>());
  String commit = COMMIT;
  String wrongSum;
  long claimedBytes = -1;
  private final Deque<Integer> listings = new ArrayDeque<>(); // statuses

  BadHub() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  BadHub file(String path, byte[] content) {
    files.put(path, content);
    return this;
  }

  /** Sets the answers to the next requests for files; later ones are answered normally. */
  BadHub then(Behaviour... behaviours) {
    synchronized (next) {
      next.addAll(List.of(behaviours));
    }
    return this;
  }

  /** Sets the statuses of the next answers that list branches or files, without a body. */
  BadHub listing(Integer... statuses) {
    synchronized (next) {
      listings.addAll(List.of(statuses));
    }
    return this;
  }

  /** Drops unused behaviours. */
  void forget() {
    synchronized (next) {
      next.clear();
    }
  }

  long downloads() {
    return seen.stream().filter(each -> each.path().contains("/resolve/")).count();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      seen.add(
          new Seen(
              path,
              Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range")),
              Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))));
      if (path.endsWith("/refs")) {
        json(
            exchange,
            "{\"branches\": [{\"name\": \"main\", \"targetCommit\": \"" + commit + "\"}]}");
      } else if (path.contains("/tree/")) {
        json(exchange, tree());
      } else {
        byte[] content = files.get(path.replaceFirst(".*/resolve/[^/]+/", ""));
        Behaviour behaviour;
        synchronized (next) {
          behaviour = next.isEmpty() ? BadHub::serve : next.poll();
        }
        if (content == null) {
          status(404).answer(exchange, new byte[0]);
        } else {
          behaviour.answer(exchange, content);
        }
      }
    }
  }

  private String tree() {
    List<String> entries = new ArrayList<>();
    entries.add("{\"type\": \"file\", \"path\": \"README.md\", \"size\": 12, \"oid\": \"abc\"}");
    files.forEach((path, content) -> {
      var digest = Checksums.sha256();
      digest.update(content);
      String sum = wrongSum == null ? Checksums.hex(digest) : wrongSum;
      entries.add(
          String.format(
              Locale.ROOT,
              "{\"type\": \"file\", \"path\": \"%s\", \"size\": %d, \"lfs\": {\"oid\": \"%s\","
                  + " \"size\": %d}}",
              path,
              content.length,
              sum,
              claimedBytes < 0 ? content.length : claimedBytes));
    });
    return "[" + String.join(",", entries) + "]";
  }

  private void json(HttpExchange exchange, String text) throws IOException {
    byte[] body = text.getBytes(UTF_8);
    Integer status;
    synchronized (next) {
      status = listings.poll();
    }
    if (status != null) {
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
  }

  /** The normal behaviour: sends the whole file or the requested rest. */
  static void serve(HttpExchange exchange, byte[] content) throws IOException {
    int from = from(exchange);
    if (from >= content.length && from > 0) {
      exchange.sendResponseHeaders(416, -1);
      return;
    }
    if (from > 0) {
      range(exchange, from, content.length - 1, content.length);
    }
    send(exchange, from > 0 ? 206 : 200, content, from, content.length);
  }

  static int from(HttpExchange exchange) {
    String range = exchange.getRequestHeaders().getFirst("Range");
    return range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
  }

  private static void range(HttpExchange exchange, int from, int to, int total) {
    exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-" + to + "/" + total);
  }

  private static void send(HttpExchange exchange, int status, byte[] content, int from, int to)
      throws IOException {
    exchange.sendResponseHeaders(status, to - from);
    exchange.getResponseBody().write(content, from, to - from);
  }

  /** Closes the connection after some of the promised bytes. */
  static Behaviour cut(int bytes) {
    return (exchange, content) -> {
      int from = from(exchange);
      if (from > 0) {
        range(exchange, from, content.length - 1, content.length);
      }
      exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
      exchange.getResponseBody().write(content, from, Math.min(bytes, content.length - from));
      exchange.getResponseBody().flush();
      // An incomplete body makes the JDK's server reset the connection.
    };
  }

  /** Sends the whole file, even if a range was requested. */
  static Behaviour ignoresRange() {
    return (exchange, content) -> send(exchange, 200, content, 0, content.length);
  }

  /** Sends another range than the requested one, and says so. */
  static Behaviour liesInContentRange() {
    return (exchange, content) -> {
      range(exchange, 1, content.length - 1, content.length);
      send(exchange, 206, content, 1, content.length);
    };
  }

  /** Sends the requested bytes in small pieces, within a tenth of a second. */
  static Behaviour slow() {
    return (exchange, content) -> {
      int from = from(exchange);
      if (from > 0) {
        range(exchange, from, content.length - 1, content.length);
      }
      exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
      int piece = content.length / 20;
      for (int at = from; at < content.length; at += piece) {
        exchange.getResponseBody().write(content, at, Math.min(piece, content.length - at));
        exchange.getResponseBody().flush();
        try {
          Thread.sleep(5);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    };
  }

  static Behaviour wrongBytes() {
    return (exchange, content) -> {
      byte[] wrong = content.clone();
      wrong[wrong.length / 2] ^= 1;
      serve(exchange, wrong);
    };
  }

  /** Sends the rest of another version of the file, under another ETag. */
  static Behaviour changed() {
    return (exchange, content) -> {
      byte[] other = content.clone();
      Arrays.fill(other, (byte) 7);
      exchange.getResponseHeaders().set("ETag", "\"another\"");
      serve(exchange, other);
    };
  }

  static Behaviour tooMuch() {
    return (exchange, content) -> {
      byte[] more = Arrays.copyOf(content, content.length + 1000);
      send(exchange, 200, more, 0, more.length);
    };
  }

  static Behaviour status(int status) {
    return (exchange, _) -> exchange.sendResponseHeaders(status, -1);
  }

  static Behaviour busy(int status) {
    return (exchange, _) -> {
      exchange.getResponseHeaders().set("Retry-After", "1");
      exchange.sendResponseHeaders(status, -1);
    };
  }

  static Behaviour redirect(String to) {
    return (exchange, _) -> {
      exchange.getResponseHeaders().set("Location", to);
      exchange.sendResponseHeaders(302, -1);
    };
  }

  /** Sends some bytes, then nothing, and keeps the connection open. */
  static Behaviour stall(int bytes) {
    return (exchange, content) -> {
      exchange.sendResponseHeaders(200, content.length);
      OutputStream out = exchange.getResponseBody();
      out.write(content, 0, bytes);
      out.flush();
      try {
        Thread.sleep(60_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}

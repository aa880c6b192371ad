package io.github.phi4j.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients that violate HTTP, send too slowly, or disconnect. */
final class HttpAbuseTest {

  private static final String LONG =
      "{'messages': [{'role': 'user', 'content': 'Tell me a story.'}], 'stream': true,"
          + " 'ignore_eos': true, 'max_tokens': 100000}";
  private static final String SHORT =
      "{'messages': [{'role': 'user', 'content': 'Hi'}], 'max_tokens': 1}";

  private static TestServer server;

  @BeforeAll
  static void start() {
    server =
        TestServer.start(settings ->
            settings
                .requestTime(Duration.ofSeconds(2))
                .stallTime(Duration.ofSeconds(3))
                .heartbeat(Duration.ofMillis(100))
                .maxBodyBytes(100_000));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String post(String headers) {
    return "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n" + headers;
  }

  private static String get(String rest) {
    return "GET /health HTTP/1.1\r\n" + rest;
  }

  static List<Arguments> tricks() {
    String smuggled = "0\r\n\r\nGET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
    return List.of(
        Arguments.of(
            "both lengths",
            post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled),
            400),
        Arguments.of(
            "both lengths, the other way",
            post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n" + smuggled),
            400),
        Arguments.of(
            "two lengths", post("Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde"), 400),
        Arguments.of("a list of lengths", post("Content-Length: 4, 5\r\n\r\nabcde"), 400),
        Arguments.of("a signed length", post("Content-Length: +4\r\n\r\nabcd"), 400),
        Arguments.of("a negative length", post("Content-Length: -1\r\n\r\n"), 400),
        Arguments.of("a huge length", post("Content-Length: 99999999999999999999\r\n\r\n"), 400),
        Arguments.of(
            "an unknown coding", post("Transfer-Encoding: xchunked\r\n\r\n" + smuggled), 400),
        Arguments.of(
            "chunked not last",
            post("Transfer-Encoding: chunked, identity\r\n\r\n" + smuggled),
            400),
        Arguments.of("a blank before the colon", post("Content-Length : 4\r\n\r\nabcd"), 400),
        Arguments.of("a folded header", post("X: a\r\n b\r\nContent-Length: 0\r\n\r\n"), 400),
        Arguments.of(
            "a chunk of no size",
            post("Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n"),
            400),
        Arguments.of(
            "a chunk of too large a size",
            post("Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nab\r\n0\r\n\r\n"),
            400),
        Arguments.of("no host", get("\r\n"), 400),
        Arguments.of("two hosts", get("Host: localhost\r\nHost: evil.example\r\n\r\n"), 400),
        Arguments.of("a NUL", get("Host: localhost\r\nX: a\0b\r\n\r\n"), 400),
        Arguments.of("a bare CR", get("Host: localhost\r\nX: a\rb\r\n\r\n"), 400),
        Arguments.of(
            "long headers", get("Host: localhost\r\nX: " + "a".repeat(100_000) + "\r\n\r\n"), 431),
        Arguments.of(
            "many headers", get("Host: localhost\r\n" + "X: a\r\n".repeat(5000) + "\r\n"), 431),
        Arguments.of(
            "a path upwards", "GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        Arguments.of(
            "an encoded path upwards",
            "GET /vendor/%2e%2e/%2e%2e/Phi4Server.class HTTP/1.1\r\nHost: localhost\r\n\r\n",
            400),
        Arguments.of("garbage", "\u0016\u0003\u0001\u0002\r\n\r\n", 400),
        Arguments.of("another version", "GET /health HTTP/3.7\r\nHost: localhost\r\n\r\n", 505),
        Arguments.of("too long a body", post("Content-Length: 100001\r\n\r\n"), 413),
        Arguments.of(
            "too long a chunked body",
            post(
                "Transfer-Encoding: chunked\r\n\r\n1ffff\r\n"
                    + "a".repeat(0x1ffff)
                    + "\r\n0\r\n\r\n"),
            413));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("tricks")
  void malformedHttpIsRefused(String name, String request, int expected) throws IOException {
    String response = server.raw(request);

    assertThat(response).as(name).startsWith("HTTP/1.1 " + expected);
    assertThat(response).doesNotContain("HTTP/1.1 200").doesNotContain("\tat ");
    // The connection is closed: later bytes are not read as a request.
    assertThat(response).doesNotEndWith("[silence]");
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws IOException {
    String response =
        server.raw(
            get("Host: localhost\r\n\r\n")
                + TestServer.wire("/v1/chat/completions", SHORT)
                + "GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

    assertThat(response.split("HTTP/1.1 ", -1)).hasSize(4);
    assertThat(response.replaceAll("(?s)HTTP/1.1 (\\d+).*?(?=HTTP/1.1|$)", "$1 "))
        .isEqualTo("200 200 404 ");
  }

  @Test
  void aHalfClosedConnectionGetsItsAnswer() throws IOException {
    try (Socket socket = server.connect()) {
      socket
          .getOutputStream()
          .write(TestServer.wire("/v1/chat/completions", SHORT).getBytes(US_ASCII));
      socket.shutdownOutput();

      assertThat(TestServer.read(socket)).startsWith("HTTP/1.1 200").contains("chat.completion");
    }
  }

  @Test
  void slowHeadersAndSlowBodiesAreCutOff() throws Exception {
    List<Socket> slow = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Socket socket = server.connect();
      String begin =
          i % 2 == 0 ? "GET /health HTTP/1.1\r\nX: " : post("Content-Length: 90000\r\n\r\n{");
      socket.getOutputStream().write(begin.getBytes(US_ASCII));
      slow.add(socket);
    }
    Thread drip =
        Thread.ofVirtual()
            .start(() -> {
              while (!Thread.currentThread().isInterrupted()) {
                for (Socket socket : slow) {
                  try {
                    socket.getOutputStream().write('a');
                  } catch (IOException e) {
                    // cut off
                  }
                }
                try {
                  Thread.sleep(100);
                } catch (InterruptedException e) {
                  return;
                }
              }
            });
    try {
      assertThat(server.get("/health").status()).isEqualTo(200);
      for (Socket socket : slow) {
        assertThat(TestServer.read(socket)).doesNotEndWith("[silence]");
      }
    } finally {
      drip.interrupt();
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void idleConnectionsDisturbNobody() throws IOException {
    List<Socket> idle = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      idle.add(server.connect());
    }
    assertThat(server.get("/health").status()).isEqualTo(200);
    assertThat(server.post("/v1/chat/completions", SHORT).status()).isEqualTo(200);
    for (Socket socket : idle) {
      socket.close();
    }
  }

  @Test
  void theGenerationOfADisconnectedClientEnds() throws Exception {
    try (Socket socket = server.connect()) {
      socket
          .getOutputStream()
          .write(TestServer.wire("/v1/chat/completions", LONG).getBytes(US_ASCII));
      readSome(socket.getInputStream());
      assertThat(active()).isEqualTo(1);
      socket.setSoLinger(true, 0);
    }
    await(() -> active() == 0);
  }

  @Test
  void theGenerationOfAStalledClientEndsWithoutDelayingOthers() throws Exception {
    try (Socket socket = new Socket()) {
      socket.setReceiveBufferSize(2048);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.server.port()));
      // Each piece is long, to fill the buffers in between soon.
      String request =
          LONG.replace("'stream': true", "'stream': true, 'logprobs': true, 'top_logprobs': 20");
      socket
          .getOutputStream()
          .write(TestServer.wire("/v1/chat/completions", request).getBytes(US_ASCII));

      assertThat(server.post("/v1/chat/completions", SHORT).status()).isEqualTo(200);
      await(() -> active() == 0);
    }
  }

  private static void readSome(InputStream in) throws IOException {
    assertThat(in.readNBytes(300)).hasSize(300);
  }

  private static int active() {
    return server
        .get("/metrics")
        .http()
        .body()
        .lines()
        .filter(line -> line.startsWith("phi4j_server_requests_active"))
        .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .findFirst()
        .orElseThrow();
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < 600 && !condition.getAsBoolean(); i++) {
      Thread.sleep(50);
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }
}

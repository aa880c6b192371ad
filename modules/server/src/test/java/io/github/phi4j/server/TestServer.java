package io.github.phi4j.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.phi4j.Phi4;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A server with the tiny model on a free port, and a client. */
final class TestServer implements AutoCloseable {

  static final ObjectMapper JSON = new ObjectMapper();

  /** An answer and its parts. */
  record Answer(int status, JsonNode body, HttpResponse<String> http) {

    String header(String name) {
      return http.headers().firstValue(name).orElse("");
    }

    String errorCode() {
      return body.path("error").path("code").asText();
    }
  }

  final Generator generator;
  final Phi4Server server;
  final HttpClient client = HttpClient.newHttpClient();

  private TestServer(Generator generator, Phi4Server server) {
    this.generator = generator;
    this.server = server;
  }

  static TestServer start() {
    return start(UnaryOperator.identity());
  }

  static TestServer start(UnaryOperator<Phi4Server.Builder> settings) {
    return start(
        Phi4.load(
            Path.of(System.getProperty("phi4j.models"), "phi4-tiny-Q8_0.gguf"),
            LoadOptions.builder().threads(2).build()),
        settings);
  }

  static TestServer start(Generator generator, UnaryOperator<Phi4Server.Builder> settings) {
    Phi4Server.Builder builder =
        Phi4Server.builder(generator)
            .port(0)
            .modelNames("phi-4", "phi4-tiny")
            .drain(Duration.ofSeconds(5))
            // Greedy, so that answers can be compared.
            .defaults(GenerationOptions.defaults());
    try {
      return new TestServer(generator, settings.apply(builder).start());
    } catch (IOException e) {
      generator.close();
      throw new UncheckedIOException(e);
    }
  }

  URI uri(String path) {
    return server.uri().resolve(path);
  }

  Answer send(HttpRequest request) {
    try {
      HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
      String text = response.body();
      boolean json = response.headers().firstValue("Content-Type").orElse("").contains("json");
      return new Answer(
          response.statusCode(), json ? JSON.readTree(text) : JSON.nullNode(), response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  Answer get(String path) {
    return send(HttpRequest.newBuilder(uri(path)).build());
  }

  /** Posts JSON, in which apostrophes may stand for quotation marks. */
  Answer post(String path, String json) {
    return postRaw(path, json.replace('\'', '"'));
  }

  Answer postRaw(String path, String body) {
    return send(
        HttpRequest.newBuilder(uri(path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  /** Returns the events of a stream, which must end like OpenAI's. */
  List<JsonNode> events(String path, String json) throws IOException {
    Answer answer = post(path, json);
    assertThat(answer.status()).as(answer.http().body()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).startsWith("text/event-stream");
    List<JsonNode> events = new ArrayList<>();
    boolean done = false;
    for (String event : answer.http().body().split("\n\n", -1)) {
      if (event.startsWith(":") || event.isEmpty()) {
        continue;
      }
      assertThat(event).startsWith("data: ");
      assertThat(done).isFalse();
      String data = event.substring(6);
      if (data.equals("[DONE]")) {
        done = true;
      } else {
        events.add(JSON.readTree(data));
      }
    }
    assertThat(done).isTrue();
    return events;
  }

  Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout(20_000);
    return socket;
  }

  /**
   * Sends raw bytes, and returns the response until the server closes the connection or is silent.
   */
  String raw(String request) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      return read(socket);
    }
  }

  static String read(Socket socket) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      socket.getInputStream().transferTo(bytes);
    } catch (SocketTimeoutException e) {
      bytes.writeBytes("[silence]".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      bytes.writeBytes("[reset]".getBytes(StandardCharsets.US_ASCII));
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** A request without a body, in wire format. */
  static String head(String... lines) {
    return String.join("\r\n", lines) + "\r\n\r\n";
  }

  /** A request with a body, in wire format. */
  static String wire(String path, String json, String... headers) {
    byte[] body = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return "POST "
        + path
        + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        + "Content-Length: "
        + body.length
        + "\r\n"
        + String.join("", List.of(headers).stream().map(each -> each + "\r\n").toList())
        + "\r\n"
        + new String(body, StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() {
    client.shutdownNow();
    server.close();
    generator.close();
  }
}

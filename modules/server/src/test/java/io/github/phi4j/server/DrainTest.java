package io.github.phi4j.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class DrainTest {

  private static String ask(int tokens) {
    return "{'messages': [{'role': 'user', 'content': 'Tell me a story.'}], 'stream': true,"
        + " 'ignore_eos': true, 'max_tokens': "
        + tokens
        + "}";
  }

  @Test
  void runningAnswersAreFinished() throws Exception {
    try (TestServer server = TestServer.start(settings -> settings.drain(Duration.ofMinutes(2)))) {
      try (Socket socket = server.connect()) {
        socket.setSoTimeout(100_000);
        socket
            .getOutputStream()
            .write(
                TestServer.wire("/v1/chat/completions", ask(300), "Connection: close")
                    .getBytes(US_ASCII));
        assertThat(socket.getInputStream().read()).isEqualTo('H');

        CompletableFuture<Void> closing = CompletableFuture.runAsync(server.server::close);

        assertThat(TestServer.read(socket)).contains("data: [DONE]");
        closing.join();
      }
    }
  }

  @Test
  void whatTakesTooLongIsCutAndSaidSo() throws IOException {
    try (TestServer server = TestServer.start(settings -> settings.drain(Duration.ZERO))) {
      try (Socket socket = server.connect()) {
        socket
            .getOutputStream()
            .write(TestServer.wire("/v1/chat/completions", ask(1_000_000)).getBytes(US_ASCII));
        assertThat(socket.getInputStream().read()).isEqualTo('H');

        server.server.close();

        assertThat(TestServer.read(socket)).contains("shutting down").doesNotContain("[DONE]");
      }
    }
  }

  @Test
  void beyondItsLimitTheServerSaysWhenToComeAgain() throws Exception {
    try (TestServer server =
        TestServer.start(settings -> settings.maxRequests(2).drain(Duration.ZERO))) {
      List<Socket> busy = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        Socket socket = server.connect();
        socket
            .getOutputStream()
            .write(TestServer.wire("/v1/chat/completions", ask(1_000_000)).getBytes(US_ASCII));
        assertThat(socket.getInputStream().read()).isEqualTo('H');
        busy.add(socket);
      }

      TestServer.Answer answer =
          server.post("/v1/chat/completions", ask(1).replace("'stream': true, ", ""));

      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.header("Retry-After")).matches("\\d+");
      assertThat(answer.errorCode()).isEqualTo("server_overloaded");
      for (Socket socket : busy) {
        socket.close();
      }
    }
  }

  @Test
  void aPortThatIsTakenIsSaidSo() {
    try (TestServer server = TestServer.start()) {
      assertThatThrownBy(
              () -> Phi4Server.builder(server.generator).port(server.server.port()).start())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot listen on 127.0.0.1:" + server.server.port())
          .hasMessageContaining("in use");
    }
  }

  @Test
  void aLongPrefillIsBridgedByHeartbeats() throws Exception {
    try (TestServer server =
        TestServer.start(settings -> settings.heartbeat(Duration.ofMillis(1)))) {
      String words = "one two three ".repeat(300);
      String request =
          "{'messages': [{'role': 'user', 'content': '" + words + "'}], 'max_tokens': 1";

      String whole =
          server
              .client
              .send(
                  HttpRequest.newBuilder(server.uri("/v1/chat/completions"))
                      .POST(HttpRequest.BodyPublishers.ofString((request + "}").replace('\'', '"')))
                      .build(),
                  BodyHandlers.ofString())
              .body();
      String stream =
          server
              .post(
                  "/v1/chat/completions",
                  // Another prompt, of which no prefix is cached.
                  request.replace("one two", "two one") + ", 'stream': true}")
              .http()
              .body();

      assertThat(whole).startsWith(" ");
      assertThat(TestServer.JSON.readTree(whole).path("object").asText())
          .isEqualTo("chat.completion");
      assertThat(stream).startsWith(": waiting\n\n").endsWith("data: [DONE]\n\n");
    }
  }
}

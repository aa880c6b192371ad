package io.github.phi4j.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.TokenSampler;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
  void slowAnswersAreTruncatedWithAnError() throws IOException {
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
  void beyondItsLimitTheServerSendsRetryAfter() throws Exception {
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
  void aPortInUseIsReported() {
    try (TestServer server = TestServer.start()) {
      assertThatThrownBy(
              () -> Phi4Server.builder(server.generator).port(server.server.port()).start())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot listen on 127.0.0.1:" + server.server.port())
          .hasMessageContaining("in use");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void untilTheFirstTokenThereAreHeartbeats(boolean stream) throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    TokenSampler waiting = _ -> await(seen);
    GenerationOptions slow =
        GenerationOptions.builder().sampling(Sampling.builder().samplers(waiting).build()).build();
    try (TestServer server =
        TestServer.start(settings -> settings.heartbeat(Duration.ofMillis(1)).defaults(slow))) {
      HttpRequest request =
          HttpRequest.newBuilder(server.uri("/v1/chat/completions"))
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      ask(1).replace("true, 'ignore", stream + ", 'ignore").replace('\'', '"')))
              .build();
      InputStream body = server.client.send(request, BodyHandlers.ofInputStream()).body();
      int first = body.read();
      seen.countDown();
      String rest = new String(body.readAllBytes(), UTF_8);

      if (stream) {
        assertThat((char) first + rest).startsWith(": waiting\n\n").endsWith("data: [DONE]\n\n");
      } else {
        assertThat((char) first).isEqualTo(' ');
        assertThat(TestServer.JSON.readTree(rest).path("object").asText())
            .isEqualTo("chat.completion");
      }
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

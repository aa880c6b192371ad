package io.github.phi4j.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Sampling;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Concurrent clients, a third of which disconnect during their answers: {@code -Dphi4j.load=ROUNDS}
 * repeats it with 64.
 */
final class LoadTest {

  private static final int ROUNDS = Integer.getInteger("phi4j.load", 1);
  private static final int CLIENTS = ROUNDS > 1 ? 64 : 12;
  private static final int TOKENS = 24;

  private static String request(int client, boolean stream) {
    return "{'messages': [{'role': 'user', 'content': 'Tell me story "
        + client % 8
        + ".'}], 'temperature': 0.9, 'seed': "
        + client
        + ", 'max_tokens': "
        + TOKENS
        + ", 'ignore_eos': true, 'stream': "
        + stream
        + "}";
  }

  private static String expected(TestServer server, int client) {
    return server
        .generator
        .generate(
            Prompt.chat(Message.user("Tell me story " + client % 8 + ".")),
            GenerationOptions.builder()
                .maxTokens(TOKENS)
                .ignoreModelStop(true)
                .sampling(Sampling.builder().temperature(0.9f).seed(client).build())
                .build())
        .text();
  }

  /** Returns the text of an answer, or nothing if the client disconnects. */
  private static String client(TestServer server, int client) throws IOException {
    return switch (client % 3) {
      case 0 -> {
        try (Socket socket = server.connect()) {
          String request =
              request(client, true).replace("'max_tokens': " + TOKENS, "'max_tokens': 1900");
          socket
              .getOutputStream()
              .write(TestServer.wire("/v1/chat/completions", request).getBytes(US_ASCII));
          assertThat(socket.getInputStream().readNBytes(200)).isNotEmpty();
          if (client % 2 == 0) {
            socket.setSoLinger(true, 0); // a reset rather than an end
          }
        }
        yield "";
      }
      case 1 ->
          server
              .post("/v1/chat/completions", request(client, false))
              .body()
              .at("/choices/0/message/content")
              .asText();
      default -> {
        List<JsonNode> events = server.events("/v1/chat/completions", request(client, true));
        yield events.stream()
            .map(event -> event.at("/choices/0/delta/content").asText(""))
            .collect(Collectors.joining());
      }
    };
  }

  @Test
  void remainingClientsGetTheTextOfASingleCallAndNothingLeaks() throws Exception {
    try (TestServer server = TestServer.start();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        expected.add(i % 3 == 0 ? "" : expected(server, i));
      }
      long memoryBefore = 0;
      for (int round = 0; round < ROUNDS; round++) {
        List<Callable<String>> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
          int client = i;
          clients.add(() -> client(server, client));
        }
        List<String> texts = new ArrayList<>();
        for (Future<String> each : threads.invokeAll(clients)) {
          texts.add(each.get());
        }
        assertThat(texts).isEqualTo(expected);
        awaitIdle(server);
        if (round == 0) {
          memoryBefore = used();
        }
      }
      if (ROUNDS > 1) {
        assertThat(used()).isLessThan(memoryBefore + (16 << 20));
      }
    }
  }

  private static void awaitIdle(TestServer server) throws InterruptedException {
    for (int i = 0; i < 1200; i++) {
      if (server
          .get("/metrics")
          .http()
          .body()
          .lines()
          .anyMatch(
              line -> line.startsWith("phi4j_server_requests_active") && line.endsWith(" 0.0"))) {
        return;
      }
      Thread.sleep(50);
    }
    throw new AssertionError("generations go on after their clients left");
  }

  private static long used() {
    System.gc();
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}

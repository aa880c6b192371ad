package io.github.phi4j.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * What HTTP costs, measured in turns so that both sides have the same machine: {@code
 * -Dphi4j.throughput=ROUNDS}. Prints ratios and asserts nothing about time.
 */
@EnabledIfSystemProperty(named = "phi4j.throughput", matches = "\\d+")
final class ThroughputTest {

  private static final int STREAMS = 8;
  private static final int TOKENS = 200;
  private static final Prompt PROMPT = Prompt.chat(Message.user("Tell me a story."));
  private static final GenerationOptions OPTIONS =
      GenerationOptions.builder().maxTokens(TOKENS).ignoreModelStop(true).build();

  private static String request(int tokens) {
    return ("{'messages': [{'role': 'user', 'content': 'Tell me a story.'}], 'stream': true,"
            + " 'ignore_eos': true, 'max_tokens': "
            + tokens
            + "}")
        .replace('\'', '"');
  }

  @Test
  void streamsOverHttpAreAsFastAsCalls() throws Exception {
    int rounds = Integer.getInteger("phi4j.throughput");
    try (TestServer server = TestServer.start();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Long> direct = () -> direct(server, OPTIONS);
      Callable<Long> http = () -> http(server, TOKENS);
      double[] ratios = new double[rounds];
      double[] first = new double[rounds];
      for (int i = -1; i < rounds; i++) {
        double calls = seconds(threads, direct);
        double streams = seconds(threads, http);
        long firstDirect = 0;
        long firstHttp = 0;
        for (int j = 0; j < 20; j++) {
          firstDirect += direct(server, OPTIONS.toBuilder().maxTokens(1).build());
          firstHttp += http(server, 1);
        }
        if (i >= 0) { // the first round warms up
          ratios[i] = streams / calls;
          first[i] = (firstHttp - firstDirect) / 20e6;
        }
      }
      Arrays.sort(ratios);
      Arrays.sort(first);
      System.out.printf(
          Locale.ROOT,
          "time of %d streams over HTTP / of %d calls: median %.3f (%.3f to %.3f)%n",
          STREAMS,
          STREAMS,
          ratios[rounds / 2],
          ratios[0],
          ratios[rounds - 1]);
      System.out.printf(
          Locale.ROOT,
          "first token over HTTP: %.2f ms later (%.2f to %.2f)%n",
          first[rounds / 2],
          first[0],
          first[rounds - 1]);
    }
  }

  private static double seconds(ExecutorService threads, Callable<Long> stream) throws Exception {
    List<Callable<Long>> streams = new ArrayList<>();
    for (int i = 0; i < STREAMS; i++) {
      streams.add(stream);
    }
    long start = System.nanoTime();
    for (Future<Long> each : threads.invokeAll(streams)) {
      assertThat(each.get()).isPositive();
    }
    return (System.nanoTime() - start) / 1e9;
  }

  /** Returns the nanoseconds to the first piece of text. */
  private static long direct(TestServer server, GenerationOptions options) {
    long start = System.nanoTime();
    AtomicLong first = new AtomicLong();
    server.generator.generate(
        PROMPT,
        options,
        text -> {
          first.compareAndSet(0, System.nanoTime() - start);
          return true;
        });
    return first.get();
  }

  private static long http(TestServer server, int tokens) throws IOException, InterruptedException {
    long start = System.nanoTime();
    HttpRequest request =
        HttpRequest.newBuilder(server.uri("/v1/chat/completions"))
            .POST(BodyPublishers.ofString(request(tokens)))
            .build();
    try (InputStream body = server.client.send(request, BodyHandlers.ofInputStream()).body()) {
      // The first event tells the role; it is written together with the first text.
      assertThat(body.read()).isEqualTo('d');
      long first = System.nanoTime() - start;
      body.readAllBytes();
      return first;
    }
  }
}

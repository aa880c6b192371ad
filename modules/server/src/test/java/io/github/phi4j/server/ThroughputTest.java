package io.github.phi4j.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The overhead of HTTP, measured alternately so that both sides have the same conditions: {@code
 * -Dphi4j.throughput=ROUNDS}, with another model {@code -Dphi4j.throughput.model=FILE}. Prints
 * ratios and asserts nothing about time.
 */
@EnabledIfSystemProperty(named = "phi4j.throughput", matches = "\\d+")
final class ThroughputTest {

  private static final int STREAMS = 8;
  private static final int TOKENS = 200;
  private static final Prompt PROMPT = Prompt.chat(Message.user("Tell me a story."));
  private static final GenerationOptions OPTIONS =
      GenerationOptions.builder().maxTokens(TOKENS).ignoreModelStop(true).build();

  private static TestServer start() {
    String model = System.getProperty("phi4j.throughput.model");
    return model == null
        ? TestServer.start()
        : TestServer.start(
            Phi4.load(Path.of(model), LoadOptions.builder().contextLength(2048).build()),
            UnaryOperator.identity());
  }

  private static String request(int tokens) {
    return "{'messages': [{'role': 'user', 'content': 'Tell me a story.'}], 'stream': true,"
        + " 'ignore_eos': true, 'max_tokens': "
        + tokens
        + "}";
  }

  @Test
  void streamsOverHttpAreAsFastAsCalls() throws Exception {
    int rounds = Integer.getInteger("phi4j.throughput");
    try (TestServer server = start();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Long> direct = () -> direct(server, OPTIONS);
      Callable<Long> http = () -> http(server, TOKENS);
      double[] ratios = new double[rounds];
      double[] first = new double[rounds];
      for (int i = -3; i < rounds; i++) {
        boolean turned = i % 2 != 0;
        double before = seconds(threads, turned ? http : direct);
        double after = seconds(threads, turned ? direct : http);
        long firstDirect = 0;
        long firstHttp = 0;
        for (int j = 0; j < 20; j++) {
          firstDirect += direct(server, OPTIONS.toBuilder().maxTokens(1).build());
          firstHttp += http(server, 1);
        }
        if (i >= 0) { // the first rounds warm up
          ratios[i] = turned ? before / after : after / before;
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

  /** A cheap client: it reads bytes, and parses only the first event. */
  private static long http(TestServer server, int tokens) throws IOException {
    long start = System.nanoTime();
    byte[] request =
        TestServer.wire("/v1/chat/completions", request(tokens), "Connection: close")
            .getBytes(US_ASCII);
    try (Socket socket = server.connect()) {
      socket.setTcpNoDelay(true);
      socket.getOutputStream().write(request);
      InputStream in = socket.getInputStream();
      byte[] buffer = new byte[1 << 16];
      int length = 0;
      // The first event has the role; it is written together with the first text.
      while (!new String(buffer, 0, length, US_ASCII).contains("data: ")) {
        length += in.read(buffer, length, buffer.length - length);
      }
      long first = System.nanoTime() - start;
      while (length >= 0) {
        length = in.read(buffer);
      }
      return first;
    }
  }
}

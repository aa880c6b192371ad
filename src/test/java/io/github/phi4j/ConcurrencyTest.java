package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.api.ClosedException;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.Session;
import io.github.phi4j.api.Speculation;
import io.github.phi4j.testing.TinyModel;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several threads on one model, and ends from outside. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ConcurrencyTest {

  /** Options that end only from outside. */
  private static final GenerationOptions ENDLESS =
      GenerationOptions.builder().ignoreModelStop(true).build();

  private static final Prompt HELLO = Prompt.chat(Message.user("Hello"));

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private Generator tiny;

  @BeforeEach
  void load() {
    tiny = Phi4.load(TinyModel.Q8_0.path(), LoadOptions.builder().threads(2).build());
  }

  @AfterEach
  void close() throws InterruptedException {
    tiny.close();
    threads.shutdown();
    assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
  }

  /** Starts an endless generation and waits for its first text. */
  private Future<Completion> startEndless(Session session) throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    Future<Completion> running =
        threads.submit(() ->
            session.generate(
                HELLO,
                ENDLESS,
                text -> {
                  begun.countDown();
                  return true;
                }));
    begun.await();
    return running;
  }

  private static void assertCancelled(Future<Completion> running)
      throws InterruptedException, ExecutionException {
    Completion completion = running.get();
    assertThat(completion.finishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(completion.text()).isNotEmpty();
    assertThat(completion.tokens()).isNotEmpty();
  }

  @Test
  void anotherThreadCancelsAGenerationAndTheSessionContinues() throws Exception {
    try (Session session = tiny.newSession()) {
      session.cancel(); // no effect, as nothing runs
      for (int i = 0; i < 3; i++) {
        Future<Completion> running = startEndless(session);
        session.cancel();
        assertCancelled(running);
      }
      assertThat(session.generate(HELLO).text()).isEqualTo(tiny.generate(HELLO).text());
    }
  }

  @Test
  void anInterruptCancelsAGenerationAndStaysSet() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicBoolean stillSet = new AtomicBoolean();
    Future<Completion> running =
        threads.submit(() -> {
          Thread self = Thread.currentThread();
          Future<?> interrupter =
              threads.submit(() -> {
                begun.await();
                self.interrupt();
                return null;
              });
          Completion completion =
              tiny.generate(
                  HELLO,
                  ENDLESS,
                  text -> {
                    begun.countDown();
                    return true;
                  });
          stillSet.set(Thread.interrupted());
          interrupter.get();
          return completion;
        });
    assertCancelled(running);
    assertThat(stillSet).isTrue();
  }

  @Test
  void anInterruptedThreadGeneratesNothing() {
    Thread.currentThread().interrupt();
    try {
      Completion completion = tiny.generate(HELLO);
      assertThat(completion.finishReason()).isEqualTo(FinishReason.CANCELLED);
      assertThat(completion.text()).isEmpty();
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  void cancellingAFeedKeepsComputedTokens() throws Exception {
    try (Session session = tiny.newSession()) {
      int[] tokens = new int[1500];
      CountDownLatch begun = new CountDownLatch(1);
      Future<?> running =
          threads.submit(() ->
              session.feed(
                  tokens,
                  (position, logits) -> {
                    begun.countDown();
                    if (position == 200) {
                      session.cancel();
                    }
                  }));
      begun.await();

      assertThatThrownBy(running::get).hasCauseInstanceOf(CancellationException.class);
      int position = session.position();
      assertThat(position).isBetween(200, 400);
      session.feed(5, 6, 7);
      try (Session fresh = tiny.newSession()) {
        int[] same = new int[position + 3];
        same[position] = 5;
        same[position + 1] = 6;
        same[position + 2] = 7;
        fresh.feed(same);
        assertThat(session.logits()).isEqualTo(fresh.logits());
      }
    }
  }

  @Test
  void aSecondThreadInASessionIsRefused() throws Exception {
    try (Session session = tiny.newSession()) {
      Future<Completion> running = startEndless(session);
      for (Runnable use :
          List.<Runnable>of(
              session::position,
              session::logits,
              () -> session.feed(1),
              () -> session.rewind(0),
              () -> session.generate(HELLO))) {
        assertThatThrownBy(use::run)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("in use by thread");
      }
      session.cancel();
      assertCancelled(running);
      assertThat(session.position()).isPositive();
    }
  }

  @Test
  void closingASessionEndsItsGeneration() throws Exception {
    Session session = tiny.newSession();
    Future<Completion> running = startEndless(session);
    session.close();

    assertCancelled(running);
    assertThatThrownBy(session::position).hasMessageContaining("closed");
  }

  @Test
  void closingTheGeneratorEndsAllCalls() throws Exception {
    List<Future<Completion>> running = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      running.add(startEndless(tiny.newSession()));
    }
    CountDownLatch begun = new CountDownLatch(1);
    running.add(
        threads.submit(() ->
            tiny.generate(
                HELLO,
                ENDLESS,
                text -> {
                  begun.countDown();
                  return true;
                })));
    begun.await();
    Future<?> closing = threads.submit(tiny::close);
    tiny.close();
    closing.get();

    for (Future<Completion> each : running) {
      assertCancelled(each);
    }
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("phi4j-worker-"));
  }

  @Test
  void callsThatRaceACloseFinishOrFail() throws Exception {
    for (int round = 0; round < 10; round++) {
      Generator generator = Phi4.load(TinyModel.Q8_0.path());
      CountDownLatch started = new CountDownLatch(4);
      List<Future<String>> racers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        racers.add(
            threads.submit(() -> {
              started.countDown();
              try {
                for (int j = 0; j < 1000; j++) {
                  generator.generate(
                      Prompt.tokens(1, 2, 3), GenerationOptions.builder().maxTokens(2).build());
                }
                return "finished";
              } catch (ClosedException e) {
                return e.getMessage();
              }
            }));
      }
      started.await();
      TimeUnit.MILLISECONDS.sleep(round);
      generator.close();
      for (Future<String> racer : racers) {
        assertThat(racer.get()).contains("closed");
      }
    }
  }

  @Test
  void manyThreadsGiveTheResultsOfOneThread() throws Exception {
    List<Callable<Completion>> work = new ArrayList<>();
    try (Generator second = Phi4.load(TinyModel.Q6_K.path())) {
      for (int i = 0; i < 12; i++) {
        Generator generator = i % 3 == 0 ? second : tiny;
        boolean inSession = i % 2 == 0;
        GenerationOptions options =
            GenerationOptions.builder()
                .maxTokens(12)
                .sampling(
                    i % 4 == 1
                        ? Sampling.greedy()
                        : Sampling.topP(1, 0.95f).toBuilder().seed(i).build())
                .build();
        Prompt prompt = Prompt.chat(Message.user("What is " + (17 + i) + " + 25?"));
        work.add(() -> {
          if (!inSession) {
            return generator.generate(prompt, options);
          }
          try (Session session = generator.newSession()) {
            return session.generate(prompt, options);
          }
        });
      }
      List<int[]> serial = new ArrayList<>();
      for (Callable<Completion> each : work) {
        serial.add(each.call().tokens());
      }
      List<Future<Completion>> parallel = threads.invokeAll(work);
      for (int i = 0; i < work.size(); i++) {
        assertThat(parallel.get(i).get().tokens()).as("piece %d", i).isEqualTo(serial.get(i));
      }
    }
  }

  /** A session whose draft model's session fails to close. */
  @Test
  void aFailureToCloseKeepsNothingElseOpen() {
    Set<String> before = mappings();
    Generator generator = Phi4.load(TinyModel.Q8_0.path());
    try (Generator draft = Phi4.load(TinyModel.Q4_0.path())) {
      IllegalStateException failure = new IllegalStateException("it stays open");
      Session first = generator.newSession();
      Session last = generator.newSession();
      for (Session session : List.of(first, last)) {
        Speculation failing = Speculation.draft(failingToClose(draft, failure));
        session.generate(HELLO, GenerationOptions.builder().speculation(failing).build());
      }
      assertThatThrownBy(generator::close).isSameAs(failure);

      generator.close(); // neither hangs nor fails
      first.close();
      assertThatThrownBy(() -> last.feed(1)).hasMessageContaining("closed");
      assertThatThrownBy(generator::newSession).hasMessageContaining("closed");
    }
    assertThat(mappings()).isSubsetOf(before);
  }

  /** Returns the mappings of model files. */
  private static Set<String> mappings() {
    try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
      return maps.filter(line -> line.endsWith(".gguf")).collect(Collectors.toSet());
    } catch (IOException _) {
      return Set.of(); // known only on Linux
    }
  }

  private static Generator failingToClose(Generator generator, RuntimeException failure) {
    return proxy(
        Generator.class,
        generator,
        (_, result) ->
            result instanceof Session session
                ? proxy(
                    Session.class,
                    session,
                    (name, value) -> {
                      if (name.equals("close")) {
                        throw failure;
                      }
                      return value;
                    })
                : result);
  }

  /** Returns a proxy that delegates all calls, and changes the results. */
  private static <T> T proxy(Class<T> type, T original, BiFunction<String, Object, Object> change) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              if (method.getName().equals("equals")) {
                return System.identityHashCode(self) == System.identityHashCode(arguments[0]);
              }
              try {
                return change.apply(method.getName(), method.invoke(original, arguments));
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}

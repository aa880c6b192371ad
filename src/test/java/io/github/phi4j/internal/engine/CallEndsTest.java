package io.github.phi4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.phi4j.api.CallTimeoutException;
import io.github.phi4j.api.Cancellation;
import io.github.phi4j.api.Completer;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.EmbeddingOptions;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.ScoringOptions;
import io.github.phi4j.api.Session;
import io.github.phi4j.api.Speculation;
import io.github.phi4j.api.TextSink;
import io.github.phi4j.internal.concurrent.WorkerPool;
import io.github.phi4j.testing.TinyModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Time limits and cancellations in all phases of a call. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class CallEndsTest {

  private static final Prompt HELLO = Prompt.chat(Message.user("Hello"));
  private static final Duration LIMIT = Duration.ofMinutes(7);

  /** Time limits that the test ends. */
  private static final class ManualTimer implements Timer {
    final Queue<Runnable> set = new ConcurrentLinkedQueue<>();
    final List<Duration> delays = new CopyOnWriteArrayList<>();

    @Override
    public Runnable schedule(Duration delay, Runnable action) {
      delays.add(delay);
      set.add(action);
      return () -> set.remove(action);
    }

    void ring() {
      set.forEach(Runnable::run);
    }
  }

  /** The two ways to end a call. */
  enum Way {
    TIMEOUT,
    CANCELLED;

    FinishReason reason() {
      return FinishReason.valueOf(name());
    }
  }

  /** The calls that have no partial result. */
  enum Whole {
    SCORE,
    CHOOSE,
    EMBED
  }

  private final ManualTimer timer = new ManualTimer();
  private final Cancellation cancellation = new Cancellation();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final WorkerPool pool = new WorkerPool(2);
  private final DefaultGenerator tiny =
      Engine.load(
          TinyModel.Q8_0.path(),
          LoadOptions.builder().threadPool(pool).maxSequences(1).build(),
          System::nanoTime,
          timer);

  @AfterEach
  void close() throws InterruptedException {
    tiny.close();
    pool.close();
    threads.shutdown();
    assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    assertThat(timer.set).isEmpty();
  }

  private GenerationOptions.Builder endless() {
    return GenerationOptions.builder()
        .ignoreModelStop(true)
        .timeout(LIMIT)
        .cancellation(cancellation);
  }

  private void end(Way way) {
    switch (way) {
      case TIMEOUT -> timer.ring();
      case CANCELLED -> cancellation.cancel();
    }
  }

  /** Returns a sink that ends its generation at the third piece. */
  private TextSink ending(Way way) {
    int[] pieces = {0};
    return text -> {
      if (++pieces[0] == 3) {
        end(way);
      }
      return true;
    };
  }

  @ParameterizedTest
  @EnumSource
  void decodingEndsWithTheTextSoFar(Way way) {
    Completion completion = tiny.generate(HELLO, endless().build(), ending(way));

    assertThat(completion.finishReason()).isEqualTo(way.reason());
    assertThat(completion.text()).isNotEmpty();
    assertThat(completion.tokens().length).isBetween(3, 100);
    assertThat(timer.delays).containsExactly(LIMIT);
  }

  @ParameterizedTest
  @EnumSource
  void aDraftModelEndsToo(Way way) {
    try (Generator draft = Engine.load(TinyModel.Q4_0.path(), LoadOptions.defaults())) {
      GenerationOptions options = endless().speculation(Speculation.draft(draft)).build();
      Completion completion = tiny.generate(HELLO, options, ending(way));

      assertThat(completion.finishReason()).isEqualTo(way.reason());
      assertThat(completion.text()).isNotEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWaitingCallEnds(Way way) throws Exception {
    List<Future<Completion>> calls = new ArrayList<>();
    pool.turn().lock(); // no pass can begin
    try {
      for (int i = 0; i < 2; i++) {
        calls.add(threads.submit(() -> tiny.generate(HELLO, endless().build())));
      }
      while (timer.set.size() < 2) {
        Thread.onSpinWait();
      }
      end(way);
      while (calls.stream().noneMatch(Future::isDone)) { // one of the two is in the pass
        Thread.onSpinWait();
      }
    } finally {
      pool.turn().unlock();
    }
    for (Future<Completion> call : calls) {
      assertThat(call.get().finishReason()).isEqualTo(way.reason());
      assertThat(call.get().tokens()).isEmpty();
      assertThat(call.get().usage().promptTokens()).isPositive();
    }
  }

  @ParameterizedTest
  @EnumSource
  void prefillEnds(Way way) throws Exception {
    Prompt prompt = Prompt.tokens(IntStream.range(0, 1500).map(i -> 300).toArray());
    Future<Completion> call;
    pool.turn().lock();
    try {
      call = threads.submit(() -> tiny.generate(prompt, endless().build()));
      while (timer.set.isEmpty()) {
        Thread.onSpinWait();
      }
      end(way);
    } finally {
      pool.turn().unlock();
    }
    assertThat(call.get().finishReason()).isEqualTo(way.reason());
    assertThat(call.get().tokens()).isEmpty();
    assertThat(call.get().timings().prefillTokens()).isLessThan(1500);
  }

  private List<?> run(Whole call, Completer completer) {
    ScoringOptions options =
        ScoringOptions.builder().timeout(LIMIT).cancellation(cancellation).build();
    return switch (call) {
      case SCORE -> completer.score(HELLO, 1, options);
      case CHOOSE -> completer.choose(HELLO, List.of("a", "b"), options);
      case EMBED ->
          completer.embed(
              List.of("a", "b", "c".repeat(1000)),
              EmbeddingOptions.builder().timeout(LIMIT).cancellation(cancellation).build());
    };
  }

  private static Class<? extends RuntimeException> exception(Way way) {
    return way == Way.TIMEOUT ? CallTimeoutException.class : CancellationException.class;
  }

  @ParameterizedTest
  @CsvSource({
    "SCORE, TIMEOUT", "CHOOSE, TIMEOUT", "EMBED, TIMEOUT",
    "SCORE, CANCELLED", "CHOOSE, CANCELLED", "EMBED, CANCELLED"
  })
  void aCallWithoutAPartialResultEndsInItsPass(Whole whole, Way way) throws Exception {
    Future<List<?>> call;
    pool.turn().lock();
    try {
      call = threads.submit(() -> run(whole, tiny));
      while (timer.set.isEmpty()) {
        Thread.onSpinWait();
      }
      end(way);
    } finally {
      pool.turn().unlock();
    }
    assertThatThrownBy(call::get)
        .hasCauseInstanceOf(exception(way))
        .hasMessageContaining(way == Way.TIMEOUT ? LIMIT.toString() : "cancelled");
    assertThat(timer.delays).containsExactly(LIMIT);
  }

  @ParameterizedTest
  @CsvSource({
    "SCORE, TIMEOUT", "CHOOSE, TIMEOUT", "EMBED, TIMEOUT",
    "SCORE, CANCELLED", "CHOOSE, CANCELLED", "EMBED, CANCELLED"
  })
  void aCallWithoutAPartialResultEndsBehindAnother(Whole whole, Way way) throws Exception {
    Future<Completion> other;
    pool.turn().lock(); // no pass can begin
    try {
      other =
          threads.submit(
              () -> tiny.generate(HELLO, GenerationOptions.builder().maxTokens(1).build()));
      while (tiny.workload().calls() == 0 || tiny.workload().waiting() > 0) {
        Thread.onSpinWait();
      }
      FutureTask<List<?>> call = new FutureTask<>(() -> run(whole, tiny));
      Thread thread = Thread.ofPlatform().start(call);
      while (timer.set.isEmpty() || thread.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      end(way);
      assertThatThrownBy(call::get).hasCauseInstanceOf(exception(way));
    } finally {
      pool.turn().unlock();
    }
    assertThat(other.get().finishReason()).isEqualTo(FinishReason.MAX_TOKENS);
  }

  @Test
  void whatIsCancelledAlreadyDoesNotBegin() {
    try (Session session = tiny.newSession()) {
      assertThat(run(Whole.CHOOSE, session)).hasSize(2);
      cancellation.cancel();
      for (Whole whole : Whole.values()) { // the session still holds the prompt of the choice
        assertThatThrownBy(() -> run(whole, session)).isInstanceOf(CancellationException.class);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void allSamplesEnd(Way way) {
    List<Completion> completions =
        tiny.generate(HELLO, endless().build(), 3, i -> i == 1 ? ending(way) : text -> true);

    assertThat(completions)
        .hasSize(3)
        .allMatch(completion -> completion.finishReason() == way.reason());
    assertThat(timer.delays).containsExactly(LIMIT);
  }

  @Test
  void aSinkEndsItsOwnSampleOnly() {
    GenerationOptions options = GenerationOptions.builder().maxTokens(20).build();
    String whole = tiny.generate(HELLO, options).text();
    List<StringBuilder> texts =
        List.of(new StringBuilder(), new StringBuilder(), new StringBuilder());
    List<Completion> completions =
        tiny.generate(
            HELLO,
            options,
            3,
            i ->
                text -> {
                  texts.get(i).append(text);
                  return i != 1;
                });

    for (int i = 0; i < 3; i++) {
      assertThat(completions.get(i).text()).isEqualTo(texts.get(i).toString());
    }
    assertThat(completions.get(0).text()).isEqualTo(completions.get(2).text()).isEqualTo(whole);
    assertThat(completions.get(1).finishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(completions.get(1).tokens()).hasSizeLessThan(completions.get(0).tokens().length);
  }

  @Test
  void aSinkOfASampleThatFailsEndsAll() {
    assertThatThrownBy(() ->
            tiny.generate(
                HELLO,
                endless().build(),
                3,
                i ->
                    text -> {
                      if (i == 2) {
                        throw new IllegalArgumentException("no more");
                      }
                      return true;
                    }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no more");
  }

  @Test
  void aSinkOfASampleCannotCloseItsSession() {
    try (Session session = tiny.newSession()) {
      List<Throwable> refusals = new CopyOnWriteArrayList<>();
      session.generate(
          HELLO,
          GenerationOptions.builder().maxTokens(3).build(),
          2,
          i ->
              text -> {
                refusals.add(catchThrowable(session::close));
                refusals.add(catchThrowable(tiny::close));
                return false;
              });

      assertThat(refusals)
          .hasSize(4)
          .allSatisfy(refusal -> assertThat(refusal).hasMessageContaining("from"));
    }
  }

  @Test
  void aCancellationAppliesToSeveralCallsAndLaterOnes() {
    Completion first = tiny.generate(HELLO, endless().maxTokens(2).build());
    assertThat(first.finishReason()).isEqualTo(FinishReason.MAX_TOKENS);
    cancellation.cancel();
    Completion later = tiny.generate(HELLO, endless().build());

    assertThat(later.finishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(later.tokens()).isEmpty();
    assertThat(tiny.generate(HELLO, endless().build(), 2, _ -> text -> true))
        .allMatch(completion -> completion.finishReason() == FinishReason.CANCELLED);
  }

  @Test
  void aCancelledCallDoesNotWaitForACompilation() throws Exception {
    Grammar grammar = Grammar.gbnf("root ::= \"yes\" | \"no\"");
    GenerationOptions options = endless().grammar(grammar).build();
    for (Way way : Way.values()) {
      CountDownLatch compiling = new CountDownLatch(1);
      CountDownLatch compiled = new CountDownLatch(1);
      Future<Boolean> waited =
          threads.submit(() -> {
            try (Call call = new Call(() -> {})) {
              call.limit(LIMIT, timer);
              call.cancelOn(cancellation);
              call.await(() -> {
                compiling.countDown();
                return uninterruptibly(compiled);
              });
              return true;
            } catch (CancellationException _) {
              return false;
            }
          });
      compiling.await();
      end(way);
      assertThat(waited.get()).isFalse();
      compiled.countDown();
    }
    assertThat(tiny.generate(HELLO, options).finishReason()).isEqualTo(FinishReason.CANCELLED);
  }

  private static boolean uninterruptibly(CountDownLatch latch) {
    try {
      return latch.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException _) {
      return false;
    }
  }

  @Test
  void theEndOfACallDoesNotAffectTheNext() {
    Call over = new Call(() -> {});
    try (over) {
      over.limit(LIMIT, timer);
    }
    over.end(FinishReason.TIMEOUT);
    assertThat(over.ended()).isFalse();
    try (Session session = tiny.newSession()) {
      assertThat(session.generate(HELLO, endless().build(), ending(Way.TIMEOUT)).finishReason())
          .isEqualTo(FinishReason.TIMEOUT);
      timer.ring();
      assertThat(session.generate(HELLO, endless().maxTokens(2).build()).finishReason())
          .isEqualTo(FinishReason.MAX_TOKENS);
    }
  }

  @Test
  void theTimerOfTheSystemRuns() throws InterruptedException {
    CountDownLatch ran = new CountDownLatch(1);
    Timer.SYSTEM.schedule(Duration.ofNanos(1), ran::countDown);
    assertThat(ran.await(30, TimeUnit.SECONDS)).isTrue();
    Runnable undo = Timer.SYSTEM.schedule(Duration.ofSeconds(Long.MAX_VALUE), ran::countDown);
    undo.run();
  }
}

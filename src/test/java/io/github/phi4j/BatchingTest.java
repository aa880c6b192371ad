package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.api.BusyException;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.ContextShift;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.PackedWeights;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.Session;
import io.github.phi4j.api.SessionOptions;
import io.github.phi4j.api.ThreadPool;
import io.github.phi4j.testing.TinyModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sequences that share forward passes get the same results as alone. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class BatchingTest {

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @AfterEach
  void close() {
    threads.close();
  }

  private static Generator load(LoadOptions.Builder options) {
    return load(TinyModel.Q8_0, options);
  }

  private static Generator load(TinyModel model, LoadOptions.Builder options) {
    return Phi4.load(model.path(), options.threads(2).build());
  }

  private static Generator load(TinyModel model, ThreadPool pool) {
    return Phi4.load(model.path(), LoadOptions.builder().threadPool(pool).build());
  }

  private static GenerationOptions limited(int maxTokens) {
    return GenerationOptions.builder().maxTokens(maxTokens).ignoreModelStop(true).build();
  }

  /** One of many calls. */
  private record Request(Prompt prompt, GenerationOptions options) {
    static Request random(Random random) {
      int[] ids = random.ints(random.nextInt(1, 90), 0, 4000).toArray();
      Sampling sampling =
          random.nextBoolean()
              ? Sampling.greedy()
              : Sampling.topP(1, 0.9f).toBuilder().seed(ids[0]).build();
      return new Request(
          Prompt.tokens(ids),
          GenerationOptions.builder()
              .maxTokens(random.nextInt(1, 40))
              .ignoreModelStop(random.nextBoolean())
              .sampling(sampling)
              .build());
    }

    int[] answer(Generator generator) {
      return generator.generate(prompt, options).tokens();
    }
  }

  @ParameterizedTest
  @CsvSource({"Q8_0, OFF", "Q4_K_M, OFF", "Q8_0, MEMORY", "Q4_K_M, MEMORY"})
  void joiningAndLeavingSequencesGetTheSameTokensAsAlone(TinyModel model, PackedWeights packed)
      throws Exception {
    Random random = new Random(3);
    try (Generator generator = load(model, LoadOptions.builder().packedWeights(packed))) {
      List<Request> requests = new ArrayList<>();
      List<int[]> expected = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        requests.add(Request.random(random));
        expected.add(requests.get(i).answer(generator));
      }
      List<Future<int[]>> answers = new ArrayList<>();
      for (Request request : requests) {
        answers.add(threads.submit(() -> request.answer(generator)));
        TimeUnit.MILLISECONDS.sleep(random.nextInt(8));
      }
      for (int i = 0; i < requests.size(); i++) {
        assertThat(answers.get(i).get()).as("request %d", i).isEqualTo(expected.get(i));
      }
    }
  }

  /** Shifting takes turns on a thread pool that two generators share. */
  @Test
  void contextsShiftOnVirtualThreadsWhileOthersCompute() throws Exception {
    SessionOptions small = SessionOptions.builder().contextLength(70).build();
    GenerationOptions options =
        GenerationOptions.builder()
            .maxTokens(100)
            .ignoreModelStop(true)
            .contextShift(ContextShift.keep(2))
            .build();
    try (ThreadPool pool = Phi4.newThreadPool(2);
        Generator first = load(TinyModel.Q8_0, pool);
        Generator second = load(TinyModel.Q4_K_M, pool);
        ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Generator> generators = List.of(first, second);
      List<Callable<int[]>> calls = new ArrayList<>();
      List<int[]> expected = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Generator generator = generators.get(i % 2);
        Prompt prompt = Prompt.tokens(i, 8, 9);
        calls.add(() -> {
          try (Session session = generator.newSession(small)) {
            return session.generate(prompt, options).tokens();
          }
        });
        expected.add(calls.getLast().call());
        assertThat(expected.getLast()).hasSize(100);
      }
      List<Future<int[]>> answers = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        answers.add(virtual.submit(calls.get(i % 8)));
      }
      for (int i = 0; i < 64; i++) {
        assertThat(answers.get(i).get()).isEqualTo(expected.get(i % 8));
      }
    }
  }

  @Test
  void aBlockedSinkDelaysNoOtherSequence() throws Exception {
    try (Generator generator = load(LoadOptions.builder().maxSequences(1))) {
      CountDownLatch stuck = new CountDownLatch(1);
      CountDownLatch free = new CountDownLatch(1);
      Future<Completion> slow =
          threads.submit(() ->
              generator.generate(
                  Prompt.tokens(1, 2, 3),
                  limited(20),
                  text -> {
                    stuck.countDown();
                    awaitUninterruptibly(free);
                    return true;
                  }));
      stuck.await();
      int[] quick = generator.generate(Prompt.tokens(4, 5), limited(10)).tokens();
      assertThat(quick).hasSize(10);
      free.countDown();

      assertThat(slow.get().tokens()).hasSize(20);
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aSinkMayUseAnotherSession() {
    try (Generator generator = load(LoadOptions.builder().maxSequences(1))) {
      List<int[]> inner = new ArrayList<>();
      generator.generate(
          Prompt.tokens(1, 2, 3),
          limited(5),
          text -> inner.add(generator.generate(Prompt.tokens(4, 5), limited(3)).tokens()));

      assertThat(inner).isNotEmpty().allMatch(tokens -> Arrays.equals(tokens, inner.getFirst()));
    }
  }

  @Test
  void callsBeyondTheQueueLimitAreRefused() throws Exception {
    try (Generator generator = load(LoadOptions.builder().maxSequences(1).maxWaiting(1))) {
      CountDownLatch stuck = new CountDownLatch(2);
      CountDownLatch free = new CountDownLatch(1);
      List<Future<Completion>> accepted = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        accepted.add(
            threads.submit(() ->
                generator.generate(
                    Prompt.tokens(1, 2, 3),
                    limited(4),
                    text -> {
                      stuck.countDown();
                      awaitUninterruptibly(free);
                      return true;
                    })));
      }
      stuck.await();
      assertThatThrownBy(() -> generator.generate(Prompt.tokens(1), limited(1)))
          .isInstanceOf(BusyException.class)
          .hasMessageContaining("2 calls")
          .hasMessageContaining("maxWaiting");
      free.countDown();
      for (Future<Completion> each : accepted) {
        assertThat(each.get().tokens()).hasSize(4);
      }
      assertThat(generator.generate(Prompt.tokens(1), limited(1)).tokens()).hasSize(1);
    }
  }

  @Test
  void sequencesBeyondThePassLimitTakeTurns() throws Exception {
    try (Generator generator = load(LoadOptions.builder().maxSequences(2))) {
      int[] expected = generator.generate(Prompt.tokens(9, 8, 7), limited(12)).tokens();
      List<Future<int[]>> answers = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        answers.add(
            threads.submit(() -> generator.generate(Prompt.tokens(9, 8, 7), limited(12)).tokens()));
      }
      for (Future<int[]> answer : answers) {
        assertThat(answer.get()).isEqualTo(expected);
      }
    }
  }

  @Test
  void aCancelledFeedDoesNotAffectOthers() throws Exception {
    try (Generator generator = load(LoadOptions.builder());
        Session cancelled = generator.newSession()) {
      int[] expected = generator.generate(Prompt.tokens(5, 6), limited(60)).tokens();
      CountDownLatch begun = new CountDownLatch(1);
      Future<int[]> other =
          threads.submit(() ->
              generator
                  .generate(
                      Prompt.tokens(5, 6),
                      limited(60),
                      text -> {
                        begun.countDown();
                        return true;
                      })
                  .tokens());
      begun.await();
      Future<?> feed = threads.submit(() -> cancelled.feed(new int[1900]));
      while (!feed.isDone()) {
        cancelled.cancel(); // no effect before the start
      }
      assertThatThrownBy(feed::get).hasCauseInstanceOf(CancellationException.class);
      assertThat(other.get()).isEqualTo(expected);
      assertThat(cancelled.position()).isLessThan(1900);
    }
  }

  @Test
  void samplesOfOnePromptDependOnlyOnTheirSeeds() {
    Prompt prompt = Prompt.tokens(new Random(1).ints(70, 0, 4000).toArray());
    GenerationOptions options =
        limited(20).toBuilder()
            .sampling(Sampling.topP(1, 0.95f).toBuilder().seed(100).build())
            .build();
    try (Generator generator = load(LoadOptions.builder().maxSequences(2).maxWaiting(0));
        Session session = generator.newSession()) {
      List<Completion> samples = session.generate(prompt, options, 4);

      assertThat(samples).hasSize(4);
      for (int i = 0; i < 4; i++) {
        Sampling seeded = options.sampling().toBuilder().seed(100 + i).build();
        assertThat(samples.get(i).tokens())
            .isEqualTo(
                generator.generate(prompt, options.toBuilder().sampling(seeded).build()).tokens());
        assertThat(samples.get(i).usage().cachedTokens()).isEqualTo(70);
      }
      assertThat(session.position()).isEqualTo(70);
      assertThat(generator.generate(prompt, options, 1))
          .singleElement()
          .extracting(Completion::tokens)
          .isEqualTo(samples.getFirst().tokens());
      assertThatThrownBy(() -> generator.generate(prompt, options, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at least 1");
    }
  }

  @Test
  void cancellingEndsAllSamples() throws Exception {
    try (Generator generator = load(LoadOptions.builder());
        Session session = generator.newSession()) {
      Future<List<Completion>> samples =
          threads.submit(
              () -> session.generate(Prompt.tokens(1, 2, 3), limited(Integer.MAX_VALUE), 3));
      while (!samples.isDone()) {
        session.cancel();
        TimeUnit.MILLISECONDS.sleep(1);
      }
      assertThat(samples.get())
          .hasSize(3)
          .allMatch(each -> each.finishReason() == FinishReason.CANCELLED);
      assertThat(session.position()).isLessThanOrEqualTo(3);
    }
  }
}

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
import io.github.phi4j.api.PackedWeights;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Session;
import io.github.phi4j.api.ThreadPool;
import io.github.phi4j.testing.TinyModel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Generators that share threads. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ThreadPoolTest {

  private static final Prompt PROMPT = Prompt.chat(Message.user("What is 27 + 45?"));

  private static Generator load(TinyModel model, ThreadPool pool) {
    return Phi4.load(
        model.path(),
        LoadOptions.builder().threadPool(pool).packedWeights(PackedWeights.OFF).build());
  }

  private static long workers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("phi4j-worker-"))
        .count();
  }

  @Test
  void concurrentGeneratorsGiveTheSameResultsAsAlone() throws Exception {
    List<TinyModel> models = List.of(TinyModel.Q8_0, TinyModel.Q4_K_M, TinyModel.Q6_K);
    List<String> expected = new ArrayList<>();
    for (TinyModel model : models) {
      try (Generator alone =
          Phi4.load(model.path(), LoadOptions.builder().packedWeights(PackedWeights.OFF).build())) {
        expected.add(alone.generate(PROMPT).text());
      }
    }
    long before = workers();
    try (ThreadPool pool = Phi4.newThreadPool(3);
        Generator first = load(models.get(0), pool);
        Generator second = load(models.get(1), pool);
        Generator third = load(models.get(2), pool);
        ExecutorService callers = Executors.newFixedThreadPool(6)) {
      assertThat(workers() - before).isEqualTo(2);
      assertThat(second.threads()).isEqualTo(pool.threads()).isEqualTo(3);
      List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        Generator generator = List.of(first, second, third).get(i % 3);
        answers.add(callers.submit(() -> generator.generate(PROMPT).text()));
      }
      for (int i = 0; i < 6; i++) {
        assertThat(answers.get(i).get()).isEqualTo(expected.get(i % 3));
      }
    }
    assertThat(workers()).isEqualTo(before);
  }

  @Test
  void aLongGenerationLeavesOtherGeneratorsTheirTurns() throws Exception {
    try (ThreadPool pool = Phi4.newThreadPool(2);
        Generator busy = load(TinyModel.Q8_0, pool);
        Generator other = load(TinyModel.Q4_0, pool);
        Session session = busy.newSession();
        ExecutorService callers = Executors.newSingleThreadExecutor()) {
      CountDownLatch begun = new CountDownLatch(1);
      Future<Completion> endless =
          callers.submit(() ->
              session.generate(
                  PROMPT,
                  GenerationOptions.builder().ignoreModelStop(true).build(),
                  text -> {
                    begun.countDown();
                    return true;
                  }));
      begun.await();
      assertThat(other.generate(PROMPT).finishReason()).isEqualTo(FinishReason.STOP);
      session.cancel();
      assertThat(endless.get().finishReason()).isEqualTo(FinishReason.CANCELLED);
    }
  }

  @Test
  void aClosedGeneratorLeavesThePoolOpen() {
    try (ThreadPool pool = Phi4.newThreadPool(2);
        Generator stays = load(TinyModel.Q8_0, pool)) {
      String expected = stays.generate(PROMPT).text();
      load(TinyModel.Q8_0, pool).close();

      assertThat(stays.generate(PROMPT).text()).isEqualTo(expected);
    }
  }

  @Test
  void aClosedPoolEndsComputationsButGeneratorsCanStillBeClosed() throws Exception {
    ThreadPool pool = Phi4.newThreadPool(2);
    try (Generator generator = load(TinyModel.Q8_0, pool);
        Session session = generator.newSession();
        ExecutorService callers = Executors.newSingleThreadExecutor()) {
      CountDownLatch begun = new CountDownLatch(1);
      Future<Completion> endless =
          callers.submit(() ->
              session.generate(
                  PROMPT,
                  GenerationOptions.builder().ignoreModelStop(true).build(),
                  text -> {
                    begun.countDown();
                    return true;
                  }));
      begun.await();
      pool.close();
      pool.close();

      assertThatThrownBy(endless::get)
          .hasCauseInstanceOf(ClosedException.class)
          .hasMessageContaining("the thread pool is closed");
      assertThatThrownBy(() -> generator.generate(PROMPT))
          .isInstanceOf(ClosedException.class)
          .hasMessageContaining("the thread pool is closed");
    }
    assertThatThrownBy(() -> load(TinyModel.Q8_0, pool))
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining("the thread pool is closed");
  }

  @Test
  void wrongPoolsAreRefused() {
    assertThatThrownBy(() -> Phi4.newThreadPool(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("from 1 to 1024");
    ThreadPool foreign =
        new ThreadPool() {
          @Override
          public int threads() {
            return 1;
          }

          @Override
          public void close() {}
        };
    assertThatThrownBy(() -> load(TinyModel.Q8_0, foreign))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Phi4.newThreadPool");
    LoadOptions.Builder both = LoadOptions.builder().threads(2).threadPool(foreign);
    assertThatThrownBy(both::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a thread pool and a number of threads");
  }
}

package io.github.phi4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.Completion;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Session;
import io.github.phi4j.api.Speculation;
import io.github.phi4j.testing.TinyModel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Decisions by the cost of passes, with a stopped clock: passes cost nothing, so that every draft
 * is worth computing, and nothing is given up as too slow.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SchedulerTest {

  private static Generator load() {
    return Engine.load(
        TinyModel.Q8_0.path(),
        LoadOptions.builder().threads(2).build(),
        () -> 1_000_000,
        Timer.SYSTEM);
  }

  @Test
  void aLongPromptDoesNotStallOthers() throws Exception {
    try (Generator generator = load();
        Session stream = generator.newSession();
        Session reader = generator.newSession();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      AtomicInteger pieces = new AtomicInteger();
      CountDownLatch running = new CountDownLatch(3);
      GenerationOptions endless =
          GenerationOptions.builder().maxTokens(1000).ignoreModelStop(true).build();
      Future<Completion> completion =
          threads.submit(() ->
              stream.generate(
                  Prompt.tokens(1, 2, 3),
                  endless,
                  text -> {
                    pieces.incrementAndGet();
                    running.countDown();
                    return true;
                  }));
      running.await();
      int before = pieces.get();
      reader.feed(new int[150]); // one pass if run alone
      int meanwhile = pieces.get() - before;
      stream.cancel();
      completion.get();

      assertThat(meanwhile).isGreaterThan(20);
    }
  }

  @Test
  void draftsAreTakenWhereTheyAreRightAndTheGrammarAllowsThem() {
    GenerationOptions options =
        GenerationOptions.builder()
            .grammar(Grammar.gbnf("root ::= (\"one two three, \")+"))
            .maxTokens(60)
            .speculation(Speculation.lookup())
            .build();
    try (Generator generator = load()) {
      Completion completion =
          generator.generate(Prompt.chat(Message.user("What is 47 + 38?")), options);

      assertThat(completion.timings().acceptedTokens())
          .as("accepted of %s", completion.timings())
          .isPositive();
    }
  }

  @Test
  void aDraftModelOfTheSameTextIsRight() {
    GenerationOptions plain =
        GenerationOptions.builder().maxTokens(40).ignoreModelStop(true).build();
    try (Generator generator = load();
        Generator draft = load()) {
      Completion completion =
          generator.generate(
              Prompt.tokens(1, 2, 3),
              plain.toBuilder().speculation(Speculation.draft(draft)).build());

      assertThat(completion.timings().acceptedTokens()).isGreaterThan(10);
    }
  }
}

package io.github.phi4j.internal.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.api.Grammar;
import io.github.phi4j.internal.grammar.Bytes;
import io.github.phi4j.internal.grammar.CompiledGrammar;
import io.github.phi4j.internal.grammar.CompilingCancelledException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GrammarsTest {

  private static final Language LARGE =
      new Language.Given(
          Grammar.jsonSchema(
              IntStream.range(0, 60)
                  .mapToObj(i -> "\"n" + i + "\": {\"pattern\": \"^a{90}b" + i + "$\"}")
                  .collect(Collectors.joining(", ", "{\"properties\": {", "}}"))));
  private static final Language SMALL = new Language.Given(Grammar.jsonSchema("{\"const\": 1}"));

  private final Grammars grammars = new Grammars(new Bytes(new byte[][] {{'1'}, {'2'}}));

  @Test
  void compilationsDoNotWaitForEachOther() throws Exception {
    CountDownLatch compiling = new CountDownLatch(1);
    CountDownLatch compiled = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<CompiledGrammar> large =
          threads.submit(() ->
              grammars.compile(
                  LARGE,
                  () -> {
                    compiling.countDown();
                    return !reached(compiled);
                  }));
      compiling.await();

      assertThat(grammars.compile(SMALL, () -> false).matches("1")).isTrue();
      assertThat(large.isDone()).isFalse();
      compiled.countDown();
      assertThat(large.get().isPrefix("{\"n59\"")).isTrue();
    }
  }

  @Test
  void aCompilationWithoutWaitingCallsEnds() {
    assertThatThrownBy(() -> grammars.compile(LARGE, () -> true))
        .isInstanceOf(CompilingCancelledException.class);
    assertThat(grammars.compile(LARGE, () -> false).isPrefix("{\"n59\"")).isTrue();
  }

  private static boolean reached(CountDownLatch latch) {
    try {
      return latch.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }
}

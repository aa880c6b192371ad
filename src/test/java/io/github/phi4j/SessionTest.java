package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.api.ClosedException;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.PromptTooLongException;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.Session;
import io.github.phi4j.api.SessionOptions;
import io.github.phi4j.testing.RandomModel;
import io.github.phi4j.testing.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A session's context gives the same results as a fresh one, whatever preceded it. */
final class SessionTest {

  private static final int BORDER = 24;

  @TempDir private static Path directory;

  private static Generator tiny;
  private static Generator mini;

  @BeforeAll
  static void load() {
    tiny = Phi4.load(TinyModel.Q8_0.path(), LoadOptions.builder().contextLength(300).build());
    mini = Phi4.load(RandomModel.mini().write(directory.resolve("mini.gguf")));
  }

  @AfterAll
  static void close() {
    tiny.close();
    mini.close();
  }

  private static int[] tokens(int count, long seed) {
    return new Random(seed).ints(count, 0, 300).toArray();
  }

  /** Returns the logits after feeding tokens to an empty session at once. */
  private static float[] fresh(Generator generator, int... tokens) {
    try (Session session = generator.newSession()) {
      session.feed(tokens);
      return session.logits();
    }
  }

  private static int[] first(int[] tokens, int count) {
    return Arrays.copyOf(tokens, count);
  }

  @Test
  void aNewSessionIsEmpty() {
    try (Session session = tiny.newSession()) {
      assertThat(session.position()).isZero();
      assertThat(session.contextLength()).isEqualTo(300);
      assertThatThrownBy(session::logits)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("no logits");
      session.rewind(0);
      assertThat(session.position()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void feedingInPartsGivesTheSameBits(KvCacheType type) {
    LoadOptions options = LoadOptions.builder().kvCacheType(type).build();
    int[] tokens = tokens(140, 1);
    try (Generator generator = Phi4.load(TinyModel.Q8_0.path(), options);
        Session session = generator.newSession()) {
      int at = 0;
      for (int count : new int[] {1, 1, 61, 1, 1, 63, 12}) {
        session.feed(Arrays.copyOfRange(tokens, at, at + count));
        at += count;
        assertThat(session.position()).isEqualTo(at);
        assertThat(session.logits()).isEqualTo(fresh(generator, first(tokens, at)));
      }
    }
  }

  @Test
  void aSinkGetsTheLogitsAfterEachToken() {
    int[] tokens = tokens(150, 2);
    try (Session session = tiny.newSession()) {
      session.feed(first(tokens, 10));
      List<float[]> rows = new ArrayList<>();
      session.feed(
          Arrays.copyOfRange(tokens, 10, 150),
          (position, logits) -> {
            assertThat(position).isEqualTo(10 + rows.size());
            rows.add(logits.clone());
          });
      assertThat(rows).hasSize(140);
      for (int count : new int[] {11, 12, 74, 75, 139, 150}) {
        assertThat(rows.get(count - 11)).isEqualTo(fresh(tiny, first(tokens, count)));
      }
      assertThat(session.logits()).isEqualTo(rows.getLast());
    }
  }

  @Test
  void logitsAreACopy() {
    try (Session session = tiny.newSession()) {
      session.feed(1, 2, 3);
      float[] logits = session.logits();
      float[] expected = logits.clone();
      Arrays.fill(logits, 0);

      assertThat(session.logits()).isEqualTo(expected).hasSize(4096);
    }
  }

  @Test
  void rewindingForgetsLaterTokens() {
    int[] tokens = tokens(80, 3);
    try (Session session = tiny.newSession()) {
      session.feed(tokens);
      for (int kept : new int[] {80, 79, 65, 64, 63, 1, 0}) {
        session.rewind(kept);
        assertThat(session.position()).isEqualTo(kept);
        session.feed(7, 8);
        int[] expected = Arrays.copyOf(tokens, kept + 2);
        expected[kept] = 7;
        expected[kept + 1] = 8;
        assertThat(session.logits()).as("after %d", kept).isEqualTo(fresh(tiny, expected));
        session.rewind(kept);
      }
      assertThatThrownBy(session::logits).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void rewindingOutOfRangeIsRefused() {
    try (Session session = tiny.newSession()) {
      session.feed(1, 2, 3);
      for (int position : new int[] {-1, 4}) {
        assertThatThrownBy(() -> session.rewind(position))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("" + position)
            .hasMessageContaining("3");
      }
      assertThat(session.position()).isEqualTo(3);
    }
  }

  @Test
  void invalidInputLeavesTheContextUnchanged() {
    try (Session session = tiny.newSession()) {
      session.feed(tokens(290, 4));
      float[] logits = session.logits();
      assertThatThrownBy(session::feed)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("empty");
      for (int id : new int[] {-1, 4096}) {
        assertThatThrownBy(() -> session.feed(1, 2, id))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("token id " + id);
      }
      assertThatThrownBy(() -> session.feed(tokens(11, 5)))
          .isInstanceOf(PromptTooLongException.class)
          .hasMessageContaining("11 tokens")
          .hasMessageContaining("room for 10")
          .hasMessageContaining("290");
      assertThat(session.position()).isEqualTo(290);
      assertThat(session.logits()).isEqualTo(logits);

      session.feed(tokens(10, 5));
      assertThat(session.position()).isEqualTo(300);
    }
  }

  @Test
  void theNextTurnOfAChatEqualsThatOfAFreshContext() {
    List<Message> chat = new ArrayList<>();
    GenerationOptions options = GenerationOptions.builder().maxTokens(40).build();
    int cached = 0;
    try (Session session = tiny.newSession()) {
      for (String question : List.of("Hello!", "What is 9 x 6?", "What is the capital of Italy?")) {
        chat.add(Message.user(question));
        Completion completion = session.generate(Prompt.chat(chat), options);
        Completion fresh = tiny.generate(Prompt.chat(chat), options);

        assertThat(completion.tokens()).isEqualTo(fresh.tokens());
        assertThat(completion.text()).isEqualTo(fresh.text());
        assertThat(completion.usage().cachedTokens()).isGreaterThanOrEqualTo(cached);
        int held = completion.usage().promptTokens() + completion.tokens().length;
        assertThat(session.position()).isEqualTo(held);
        int[] all =
            IntStream.concat(
                    IntStream.of(tiny.tokenizer().encode(Prompt.chat(chat))),
                    IntStream.of(completion.tokens()))
                .toArray();
        assertThat(session.logits()).isEqualTo(fresh(tiny, all)); // to the bit
        cached = completion.usage().promptTokens();
        chat.add(Message.assistant(completion.text()));
      }
    }
    assertThat(cached).isPositive();
  }

  @Test
  void aPromptReusesTheCommonPrefix() {
    int[] tokens = tokens(50, 6);
    int[] other = tokens.clone();
    other[30] = 299 - other[30];
    GenerationOptions none = GenerationOptions.builder().maxTokens(0).build();
    try (Session session = tiny.newSession()) {
      session.generate(Prompt.tokens(tokens), none);
      Completion completion = session.generate(Prompt.tokens(other), none);

      assertThat(completion.usage().cachedTokens()).isEqualTo(30);
      assertThat(session.position()).isEqualTo(50);
      assertThat(session.logits()).isEqualTo(fresh(tiny, other));

      session.generate(Prompt.tokens(first(other, 20)), none);
      assertThat(session.position()).isEqualTo(20);
      assertThat(session.logits()).isEqualTo(fresh(tiny, first(other, 20)));
    }
  }

  @Test
  void feedingContinuesAfterAGeneration() {
    try (Session session = tiny.newSession()) {
      Completion completion =
          session.generate(
              Prompt.tokens(tokens(9, 7)), GenerationOptions.builder().maxTokens(5).build());
      session.feed(11, 12);
      int[] all =
          IntStream.concat(
                  IntStream.of(tokens(9, 7)),
                  IntStream.concat(IntStream.of(completion.tokens()), IntStream.of(11, 12)))
              .toArray();

      assertThat(session.position()).isEqualTo(all.length);
      assertThat(session.logits()).isEqualTo(fresh(tiny, all));
    }
  }

  @Test
  void singleTokensAcrossTheRopeBorderEqualAFreshContext() {
    int[] tokens = tokens(BORDER + 6, 8);
    try (Session session = mini.newSession()) {
      for (int count = 1; count <= tokens.length; count++) {
        session.feed(tokens[count - 1]);
        assertThat(session.position()).isEqualTo(count);
        assertThat(session.logits())
            .as("after %d tokens", count)
            .isEqualTo(fresh(mini, first(tokens, count)));
      }
      for (int count : new int[] {BORDER + 3, BORDER + 1, BORDER, BORDER - 1, 5}) {
        session.rewind(count - 1);
        session.feed(tokens[count - 1]);
        assertThat(session.logits())
            .as("back at %d tokens", count)
            .isEqualTo(fresh(mini, first(tokens, count)));
        session.feed(Arrays.copyOfRange(tokens, count, tokens.length));
        assertThat(session.logits()).isEqualTo(fresh(mini, tokens));
      }
    }
  }

  @Test
  void generationAcrossTheRopeBorderEqualsAFreshContext() {
    int[] prompt = tokens(BORDER - 3, 9);
    GenerationOptions options =
        GenerationOptions.builder()
            .maxTokens(10)
            .ignoreModelStop(true)
            .sampling(Sampling.topP(0.9f, 1).toBuilder().seed(4).build())
            .build();
    try (Session session = mini.newSession()) {
      Completion completion = session.generate(Prompt.tokens(prompt), options);
      assertThat(completion.tokens()).hasSize(10);
      int[] all =
          IntStream.concat(IntStream.of(prompt), IntStream.of(completion.tokens())).toArray();

      assertThat(session.position()).isEqualTo(all.length);
      assertThat(session.logits()).isEqualTo(fresh(mini, all));
      // And back: the same prompt again, after a context beyond the border.
      assertThat(session.generate(Prompt.tokens(prompt), options).tokens())
          .isEqualTo(completion.tokens());
    }
  }

  @Test
  void aSinkAcrossTheBorderGetsEachNewPositionOnce() {
    int[] tokens = tokens(BORDER + 4, 10);
    try (Session session = mini.newSession()) {
      session.feed(first(tokens, BORDER - 2));
      List<Integer> positions = new ArrayList<>();
      session.feed(
          Arrays.copyOfRange(tokens, BORDER - 2, tokens.length),
          (position, logits) -> positions.add(position));

      assertThat(positions)
          .containsExactlyElementsOf(IntStream.range(BORDER - 2, tokens.length).boxed().toList());
      assertThat(session.logits()).isEqualTo(fresh(mini, tokens));
    }
  }

  @Test
  void aClosedSessionRefusesAllButClosing() {
    Session session = tiny.newSession();
    session.feed(1);
    session.close();
    session.close();
    session.cancel();

    assertClosed(() -> session.feed(1));
    assertClosed(() -> session.feed(new int[] {1}, (position, logits) -> {}));
    assertClosed(session::logits);
    assertClosed(session::position);
    assertClosed(() -> session.rewind(0));
    assertClosed(() -> session.generate("Hello"));
    assertThat(session.contextLength()).isEqualTo(300);
  }

  private static void assertClosed(org.assertj.core.api.ThrowableAssert.ThrowingCallable use) {
    assertThatThrownBy(use).isInstanceOf(ClosedException.class).hasMessageContaining("closed");
  }

  @Test
  void aClosedGeneratorClosesItsSessions() {
    Generator generator = Phi4.load(TinyModel.Q8_0.path());
    Session session = generator.newSession();
    session.feed(1, 2);
    generator.close();
    generator.close();

    assertClosed(() -> session.feed(1));
    assertClosed(generator::newSession);
    assertClosed(() -> generator.generate("Hello"));
    session.close();
    // Methods that need neither file nor threads still work.
    assertThat(generator.info().architecture()).isEqualTo("phi3");
    assertThat(generator.tokenizer().decode(generator.tokenizer().encode("Hello!")))
        .isEqualTo("Hello!");
  }

  @Test
  void closingFromASinkIsRefused() {
    try (Generator generator = Phi4.load(TinyModel.Q8_0.path());
        Session session = generator.newSession()) {
      List<Throwable> refusals = new ArrayList<>();
      Completion completion =
          session.generate(
              Prompt.chat(Message.user("Hello")),
              GenerationOptions.defaults(),
              text -> {
                for (AutoCloseable closed : List.of(session, generator)) {
                  try {
                    closed.close();
                  } catch (Exception e) {
                    refusals.add(e);
                  }
                }
                return false;
              });
      assertThat(completion.finishReason()).isEqualTo(FinishReason.CANCELLED);
      assertThat(refusals)
          .hasSize(2)
          .allSatisfy(e ->
              assertThat(e).isInstanceOf(IllegalStateException.class).hasMessageContaining("sink"));
      assertThat(session.position()).isPositive(); // still open
    }
  }

  @Test
  void aSinkMayNotUseItsOwnSessionButAnother() {
    try (Session session = tiny.newSession();
        Session other = tiny.newSession()) {
      List<Integer> positions = new ArrayList<>();
      session.feed(
          new int[] {1, 2, 3},
          (position, logits) -> {
            assertThatThrownBy(session::position)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("calls this sink");
            other.feed(position);
            positions.add(other.position());
          });
      assertThat(positions).containsExactly(1, 2, 3);
      assertThat(other.logits()).isEqualTo(fresh(tiny, 0, 1, 2));
    }
  }

  @Test
  void aCancelledSessionKeepsStreamedTokens() {
    Prompt prompt = Prompt.chat(Message.user("What is 27 + 45?"));
    try (Session session = tiny.newSession()) {
      Completion cancelled =
          session.generate(
              prompt,
              GenerationOptions.defaults(),
              text -> {
                session.cancel();
                return true;
              });
      assertThat(cancelled.finishReason()).isEqualTo(FinishReason.CANCELLED);
      assertThat(cancelled.tokens()).isNotEmpty();
      assertThat(session.position())
          .isEqualTo(cancelled.usage().promptTokens() + cancelled.tokens().length);
      int[] all =
          IntStream.concat(
                  Arrays.stream(
                      tiny.tokenizer().encode(Prompt.chat(Message.user("What is 27 + 45?")))),
                  Arrays.stream(cancelled.tokens()))
              .toArray();
      assertThat(session.logits()).isEqualTo(fresh(tiny, all));
    }
  }

  @Test
  void aContextOfOneTokenHoldsOne() {
    SessionOptions one = SessionOptions.builder().contextLength(1).build();
    try (Session session = tiny.newSession(one)) {
      Completion completion = session.generate(Prompt.tokens(5), GenerationOptions.defaults());

      assertThat(completion.finishReason()).isEqualTo(FinishReason.CONTEXT_FULL);
      assertThat(completion.tokens()).isEmpty();
      session.rewind(0);
      session.feed(7);
      assertThat(session.logits()).isNotEmpty();
      assertThatThrownBy(() -> session.feed(8)).hasMessageContaining("room for 0");
    }
  }
}

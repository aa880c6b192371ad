package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.api.ClosedException;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.ContextShift;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.Session;
import io.github.phi4j.api.SessionOptions;
import io.github.phi4j.api.Speculation;
import io.github.phi4j.testing.RandomModel;
import io.github.phi4j.testing.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Speculation does not change the text. With a seed, the tokens themselves are equal, which is
 * stronger than an equal distribution and needs no statistics.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SpeculationTest {

  @TempDir private static Path directory;

  private static Generator tiny;
  private static Generator draft;

  @BeforeAll
  static void load() {
    tiny = Phi4.load(TinyModel.Q8_0.path());
    draft = Phi4.load(TinyModel.Q4_0.path());
  }

  @AfterAll
  static void close() {
    tiny.close();
    draft.close();
  }

  private static GenerationOptions.Builder options() {
    return GenerationOptions.builder().maxTokens(60).ignoreModelStop(true);
  }

  static Stream<GenerationOptions> cases() {
    Sampling drawn = Sampling.builder().temperature(0.9f).topP(0.95f).seed(5).build();
    Sampling penalized =
        Sampling.builder().temperature(0.7f).repeatPenalty(1.2f).penaltyWindow(16).seed(6).build();
    return Stream.of(
        options().build(),
        options().maxTokens(1).build(),
        options().sampling(drawn).build(),
        options().sampling(penalized).build(),
        options().stopStrings("e", "7").minTokens(0).build(),
        GenerationOptions.builder().minTokens(20).maxTokens(40).sampling(drawn).build(),
        GenerationOptions.builder().build());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyDraftLeavesTheTextAsItIs(GenerationOptions plain) {
    Prompt prompt = Prompt.chat(Message.user("Repeat: one two three, one two three, one two"));
    for (Speculation speculation :
        List.of(Speculation.lookup(), new Speculation.Lookup(1), Speculation.draft(draft))) {
      try (Session expected = tiny.newSession();
          Session session = tiny.newSession()) {
        Completion without = expected.generate(prompt, plain);
        Completion with =
            session.generate(prompt, plain.toBuilder().speculation(speculation).build());

        assertThat(with.text()).isEqualTo(without.text());
        assertThat(with.tokens()).isEqualTo(without.tokens());
        assertThat(with.finishReason()).isEqualTo(without.finishReason());
        assertThat(with.usage().completionTokens()).isEqualTo(without.usage().completionTokens());
        assertThat(with.timings().decodeTokens()).isEqualTo(without.timings().decodeTokens());
        assertThat(with.timings().acceptedTokens()).isBetween(0, with.timings().draftedTokens());
        assertThat(session.position()).isEqualTo(expected.position());
        assertThat(session.logits()).isEqualTo(expected.logits());
      }
    }
  }

  @Test
  void aContextThatFillsUpEndsAtTheSameToken() {
    Path file = RandomModel.mini().contextLength(60).write(directory.resolve("mini.gguf"));
    Prompt prompt = Prompt.tokens(1, 2, 3, 1, 2, 3, 1, 2);
    GenerationOptions plain = GenerationOptions.builder().ignoreModelStop(true).build();
    try (Generator mini = Phi4.load(file)) {
      Completion without = mini.generate(prompt, plain);
      Completion with =
          mini.generate(prompt, plain.toBuilder().speculation(Speculation.lookup()).build());

      assertThat(with.tokens()).isEqualTo(without.tokens()).hasSize(52);
      assertThat(with.finishReason()).isEqualTo(without.finishReason());
    }
  }

  @Test
  void aShiftingContextGivesTheSameTokens() {
    SessionOptions small = SessionOptions.builder().contextLength(90).build();
    GenerationOptions plain = options().maxTokens(200).contextShift(ContextShift.keep(7)).build();
    Prompt prompt = Prompt.tokens(1, 2, 3, 1, 2, 3, 1, 2);
    for (Speculation speculation : List.of(Speculation.lookup(), Speculation.draft(draft))) {
      try (Session expected = tiny.newSession(small);
          Session session = tiny.newSession(small)) {
        Completion with =
            session.generate(prompt, plain.toBuilder().speculation(speculation).build());
        assertThat(with.tokens()).isEqualTo(expected.generate(prompt, plain).tokens()).hasSize(200);
      }
    }
  }

  @Test
  void withoutSpeculationNothingIsDrafted() {
    assertThat(tiny.generate(Prompt.tokens(1, 2, 3), options().build()).timings().draftedTokens())
        .isZero();
  }

  @Test
  void aSessionSpeculatesTurnAfterTurn() {
    try (Session session = tiny.newSession();
        Session plain = tiny.newSession()) {
      List<Message> messages = new ArrayList<>();
      for (String question : List.of("What is 2 + 3?", "And 4 + 4?", "What is 2 + 3?")) {
        messages.add(Message.user(question));
        Prompt prompt = Prompt.chat(messages);
        GenerationOptions limited = GenerationOptions.builder().maxTokens(30).build();
        Completion with =
            session.generate(
                prompt, limited.toBuilder().speculation(Speculation.draft(draft)).build());
        assertThat(with.tokens()).isEqualTo(plain.generate(prompt, limited).tokens());
        messages.add(Message.assistant(with.text()));
      }
    }
  }

  @Test
  void aDraftModelWithAnotherVocabularyIsRefused() {
    Path file = RandomModel.phi4().write(directory.resolve("other.gguf"));
    try (Generator other = Phi4.load(file)) {
      GenerationOptions options = options().speculation(Speculation.draft(other)).build();

      assertThatThrownBy(() -> tiny.generate(Prompt.tokens(1, 2, 3), options))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("another vocabulary");
    }
  }

  @Test
  void aClosedDraftModelIsReported() {
    Generator gone = Phi4.load(TinyModel.Q4_0.path());
    gone.close();
    GenerationOptions options = options().speculation(Speculation.draft(gone)).build();

    assertThatThrownBy(() -> tiny.generate(Prompt.tokens(1, 2, 3), options))
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void numbersOutOfRangeAreRefused() {
    for (int most : new int[] {0, 65}) {
      assertThatThrownBy(() -> new Speculation.Lookup(most))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("from 1 to 64");
    }
  }
}

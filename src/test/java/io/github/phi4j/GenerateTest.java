package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.PromptTooLongException;
import io.github.phi4j.api.Reasoning;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.Session;
import io.github.phi4j.api.Tool;
import io.github.phi4j.testing.RandomModel;
import io.github.phi4j.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Results of {@code generate} on the trained tiny model. */
final class GenerateTest {

  private static final String QUESTION = "What is 47 + 38?";
  private static final String ANSWER = "Ones: 7+8=15, carry 1.\nTens: 4+3+1=8.\nAnswer: 85";

  private static Generator tiny;

  @BeforeAll
  static void load() {
    tiny = Phi4.load(TinyModel.F32.path());
  }

  @AfterAll
  static void close() {
    tiny.close();
  }

  private static GenerationOptions.Builder options() {
    return GenerationOptions.builder();
  }

  private static Prompt question() {
    return Prompt.chat(Message.user(QUESTION));
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16"})
  void greedyTextsAreThoseOfTheReference(TinyModel model) throws IOException {
    ObjectMapper json = new ObjectMapper();
    try (Generator generator = Phi4.load(model.path())) {
      for (String line : TinyModel.text("greedy.jsonl").lines().toList()) {
        JsonNode expected = json.readTree(line);
        List<Message> messages = new ArrayList<>();
        for (JsonNode message : expected.get("messages")) {
          String content = message.get("content").asText();
          messages.add(
              switch (message.get("role").asText()) {
                case "system" -> Message.system(content);
                case "assistant" -> Message.assistant(content);
                default -> Message.user(content);
              });
        }
        Completion completion = generator.generate(Prompt.chat(messages));

        assertThat(generator.tokenizer().encode(Prompt.chat(messages)))
            .containsExactly(json.treeToValue(expected.get("prompt_ids"), int[].class));
        assertThat(completion.text()).isEqualTo(expected.get("text").asText());
        assertThat(completion.tokens())
            .containsExactly(json.treeToValue(expected.get("greedy_ids"), Integer[].class));
        assertThat(completion.finishReason()).isEqualTo(FinishReason.STOP);
      }
    }
  }

  @Test
  void allKindsOfPromptsAreEquivalent() {
    int[] ids = tiny.tokenizer().encode(Prompt.chat(Message.user(QUESTION)));

    assertThat(tiny.generate(QUESTION).text()).isEqualTo(ANSWER);
    assertThat(tiny.generate(question()).text()).isEqualTo(ANSWER);
    assertThat(tiny.generate(Prompt.tokens(ids)).text()).isEqualTo(ANSWER);
    // A raw text that looks like a chat is not one.
    String raw = "<|im_start|>user<|im_sep|>" + QUESTION + "<|im_end|>";
    Completion completion = tiny.generate(Prompt.raw(raw), options().maxTokens(1).build());
    assertThat(completion.usage().promptTokens()).isGreaterThan(ids.length);
  }

  @Test
  void encodedPromptsAreThoseOfGeneration() {
    Tool tool = new Tool("clock", "Tells the time", "{\"type\": \"object\"}");
    Message thoughtful = Message.assistant("72", "27 + 45", List.of());
    List<GenerationOptions.Builder> all =
        List.of(
            options(),
            options().tools(tool),
            options().reasoning(Reasoning.builder().kept(true).build()));
    LoadOptions reasoning = LoadOptions.builder().chatFormat(ChatFormat.PHI4_REASONING).build();
    try (Generator generator = Phi4.load(TinyModel.F32.path(), reasoning);
        Session session = generator.newSession()) {
      for (Prompt prompt :
          List.of(
              Prompt.chat(Message.user("a"), thoughtful, Message.user("b")),
              Prompt.continuing(Message.user("a"), Message.assistant("", "27", List.of())),
              Prompt.raw("7 + 8"),
              Prompt.tokens(5, 6, 7))) {
        for (GenerationOptions.Builder builder : all) {
          GenerationOptions options = builder.maxTokens(1).logProbs(0).build();
          if (!(prompt instanceof Prompt.Chat) && !options.tools().isEmpty()) {
            assertThatIllegalArgumentException()
                .isThrownBy(() -> generator.tokenizer().encode(prompt, options));
            continue;
          }
          int[] ids = generator.tokenizer().encode(prompt, options);
          Completion completion = session.generate(prompt, options);

          assertThat(completion.usage().promptTokens()).isEqualTo(ids.length);
          session.rewind(0);
          session.feed(ids);
          double[] expected = session.distribution(Sampling.builder().temperature(1).build());
          assertThat(Math.exp(completion.logProbs().getFirst().logProb()))
              .isCloseTo(expected[completion.tokens()[0]], within(1e-6));
        }
      }
    }
  }

  @Test
  void theStreamIsTheTextInPiecesOfWholeCharacters() {
    List<String> pieces = new ArrayList<>();
    Completion completion =
        tiny.generate(
            question(),
            GenerationOptions.defaults(),
            piece -> {
              pieces.add(piece);
              return true;
            });

    assertThat(String.join("", pieces)).isEqualTo(completion.text()).isEqualTo(ANSWER);
    assertThat(pieces).hasSizeGreaterThan(10).doesNotContain("");
  }

  @Test
  void aStreamOfRandomBytesSplitsNoCharacter(@TempDir Path directory) {
    Path file = RandomModel.phi4().write(directory.resolve("random.gguf"));
    try (Generator random = Phi4.load(file)) {
      GenerationOptions options =
          options()
              .maxTokens(200)
              .ignoreModelStop(true)
              .sampling(Sampling.topP(1.5f, 1).toBuilder().seed(1).build())
              .build();
      List<String> pieces = new ArrayList<>();
      Completion completion =
          random.generate(
              Prompt.raw("a"),
              options,
              piece -> {
                pieces.add(piece);
                return true;
              });
      int[] ids = completion.tokens();

      assertThat(String.join("", pieces)).isEqualTo(completion.text());
      assertThat(completion.text()).contains("\ufffd");
      assertThat(random.tokenizer().decode(ids))
          .isIn(completion.text(), completion.text() + "\ufffd"); // half a character at the end
      assertThat(pieces)
          .noneMatch(piece -> Character.isHighSurrogate(piece.charAt(piece.length() - 1)));
      for (int id : ids) { // unused ids are never chosen
        assertThat(random.tokenizer().text(id)).doesNotStartWith("[PAD");
      }
    }
  }

  @Test
  void aSinkThatReturnsFalseEndsTheGeneration() {
    StringBuilder seen = new StringBuilder();
    Completion completion =
        tiny.generate(
            question(),
            GenerationOptions.defaults(),
            piece -> {
              seen.append(piece);
              return seen.length() < 20;
            });

    assertThat(completion.finishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(completion.text()).isEqualTo(seen.toString()).hasSizeGreaterThanOrEqualTo(20);
    assertThat(ANSWER).startsWith(completion.text());
    assertThat(completion.tokens()).isNotEmpty();
  }

  @Test
  void anExceptionOfTheSinkReachesTheCallerAndTheSessionContinues() {
    RuntimeException thrown = new IllegalArgumentException("of the sink");
    try (Session session = tiny.newSession()) {
      assertThatThrownBy(() ->
              session.generate(
                  question(),
                  GenerationOptions.defaults(),
                  piece -> {
                    throw thrown;
                  }))
          .isSameAs(thrown);
      assertThat(session.generate(question()).text()).isEqualTo(ANSWER);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5, 29})
  void maxTokensIsAHardLimit(int max) {
    Completion completion = tiny.generate(question(), options().maxTokens(max).build());

    assertThat(completion.finishReason()).isEqualTo(FinishReason.MAX_TOKENS);
    assertThat(completion.tokens()).hasSize(max);
    assertThat(ANSWER).startsWith(completion.text());
    assertThat(completion.usage().completionTokens()).isEqualTo(max);
  }

  @Test
  void minTokensKeepsTheModelFromStoppingEarlier() {
    Completion completion =
        tiny.generate(question(), options().minTokens(40).maxTokens(45).build());

    assertThat(completion.tokens()).hasSizeGreaterThanOrEqualTo(40);
    assertThat(completion.text()).startsWith(ANSWER);
    for (int stop : tiny.tokenizer().stopTokens()) {
      assertThat(Arrays.copyOf(completion.tokens(), 40)).doesNotContain(stop);
    }
  }

  @Test
  void stopTokensEndTheText() {
    int comma = tiny.tokenizer().encode(",")[0];
    Completion completion = tiny.generate(question(), options().stopTokens(Set.of(comma)).build());

    assertThat(completion.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(completion.text()).isEqualTo("Ones: 7+8=15");
    assertThat(completion.tokens()).doesNotContain(comma);
    assertThat(completion.usage().completionTokens()).isEqualTo(completion.tokens().length + 1);
  }

  @Test
  void theModelsStopCanBeIgnored() {
    Completion completion =
        tiny.generate(question(), options().maxTokens(60).ignoreModelStop(true).build());

    assertThat(completion.finishReason()).isEqualTo(FinishReason.MAX_TOKENS);
    assertThat(completion.tokens()).hasSize(60);
    assertThat(completion.text()).startsWith(ANSWER);
    for (int stop : tiny.tokenizer().stopTokens()) {
      assertThat(completion.tokens()).doesNotContain(stop);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"carry", ", c", "15, carry 1.\nTens", "\n", "Ones: 7+8=15,", "O", "5"})
  void noPartOfAStopStringIsStreamed(String stop) {
    StringBuilder streamed = new StringBuilder();
    Completion completion =
        tiny.generate(
            question(),
            options().stopStrings("never", stop).build(),
            piece -> {
              streamed.append(piece);
              return true;
            });

    assertThat(completion.finishReason()).isEqualTo(FinishReason.STOP_STRING);
    assertThat(completion.text())
        .isEqualTo(streamed.toString())
        .isEqualTo(ANSWER.substring(0, ANSWER.indexOf(stop)));
    int[] ids = completion.tokens();
    assertThat(tiny.tokenizer().decode(ids)).contains(stop);
  }

  @Test
  void aPrefixOfAStopStringIsPartOfTheText() {
    assertThat(tiny.generate(question(), options().stopStrings("85 apples", "carry 2").build()))
        .satisfies(completion -> {
          assertThat(completion.text()).isEqualTo(ANSWER);
          assertThat(completion.finishReason()).isEqualTo(FinishReason.STOP);
        });
  }

  @Test
  void aFullContextEndsTheText() {
    LoadOptions load = LoadOptions.builder().contextLength(30).build();
    try (Generator small = Phi4.load(TinyModel.F32.path(), load);
        Session session = small.newSession()) {
      Completion completion = session.generate(question());

      assertThat(completion.finishReason()).isEqualTo(FinishReason.CONTEXT_FULL);
      assertThat(ANSWER).startsWith(completion.text());
      assertThat(completion.usage().totalTokens()).isEqualTo(30);
      assertThat(session.position()).isEqualTo(30);
      assertThat(session.contextLength()).isEqualTo(30);

      int[] exact = new int[30];
      assertThat(small.generate(Prompt.tokens(exact)).finishReason())
          .isEqualTo(FinishReason.CONTEXT_FULL);
      assertThatThrownBy(() -> small.generate(Prompt.tokens(new int[31])))
          .isInstanceOf(PromptTooLongException.class)
          .hasFieldOrPropertyWithValue("tokens", 31)
          .hasFieldOrPropertyWithValue("room", 30)
          .hasMessageContaining("31 tokens")
          .hasMessageContaining("room for 30");
    }
  }

  @Test
  void promptsThatCannotBeContinuedAreRefused() {
    assertThatThrownBy(() -> tiny.generate(Prompt.raw("")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("empty");
    assertThatThrownBy(() -> tiny.generate(Prompt.tokens()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("empty");
    assertThatThrownBy(() -> Prompt.chat(List.of())).isInstanceOf(IllegalArgumentException.class);
    for (int id : new int[] {-1, 4096, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> tiny.generate(Prompt.tokens(1, id)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("token id " + id)
          .hasMessageContaining("index 1")
          .hasMessageContaining("0 to 4095");
    }
  }

  @Test
  void idsOutsideTheVocabularyAreRefusedInOptions() {
    GenerationOptions stop = options().stopTokens(Set.of(4096)).build();
    GenerationOptions bias =
        options().sampling(Sampling.builder().logitBias(5000, 1).build()).build();

    assertThatThrownBy(() -> tiny.generate(question(), stop))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4096");
    assertThatThrownBy(() -> tiny.generate(question(), bias))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("5000");
  }

  @Test
  void negativeAndImpossibleOptionsAreRefused() {
    assertRefused("max tokens", () -> options().maxTokens(-1).build());
    assertRefused("min tokens", () -> options().minTokens(-1).build());
    assertRefused("min tokens", () -> options().minTokens(5).maxTokens(4).build());
    assertRefused("stop string", () -> options().stopStrings("a", "").build());
    for (float wrong : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
      assertRefused("temperature", () -> Sampling.builder().temperature(wrong).build());
      assertRefused("top-p", () -> Sampling.builder().topP(wrong).build());
      assertRefused("min-p", () -> Sampling.builder().minP(wrong).build());
      assertRefused("typical-p", () -> Sampling.builder().typicalP(wrong).build());
      assertRefused("repeat penalty", () -> Sampling.builder().repeatPenalty(wrong).build());
    }
    for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      assertRefused("presence penalty", () -> Sampling.builder().presencePenalty(wrong).build());
      assertRefused("frequency penalty", () -> Sampling.builder().frequencyPenalty(wrong).build());
      assertRefused("logit bias", () -> Sampling.builder().logitBias(1, wrong).build());
    }
    assertRefused("logit bias", () -> Sampling.builder().logitBias(-1, 0).build());
    assertRefused("top-k", () -> Sampling.builder().topK(-1).build());
    assertRefused("penalty window", () -> Sampling.builder().penaltyWindow(-2).build());
  }

  private static void assertRefused(
      String option, org.assertj.core.api.ThrowableAssert.ThrowingCallable build) {
    assertThatThrownBy(build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(option);
  }

  @Test
  void aSeedGivesTheSameTextOnAnyNumberOfThreads() {
    Prompt prompt = Prompt.chat(Message.user("Tell me a story."));
    List<String> texts = new ArrayList<>();
    for (int threads : new int[] {1, 2, 3, 5}) {
      LoadOptions load = LoadOptions.builder().threads(threads).build();
      try (Generator generator = Phi4.load(TinyModel.Q8_0.path(), load)) {
        for (long seed : new long[] {7, 8}) {
          GenerationOptions options =
              options()
                  .maxTokens(40)
                  .sampling(Sampling.topP(1.2f, 0.98f).toBuilder().seed(seed).build())
                  .build();
          texts.add(generator.generate(prompt, options).text());
        }
      }
    }
    for (int i = 2; i < texts.size(); i++) {
      assertThat(texts.get(i)).isEqualTo(texts.get(i % 2));
    }
    assertThat(texts.get(0)).isNotEqualTo(texts.get(1));
  }

  @Test
  void biasAndPenaltiesAffectTheChoice() {
    int first = tiny.generate(question(), options().maxTokens(1).build()).tokens()[0];
    GenerationOptions banned =
        options()
            .maxTokens(1)
            .sampling(Sampling.builder().logitBias(first, Float.NEGATIVE_INFINITY).build())
            .build();

    assertThat(tiny.generate(question(), banned).tokens()[0]).isNotEqualTo(first);
  }

  @Test
  void usageAndTimingsAddUp() {
    LoadOptions alone = LoadOptions.builder().prefixCacheBytes(0).build();
    try (Generator own = Phi4.load(TinyModel.F32.path(), alone);
        Session session = own.newSession()) {
      Completion completion = session.generate(question());

      assertThat(completion.usage().promptTokens()).isEqualTo(17);
      assertThat(completion.usage().cachedTokens()).isZero();
      assertThat(completion.tokens()).hasSize(30);
      assertThat(completion.usage().completionTokens()).isEqualTo(31); // with the stop token
      assertThat(completion.timings().prefillTokens()).isEqualTo(17);
      assertThat(completion.timings().decodeTokens()).isEqualTo(30);
      assertThat(completion.timings().prefill()).isPositive();
      assertThat(completion.timings().decode()).isPositive();
      assertThat(completion.timings().prefillTokensPerSecond()).isPositive();
      assertThat(completion.timings().decodeTokensPerSecond()).isPositive();

      Completion again = session.generate(question());
      assertThat(again.usage().cachedTokens()).isEqualTo(16);
      assertThat(again.timings().prefillTokens()).isEqualTo(1);
      assertThat(again.text()).isEqualTo(ANSWER);
    }
  }

  @Test
  void infoDescribesTheModel() {
    assertThat(tiny.info().architecture()).isEqualTo("phi3");
    assertThat(tiny.info().quantization()).isEqualTo("all F32");
    assertThat(tiny.info().parameterCount()).isEqualTo(6_622_464);
    assertThat(tiny.info().weightBytes()).isEqualTo(4 * 6_622_464);
    assertThat(tiny.info().vocabularySize()).isEqualTo(tiny.tokenizer().vocabularySize());
    assertThat(tiny.info().trainedContextLength()).isEqualTo(2048);
    assertThat(tiny.info().chatFormat()).contains(io.github.phi4j.api.ChatFormat.PHI4);
    assertThat(tiny.info().findings()).isEmpty();
  }
}

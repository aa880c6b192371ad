package io.github.phi4j.internal.grammar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.GrammarException;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.NoTokenLeftException;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.Speculation;
import io.github.phi4j.testing.RandomModel;
import io.github.phi4j.testing.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Constrained texts of the trained tiny model, and of models with random weights. */
final class ConstrainedGenerationTest {

  private static final Prompt QUESTION = Prompt.chat(Message.user("What is 47 + 38?"));
  private static final List<String> GRAMMARS =
      List.of(
          "json.gbnf",
          "json-array.gbnf",
          "arithmetic.gbnf",
          "c.gbnf",
          "chess.gbnf",
          "list.gbnf",
          "date.gbnf",
          "unicode.gbnf",
          "comments.gbnf");

  private static Generator tiny;

  @BeforeAll
  static void load() {
    tiny = Phi4.load(TinyModel.Q8_0.path());
  }

  @AfterAll
  static void close() {
    tiny.close();
  }

  private static GenerationOptions.Builder options(String gbnf) {
    return GenerationOptions.builder().grammar(Grammar.gbnf(gbnf)).maxTokens(60);
  }

  private static Completion generate(GenerationOptions.Builder options) {
    return tiny.generate(QUESTION, options.build());
  }

  static List<String> grammars() {
    return GRAMMARS;
  }

  @ParameterizedTest
  @MethodSource("grammars")
  void atAnyTemperatureTheTextIsAPrefixOfAMatch(String name) {
    String gbnf = GrammarExamplesTest.grammar(name);
    for (int seed = 0; seed < 6; seed++) {
      Sampling sampling =
          seed == 0
              ? Sampling.greedy()
              : Sampling.builder().temperature(seed % 2 == 0 ? 1 : 20).seed(seed).build();
      check(gbnf, tiny.generate(QUESTION, options(gbnf).sampling(sampling).build()));
    }
  }

  private static void check(String gbnf, Completion completion) {
    NaiveMatcher naive = new NaiveMatcher(GbnfParser.parse(gbnf));
    byte[] text = completion.text().getBytes(UTF_8);
    if (completion.finishReason() == FinishReason.STOP) {
      assertThat(naive.matches(text)).as(completion.text()).isTrue();
    } else {
      assertThat(naive.isPrefix(text)).as(completion.text()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void randomModelsFollowGrammars(long seed, @TempDir Path folder) {
    Path file = RandomModel.phi4().seed(seed).write(folder.resolve("random.gguf"));
    try (Generator random = Phi4.load(file, LoadOptions.defaults())) {
      for (String name : GRAMMARS) {
        String gbnf = GrammarExamplesTest.grammar(name);
        Sampling sampling = Sampling.builder().temperature(1.5f).seed(seed).build();
        check(gbnf, random.generate(Prompt.raw("x"), options(gbnf).sampling(sampling).build()));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5})
  void randomModelsFollowRandomGrammars(long seed, @TempDir Path folder) {
    Random random = new Random(seed);
    Path file = RandomModel.phi4().seed(seed).write(folder.resolve("random.gguf"));
    int ended = 0;
    try (Generator model = Phi4.load(file, LoadOptions.defaults())) {
      for (int followed = 0; followed < 40; ) {
        String gbnf =
            String.format(
                Locale.ROOT,
                "root ::= %s\nother ::= %s",
                rightSide(random, 3),
                rightSide(random, 2));
        Sampling sampling =
            Sampling.builder().temperature(random.nextInt(3)).seed(random.nextLong()).build();
        try {
          model.prepare(Grammar.gbnf(gbnf));
        } catch (GrammarException e) {
          continue; // left-recursive or endless
        }
        GenerationOptions few = options(gbnf).sampling(sampling).maxTokens(12).build();
        Completion completion = model.generate(Prompt.raw("x"), few);
        check(gbnf, completion);
        ended += completion.finishReason() == FinishReason.STOP ? 1 : 0;
        followed++;
      }
    }
    assertThat(ended).isGreaterThan(10);
  }

  private static String rightSide(Random random, int depth) {
    return switch (random.nextInt(depth == 0 ? 3 : 7)) {
      case 0 -> oneOf(random, "[a-c]", "[^x]", ".", "[é€😀]");
      case 1 -> oneOf(random, "\"a\"", "\"ab\"", "\"é\"", "\"\\n\"");
      case 2 -> oneOf(random, "root", "other", "other");
      case 3, 4 -> "(" + rightSide(random, depth - 1) + " | " + rightSide(random, depth - 1) + ")";
      case 5 -> rightSide(random, depth - 1) + " " + rightSide(random, depth - 1);
      default -> "(" + rightSide(random, depth - 1) + ")" + oneOf(random, "?", "*", "+", "{1,2}");
    };
  }

  private static String oneOf(Random random, String... texts) {
    return texts[random.nextInt(texts.length)];
  }

  @Test
  void aGrammarThatTheModelFollowsAnywayChangesNothing() {
    GenerationOptions.Builder free = GenerationOptions.builder();
    for (Sampling sampling :
        List.of(Sampling.greedy(), Sampling.builder().temperature(1).seed(5).build())) {
      Completion expected = tiny.generate(QUESTION, free.sampling(sampling).build());
      Completion actual = generate(options("root ::= .*").maxTokens(1000).sampling(sampling));

      assertThat(actual.tokens()).isEqualTo(expected.tokens());
      assertThat(actual.usage()).isEqualTo(expected.usage());
      assertThat(actual.finishReason()).isEqualTo(expected.finishReason());
    }
  }

  @Test
  void aCompleteTextEndsAtOnceRegardlessOfOtherOptions() {
    Completion completion =
        generate(options("root ::= \"yes\" | \"no\"").minTokens(20).ignoreModelStop(true));

    assertThat(completion.text()).isIn("yes", "no");
    assertThat(completion.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(completion.usage().completionTokens()).isEqualTo(completion.tokens().length);
    assertThat(generate(options("root ::= \"\"")).tokens()).isEmpty();
  }

  @Test
  void ignoringStopTokensTheTextContinuesIfTheGrammarAllowsIt() {
    Completion completion = generate(options("root ::= [0-9]*").ignoreModelStop(true));

    assertThat(completion.finishReason()).isEqualTo(FinishReason.MAX_TOKENS);
    assertThat(completion.text()).matches("[0-9]{60,}");
    int digit = generate(options("root ::= [0-9]")).tokens()[0];
    Completion atLeast = generate(options("root ::= [0-9]*").minTokens(9));
    assertThat(atLeast.tokens()).hasSizeGreaterThanOrEqualTo(9);
    // A custom stop token is not text, even if it has text.
    Completion without =
        generate(options("root ::= [0-9] [0-9] [0-9]").stopTokens(Set.of(digit)).maxTokens(3));
    assertThat(without.tokens()).doesNotContain(digit);
  }

  @Test
  void aStopStringEndsTheTextBeforeTheGrammarDoes() {
    Completion completion = generate(options("root ::= [a-c] [a-c] \";\" .*").stopStrings(";"));

    assertThat(completion.finishReason()).isEqualTo(FinishReason.STOP_STRING);
    assertThat(completion.text()).matches("[a-c]{2}");
  }

  static List<GenerationOptions> constrained() {
    Sampling drawn = Sampling.builder().temperature(1).topP(0.95f).seed(3).build();
    String json = GrammarExamplesTest.grammar("json.gbnf");
    String list = GrammarExamplesTest.grammar("list.gbnf");
    return List.of(
        options(json).build(),
        options(json).sampling(drawn).build(),
        options(list).sampling(drawn.toBuilder().seed(4).build()).build(),
        options(list).stopStrings("e", "1").build(),
        options("root ::= (\"one two three, \")+").build(),
        options("root ::= (\"one two three, \")+ \".\"").sampling(drawn).stopStrings(", ").build());
  }

  @ParameterizedTest
  @MethodSource("constrained")
  void draftsLeaveTheTextAsItIs(GenerationOptions plain) {
    Prompt prompt = Prompt.chat(Message.user("Repeat: one two three, one two three, one two"));
    Completion without = tiny.generate(prompt, plain);
    try (Generator draft = Phi4.load(TinyModel.Q4_0.path())) {
      for (Speculation speculation : List.of(Speculation.lookup(), Speculation.draft(draft))) {
        Completion with = tiny.generate(prompt, plain.toBuilder().speculation(speculation).build());

        assertThat(with.tokens()).isEqualTo(without.tokens());
        assertThat(with.text()).isEqualTo(without.text());
        assertThat(with.finishReason()).isEqualTo(without.finishReason());
      }
    }
  }

  @Test
  void concurrentCallsGetTheirOwnTexts() throws Exception {
    List<GenerationOptions> all = new ArrayList<>(constrained());
    Sampling drawn = Sampling.builder().temperature(1).seed(8).build();
    all.add(GenerationOptions.builder().maxTokens(60).build());
    all.add(GenerationOptions.builder().maxTokens(60).sampling(drawn).build());
    all.add(all.getFirst().toBuilder().speculation(Speculation.lookup()).build());
    List<Completion> alone = all.stream().map(each -> tiny.generate(QUESTION, each)).toList();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Completion>> together =
          all.stream().map(each -> threads.submit(() -> tiny.generate(QUESTION, each))).toList();
      for (int i = 0; i < alone.size(); i++) {
        assertThat(together.get(i).get().tokens()).isEqualTo(alone.get(i).tokens());
        assertThat(together.get(i).get().text()).isEqualTo(alone.get(i).text());
        assertThat(together.get(i).get().finishReason()).isEqualTo(alone.get(i).finishReason());
      }
    }
  }

  @Test
  void aLimitInTheMiddleOfACharacterCutsItOff() {
    String gbnf = "root ::= \"a\" [\\U0001F000-\\U0001F0FF]{9}";
    for (int limit = 0; limit < 8; limit++) {
      Completion completion = generate(options(gbnf).maxTokens(limit));

      assertThat(completion.text()).doesNotContain("\ufffd");
      assertThat(completion.tokens()).hasSize(limit);
      check(gbnf, completion);
    }
  }

  @Test
  void banningAllAllowedTokensIsAnError() {
    Sampling.Builder sampling = Sampling.builder();
    IntStream.range(0, tiny.tokenizer().vocabularySize())
        .filter(id -> tiny.tokenizer().decode(id).startsWith("q"))
        .forEach(id -> sampling.logitBias(id, Float.NEGATIVE_INFINITY));
    for (float temperature : new float[] {0, 1}) {
      GenerationOptions options =
          options("root ::= \"q\"").sampling(sampling.temperature(temperature).build()).build();
      assertThatThrownBy(() -> tiny.generate(QUESTION, options))
          .isInstanceOf(NoTokenLeftException.class)
          .hasMessageContaining("the grammar allows 1 here, but all of them are banned");
    }
  }

  @Test
  void tokensCanBeNamedByIdAndText() {
    int separator = tiny.tokenizer().special("<|im_sep|>").orElseThrow();
    for (String name : List.of("<|im_sep|>", "<[" + separator + "]>")) {
      Completion completion =
          generate(options("root ::= \"a\" " + name + " [b-c] !" + name + " \"e\""));

      assertThat(completion.tokens()[1]).isEqualTo(separator);
      assertThat(completion.tokens()).hasSize(5).doesNotHaveDuplicates();
      assertThat(completion.text()).startsWith("a").endsWith("e");
    }
    assertThatThrownBy(() -> tiny.prepare(Grammar.gbnf("root ::= <no such token>")))
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining("<no such token> is not a single token of the model");
    assertThatThrownBy(() -> tiny.prepare(Grammar.gbnf("root ::= !<[4096]>")))
        .hasMessageContaining("the model's ids go from 0 to 4095");
    assertThatThrownBy(() -> tiny.prepare(Grammar.gbnf("root ::= <|im_end|>")))
        .hasMessageContaining("ends the model's turn");
  }

  @Test
  void aWrongGrammarIsRefusedBeforeAnythingIsComputed() {
    GenerationOptions options = options("root ::= (").build();
    Prompt prompt = Prompt.raw("x");

    assertThatThrownBy(() -> tiny.generate(prompt, options))
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining("line 1, column 10");
  }
}

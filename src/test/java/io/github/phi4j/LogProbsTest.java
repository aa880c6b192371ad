package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.phi4j.api.Choice;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.PromptTooLongException;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.Session;
import io.github.phi4j.api.TextSink;
import io.github.phi4j.api.TokenLogProb;
import io.github.phi4j.testing.TinyModel;
import java.io.IOException;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Log-probabilities of generation, scoring and choices, against the reference's logits. */
final class LogProbsTest {

  private static final Prompt QUESTION = Prompt.chat(Message.user("What is 47 + 38?"));
  private static final double ROUNDING = 2e-3; // twice the bound on a logit

  private static Generator tiny;

  @BeforeAll
  static void load() {
    LoadOptions options =
        LoadOptions.builder().contextLength(300).kvCacheType(KvCacheType.F32).build();
    tiny = Phi4.load(TinyModel.Q8_0.path(), options);
  }

  @AfterAll
  static void close() {
    tiny.close();
  }

  private static double logProb(float[] logits, int token) {
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit);
    }
    return logits[token] - Math.log(sum);
  }

  private static Completion generate(GenerationOptions.Builder options) {
    return tiny.generate(QUESTION, options.build());
  }

  @Test
  void thereAreNoneByDefault() {
    assertThat(tiny.generate(QUESTION).logProbs()).isEmpty();
  }

  @Test
  void eachGeneratedTokenHasOneWithAlternatives() {
    Completion completion = generate(GenerationOptions.builder().logProbs(3));
    assertThat(completion.logProbs())
        .extracting(TokenLogProb::id)
        .containsExactly(boxed(completion.tokens()))
        .hasSizeGreaterThan(10);
    for (TokenLogProb token : completion.logProbs()) {
      assertThat(token.alternatives()).hasSize(3);
      // Greedy: the token is the most probable one.
      assertThat(token.alternatives().getFirst().id()).isEqualTo(token.id());
      assertThat(token.alternatives().getFirst().logProb()).isEqualTo(token.logProb());
      assertThat(token.alternatives())
          .extracting(TokenLogProb.Alternative::logProb)
          .isSortedAccordingTo((a, b) -> Double.compare(b, a));
    }
  }

  @Test
  void samplingDoesNotChangeThem() {
    Completion greedy = generate(GenerationOptions.builder().logProbs(2));
    Sampling sampling =
        Sampling.builder().temperature(0.3f).topK(1).logitBias(5, 3).repeatPenalty(1.01f).build();
    Completion other = generate(GenerationOptions.builder().logProbs(2).sampling(sampling));
    assertThat(other.tokens()).isEqualTo(greedy.tokens());
    assertThat(other.logProbs()).isEqualTo(greedy.logProbs());
  }

  @Test
  void scoringTheCompletionGivesTheSameValues() {
    Completion completion = generate(GenerationOptions.builder().logProbs(0));
    int[] prompt = tiny.tokenizer().encode(Prompt.chat(Message.user("What is 47 + 38?")));
    int[] all =
        IntStream.concat(Arrays.stream(prompt), Arrays.stream(completion.tokens())).toArray();
    assertThat(tiny.score(Prompt.tokens(all), prompt.length)).isEqualTo(completion.logProbs());
  }

  /** Top-k, then temperature, by definition. */
  private static double[] topK(float[] logits, int k, double temperature) {
    int[] ids =
        IntStream.range(0, logits.length)
            .boxed()
            .sorted((a, b) -> Float.compare(logits[b], logits[a]))
            .limit(k)
            .mapToInt(Integer::intValue)
            .toArray();
    double sum = Arrays.stream(ids).mapToDouble(id -> Math.exp(logits[id] / temperature)).sum();
    double[] probabilities = new double[logits.length];
    for (int id : ids) {
      probabilities[id] = Math.exp(logits[id] / temperature) / sum;
    }
    return probabilities;
  }

  @Test
  void theSamplingDistributionIsReported() {
    Sampling sampling = Sampling.builder().temperature(1.5f).topK(5).seed(3).build();
    Completion completion =
        generate(GenerationOptions.builder().maxTokens(12).sampling(sampling).samplingProbs(3));
    assertThat(completion.logProbs())
        .extracting(TokenLogProb::id)
        .containsExactly(boxed(completion.tokens()));
    try (Session session = tiny.newSession()) {
      session.feed(tiny.tokenizer().encode(Prompt.chat(Message.user("What is 47 + 38?"))));
      for (TokenLogProb token : completion.logProbs()) {
        double[] expected = topK(session.logits(), 5, 1.5);
        TokenLogProb.Sampled sampled = token.sampled().orElseThrow();

        assertThat(sampled.probability()).isCloseTo(expected[token.id()], within(1e-4));
        assertThat(sampled.best()).hasSize(3);
        double[] sorted = Arrays.stream(expected).sorted().toArray();
        for (int i = 0; i < 3; i++) {
          TokenLogProb.Candidate candidate = sampled.best().get(i);
          assertThat(candidate.probability())
              .isCloseTo(expected[candidate.id()], within(1e-4))
              .isCloseTo(sorted[sorted.length - 1 - i], within(1e-4));
        }
        assertThat(token.logProb())
            .isCloseTo(logProb(session.logits(), token.id()), within(ROUNDING));
        assertThat(token.alternatives()).isEmpty();
        double[] distribution = session.distribution(sampling);
        assertThat(distribution).containsExactly(expected, within(1e-5));
        assertThat(Arrays.stream(distribution).sum()).isCloseTo(1, within(1e-12));
        session.feed(token.id());
      }
    }
  }

  @Test
  void greedySamplingIsCertainOfItsToken() {
    Completion completion = generate(GenerationOptions.builder().maxTokens(5).samplingProbs(2));
    for (TokenLogProb token : completion.logProbs()) {
      assertThat(token.sampled())
          .contains(
              new TokenLogProb.Sampled(1, List.of(new TokenLogProb.Candidate(token.id(), 1))));
    }
    try (Session session = tiny.newSession()) {
      assertThatThrownBy(() -> session.distribution(Sampling.greedy()))
          .isInstanceOf(IllegalStateException.class);
      session.feed(tiny.tokenizer().encode(Prompt.chat(Message.user("What is 47 + 38?"))));
      double[] distribution = session.distribution(Sampling.greedy());
      assertThat(distribution[completion.tokens()[0]]).isEqualTo(1);
      assertThat(Arrays.stream(distribution).sum()).isEqualTo(1);
    }
  }

  @Test
  void aGrammarMasksTheDistribution() {
    Completion completion =
        generate(
            GenerationOptions.builder()
                .grammar(Grammar.gbnf("root ::= [0-2]"))
                .sampling(Sampling.builder().temperature(1).seed(1).build())
                .samplingProbs(10));
    TokenLogProb token = completion.logProbs().getFirst();
    List<TokenLogProb.Candidate> best = token.sampled().orElseThrow().best();

    assertThat(best).hasSize(3);
    assertThat(best)
        .extracting(candidate -> tiny.tokenizer().decode(candidate.id()))
        .containsExactlyInAnyOrder("0", "1", "2");
    assertThat(best.stream().mapToDouble(TokenLogProb.Candidate::probability).sum())
        .isCloseTo(1, within(1e-12));
    assertThat(Math.exp(token.logProb())).isLessThan(token.sampled().orElseThrow().probability());
  }

  @Test
  void everySamplerReportsItsDistribution() {
    List<Sampling> samplings =
        List.of(
            Sampling.builder().temperature(1).topP(0.7f).minP(0.02f).typicalP(0.9f).build(),
            Sampling.builder().temperature(1).xtc(new Sampling.Xtc(0.5f, 0.1f)).build(),
            Sampling.builder().temperature(1.2f).repeatPenalty(1.2f).topNSigma(2).build(),
            Sampling.builder()
                .temperature(1)
                .mirostat(mirostat(Sampling.Mirostat.Version.V1))
                .build(),
            Sampling.builder()
                .temperature(1)
                .mirostat(mirostat(Sampling.Mirostat.Version.V2))
                .build());
    for (Sampling sampling : samplings) {
      Completion completion =
          generate(
              GenerationOptions.builder()
                  .maxTokens(20)
                  .sampling(sampling.toBuilder().seed(9).build())
                  .samplingProbs(4096));
      for (TokenLogProb token : completion.logProbs()) {
        TokenLogProb.Sampled sampled = token.sampled().orElseThrow();
        assertThat(sampled.best())
            .contains(new TokenLogProb.Candidate(token.id(), sampled.probability()));
        assertThat(sampled.best().stream().mapToDouble(TokenLogProb.Candidate::probability).sum())
            .isCloseTo(1, within(1e-9));
      }
    }
  }

  private static Sampling.Mirostat mirostat(Sampling.Mirostat.Version version) {
    return Sampling.Mirostat.of(version);
  }

  @Test
  void theSinkGetsThemInOrder() {
    List<TokenLogProb> streamed = new ArrayList<>();
    TextSink sink =
        new TextSink() {
          @Override
          public boolean accept(String text) {
            return true;
          }

          @Override
          public boolean acceptLogProb(TokenLogProb token) {
            return streamed.add(token);
          }
        };
    Completion completion =
        tiny.generate(QUESTION, GenerationOptions.builder().logProbs(1).build(), sink);
    assertThat(streamed).isEqualTo(completion.logProbs());
    streamed.clear();
    tiny.generate(QUESTION, GenerationOptions.defaults(), sink);
    assertThat(streamed).isEmpty();
  }

  @Test
  void theSinkEndsTheGenerationAtAToken() {
    StringBuilder text = new StringBuilder();
    List<TokenLogProb> streamed = new ArrayList<>();
    TextSink sink =
        new TextSink() {
          @Override
          public boolean accept(String piece) {
            text.append(piece);
            return true;
          }

          @Override
          public boolean acceptLogProb(TokenLogProb token) {
            streamed.add(token);
            return streamed.size() < 3;
          }
        };
    GenerationOptions options =
        GenerationOptions.builder().ignoreModelStop(true).maxTokens(20).logProbs(0).build();
    Completion completion = tiny.generate(QUESTION, options, sink);

    assertThat(completion.finishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(completion.tokens()).hasSize(3);
    assertThat(streamed).hasSize(3).isEqualTo(completion.logProbs());
    assertThat(text).hasToString(completion.text());
    assertThat(text)
        .hasToString(tiny.generate(QUESTION, options.toBuilder().maxTokens(2).build()).text());
  }

  @Test
  void scoresAreThoseOfTheReferenceLogits() throws IOException {
    float[][] exact = TinyModel.Q8_0.exactLogits();
    ObjectMapper json = new ObjectMapper();
    int at = 0;
    for (String line : TinyModel.text("prompts.jsonl").lines().toList()) {
      int[] ids = json.readValue(line, int[].class);
      List<TokenLogProb> scores = tiny.score(Prompt.tokens(ids));
      assertThat(scores).hasSize(ids.length - 1);
      for (int i = 1; i < ids.length; i++) {
        assertThat(scores.get(i - 1).id()).isEqualTo(ids[i]);
        assertThat(scores.get(i - 1).logProb())
            .isCloseTo(logProb(exact[at + i - 1], ids[i]), within(ROUNDING));
      }
      at += ids.length;
    }
    assertThat(at).isEqualTo(exact.length);
  }

  @Test
  void aSessionScoresIndependentlyOfItsContext() {
    int[] ids = tiny.tokenizer().encode("Ones: 7+8=15, carry 1. Tens: 4+3+1=8. ".repeat(6));
    Prompt prompt = Prompt.tokens(ids);
    List<TokenLogProb> expected = tiny.score(prompt);
    try (Session session = tiny.newSession()) {
      assertThat(session.score(prompt)).isEqualTo(expected);
      assertThat(session.position()).isEqualTo(ids.length - 1);
      assertThat(session.score(prompt)).isEqualTo(expected);
      for (int from : new int[] {2, 65, 100, ids.length - 1}) {
        assertThat(session.score(prompt, from))
            .isEqualTo(expected.subList(from - 1, expected.size()));
      }
      session.rewind(0);
      session.feed(5, 6, 7);
      assertThat(session.score(prompt, 70)).isEqualTo(expected.subList(69, expected.size()));
    }
  }

  @Test
  void promptsThatCannotBeScoredAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tiny.score(Prompt.tokens(1)))
        .withMessageContaining("at least two");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tiny.score(Prompt.tokens(1, 2, 3), 3))
        .withMessage("the first token to score has index 3; expected from 1 to 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tiny.score(Prompt.tokens(1, 2, 3), 0))
        .withMessageContaining("index 0");
    assertThatThrownBy(() -> tiny.score(Prompt.tokens(new int[301])))
        .isInstanceOf(PromptTooLongException.class)
        .hasMessageContaining("301 tokens");
  }

  @Test
  void choicesAreScoredAfterThePrompt() {
    int[] prompt = tiny.tokenizer().encode(Prompt.chat(Message.user("What is 47 + 38?")));
    List<String> texts = List.of("Ones: 7+8=15", "Ones: 7+8=14", "O", "The year");
    List<Choice> choices = tiny.choose(QUESTION, texts);

    assertThat(choices).extracting(Choice::text).isEqualTo(texts);
    double sum = 0;
    double perTokenSum = 0;
    for (Choice choice : choices) {
      int[] own = tiny.tokenizer().encode(choice.text());
      int[] all = IntStream.concat(Arrays.stream(prompt), Arrays.stream(own)).toArray();
      List<TokenLogProb> expected = tiny.score(Prompt.tokens(all), prompt.length);
      assertThat(choice.tokens()).isEqualTo(expected);
      sum += Math.exp(choice.logProb());
      perTokenSum += Math.exp(choice.logProb() / own.length);
    }
    for (Choice choice : choices) {
      assertThat(choice.probability()).isCloseTo(Math.exp(choice.logProb()) / sum, within(1e-12));
      assertThat(choice.perTokenProbability())
          .isCloseTo(
              Math.exp(choice.logProb() / choice.tokens().size()) / perTokenSum, within(1e-12));
    }
    assertThat(choices.get(0).probability()).isGreaterThan(choices.get(1).probability());
  }

  @Test
  void thePromptOfChoicesIsComputedOnce() {
    try (Session session = tiny.newSession()) {
      List<Choice> first = session.choose(QUESTION, List.of("Ones: 7", "Tens"));
      int length = session.position();
      assertThat(length)
          .isEqualTo(tiny.tokenizer().encode(Prompt.chat(Message.user("What is 47 + 38?"))).length);
      assertThat(session.choose(QUESTION, List.of("Ones: 7", "Tens"))).isEqualTo(first);
      Completion completion = session.generate(QUESTION);
      assertThat(completion.usage().cachedTokens()).isEqualTo(length - 1);
      assertThat(completion).isNotNull();
      assertThat(session.choose(QUESTION, List.of("Ones: 7", "Tens"))).isEqualTo(first);
    }
  }

  @Test
  void invalidAlternativesAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tiny.choose(QUESTION, List.of()))
        .withMessageContaining("nothing to choose from");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tiny.choose(QUESTION, List.of("a", "")))
        .withMessageContaining("the alternative \"\" is empty");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tiny.choose(QUESTION, List.of("a", "b", "a")))
        .withMessageContaining("\"a\" is duplicated");
    assertThatThrownBy(() -> tiny.choose(QUESTION, List.of("a", "7 ".repeat(300))))
        .isInstanceOf(PromptTooLongException.class)
        .hasMessageContaining("the context has room for");
    assertThatThrownBy(() -> tiny.choose(QUESTION, Arrays.asList("a", null)))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void aCustomSamplerWritesTheText() {
    int[] written = tiny.tokenizer().encode("Hello, world");
    int prompt = tiny.tokenizer().encode(Prompt.chat(Message.user("What is 47 + 38?"))).length;
    Sampling sampling =
        Sampling.builder()
            .samplers(candidates -> {
              int done = candidates.contextLength() - prompt;
              int stop = tiny.tokenizer().stopTokens()[0];
              candidates.choose(candidates.indexOf(done < written.length ? written[done] : stop));
            })
            .build();
    assertThat(generate(GenerationOptions.builder().sampling(sampling)).text())
        .isEqualTo("Hello, world");
  }

  @Test
  void dryWithItsBreakersEndsALoop() {
    Prompt loop = Prompt.raw("7+8=15 7+8=15 7+8=15 7+8=15 7+8=15 7+8=15");
    GenerationOptions.Builder options = GenerationOptions.builder().maxTokens(30);
    String free = tiny.generate(loop, options.ignoreModelStop(true).build()).text();
    Sampling dry = Sampling.builder().dry(Sampling.Dry.of(50)).build();
    Completion completion = tiny.generate(loop, options.sampling(dry).build());
    assertThat(completion.text()).isNotEqualTo(free);
    assertThat(repeats(completion.tokens())).isFalse();
  }

  /** Returns whether any five consecutive tokens occur twice. */
  private static boolean repeats(int[] tokens) {
    List<IntBuffer> windows =
        IntStream.rangeClosed(0, tokens.length - 5)
            .mapToObj(i -> IntBuffer.wrap(tokens, i, 5))
            .toList();
    return windows.stream().distinct().count() < windows.size();
  }

  private static Integer[] boxed(int[] ids) {
    return Arrays.stream(ids).boxed().toArray(Integer[]::new);
  }
}

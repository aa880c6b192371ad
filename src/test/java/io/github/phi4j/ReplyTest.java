package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.GrammarException;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Reasoning;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.Speculation;
import io.github.phi4j.api.TextSink;
import io.github.phi4j.api.TokenLogProb;
import io.github.phi4j.api.Tool;
import io.github.phi4j.api.ToolCall;
import io.github.phi4j.api.ToolChoice;
import io.github.phi4j.internal.text.ToolFormat;
import io.github.phi4j.testing.RandomModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Thoughts, answers and calls, of models with random weights. */
final class ReplyTest {

  private static final Tool WEATHER =
      new Tool(
          "get_weather",
          "Tells the weather.",
          """
          {"type": "object", "properties": {"city": {"type": "string", "maxLength": 4},
           "days": {"type": "integer", "minimum": 1, "maximum": 14}}, "required": ["city"]}\
          """);
  private static final Tool CLOCK =
      new Tool("clock", "", "{\"type\": \"object\", \"properties\": {}}");

  @TempDir static Path directory;
  private static Path phi4;
  private static Path mini;

  @BeforeAll
  static void write() {
    phi4 = RandomModel.phi4().contextLength(4096).write(directory.resolve("phi4.gguf"));
    mini = RandomModel.mini().contextLength(4096).write(directory.resolve("mini.gguf"));
  }

  private static Generator load(ChatFormat format) {
    boolean small = format == ChatFormat.PHI4_MINI || format == ChatFormat.PHI4_MINI_REASONING;
    return Phi4.load(
        small ? mini : phi4, LoadOptions.builder().chatFormat(format).threads(1).build());
  }

  private static GenerationOptions.Builder options(long seed) {
    return GenerationOptions.builder()
        .maxTokens(300)
        .sampling(Sampling.builder().temperature(2).seed(seed).build());
  }

  private static Prompt prompt() {
    return Prompt.chat(Message.user("Hi"));
  }

  @ParameterizedTest
  @EnumSource(names = {"PHI4_REASONING", "PHI4_MINI_REASONING"})
  void thoughtsEndWithTheirBudgetAndTheGrammarBeginsAfterThem(ChatFormat format) {
    try (Generator model = load(format)) {
      GenerationOptions options =
          options(3)
              .reasoning(Reasoning.builder().budget(20).build())
              .grammar(Grammar.gbnf("root ::= \"yes\" | \"no\""))
              .build();
      StringBuilder thoughts = new StringBuilder();
      StringBuilder answer = new StringBuilder();
      Completion completion =
          model.generate(
              prompt(),
              options,
              new TextSink() {
                @Override
                public boolean accept(String text) {
                  answer.append(text);
                  return true;
                }

                @Override
                public boolean acceptReasoning(String thought) {
                  thoughts.append(thought);
                  return true;
                }
              });

      assertThat(completion.text()).isIn("yes", "no").isEqualTo(answer.toString());
      assertThat(completion.reasoning()).isNotEmpty().isEqualTo(thoughts.toString());
      assertThat(completion.finishReason()).isEqualTo(FinishReason.STOP);
      String whole = model.tokenizer().decode(completion.tokens());
      assertThat(whole)
          .isEqualTo("<think>" + completion.reasoning() + "</think>" + completion.text());
      int tags = model.tokenizer().encode("<think>").length;
      int closing = model.tokenizer().encode("</think>").length;
      assertThat(completion.tokens().length).isLessThanOrEqualTo(tags + 23 + closing + 3);
    }
  }

  @Test
  void aBudgetOfZeroOmitsTheThoughts() {
    try (Generator model = load(ChatFormat.PHI4_REASONING)) {
      GenerationOptions options =
          options(1)
              .reasoning(Reasoning.builder().budget(0).build())
              .grammar(Grammar.gbnf("root ::= [a-z]{3}"))
              .build();
      Completion completion = model.generate(prompt(), options);

      assertThat(completion.reasoning()).isEmpty();
      assertThat(completion.text()).matches("[a-z]{3}");
    }
  }

  @Test
  void unsplitThoughtsStayInTheText() {
    try (Generator model = load(ChatFormat.PHI4_REASONING)) {
      GenerationOptions options =
          options(1)
              .reasoning(Reasoning.builder().split(false).build())
              .grammar(Grammar.gbnf("root ::= \"<think>a</think>b\""))
              .build();
      Completion completion = model.generate(prompt(), options);

      assertThat(completion.text()).isEqualTo("<think>a</think>b");
      assertThat(completion.reasoning()).isEmpty();
    }
  }

  @Test
  void aModelThatDoesNotReasonHasNoThoughts() {
    try (Generator model = load(ChatFormat.PHI4)) {
      Grammar grammar = Grammar.gbnf("root ::= \"<think>a</think>b\"");
      assertThat(model.generate(prompt(), options(1).grammar(grammar).build()).text())
          .isEqualTo("<think>a</think>b");
    }
  }

  @ParameterizedTest
  @EnumSource(ChatFormat.class)
  void requiredCallsAreValidAndRoundTripExactly(ChatFormat format) throws IOException {
    ObjectMapper json = new ObjectMapper();
    try (Generator model = load(format)) {
      for (int seed = 0; seed < 8; seed++) {
        GenerationOptions options =
            options(seed)
                .maxTokens(1000)
                .tools(WEATHER, CLOCK)
                .toolChoice(ToolChoice.required().withParallel(true))
                .reasoning(Reasoning.builder().budget(5).build())
                .build();
        Completion completion = model.generate(prompt(), options);
        assertThat(completion.text()).isEmpty();
        assertThat(completion.toolCalls()).extracting(ToolCall::id).doesNotHaveDuplicates();
        for (ToolCall call : completion.toolCalls()) {
          JsonNode arguments = json.readTree(call.arguments());
          assertThat(arguments.isObject()).isTrue();
          assertThat(call.name()).isIn("get_weather", "clock");
          if (call.name().equals("get_weather")) {
            assertThat(arguments.get("city").isTextual()).isTrue();
          }
        }
        if (completion.finishReason() != FinishReason.STOP) {
          continue;
        }
        assertThat(completion.toolCalls()).isNotEmpty();
        String written = text(model, completion.tokens());
        List<Message> history = List.of(Message.user("Hi"), completion.message());
        String shown = model.tokenizer().decode(model.tokenizer().encode(Prompt.chat(history)));
        assertThat(shown).contains(written.substring(written.indexOf("</think>") + 8));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"PHI4", "PHI4_MINI"})
  void oneCallIsTheDefaultAndCompleteCallsSurviveALimit(ChatFormat format) {
    try (Generator model = load(format)) {
      GenerationOptions.Builder single =
          options(5).maxTokens(1000).tools(CLOCK).toolChoice(ToolChoice.required());
      assertThat(model.generate(prompt(), single.build()).toolCalls()).hasSize(1);
      assertThat(ToolChoice.auto().parallel()).isFalse();

      Completion several = null;
      long seed = 0;
      while (several == null || several.toolCalls().size() < 3) {
        several = model.generate(prompt(), several(++seed, 1000));
      }
      int shown = 0;
      List<String> all = several.toolCalls().stream().map(ToolCall::arguments).toList();
      for (int limit = 1; limit < several.tokens().length; limit += 1 + limit / 20) {
        Completion cut = model.generate(prompt(), several(seed, limit));
        assertThat(cut.finishReason()).isIn(FinishReason.MAX_TOKENS, FinishReason.STOP);
        assertThat(cut.text()).isEmpty();
        assertThat(cut.toolCalls()).hasSizeBetween(shown, all.size());
        assertThat(cut.toolCalls())
            .extracting(ToolCall::arguments)
            .isEqualTo(all.subList(0, cut.toolCalls().size()));
        shown = cut.toolCalls().size();
      }
      assertThat(shown).isGreaterThanOrEqualTo(2);
    }
  }

  /** Joins the parts of each call, in order of their starts. */
  private static final class Parts implements TextSink {
    private final Map<String, String> names = new LinkedHashMap<>();
    private final Map<String, StringBuilder> arguments = new LinkedHashMap<>();
    private int parts;
    private int most = Integer.MAX_VALUE;

    @Override
    public boolean accept(String text) {
      return true;
    }

    @Override
    public boolean acceptToolCall(String id, String name, String piece) {
      boolean begins = names.putIfAbsent(id, name) == null;
      assertThat(piece.isEmpty()).isEqualTo(begins);
      assertThat(name).isEqualTo(names.get(id));
      arguments.computeIfAbsent(id, _ -> new StringBuilder()).append(piece);
      return ++parts < most;
    }

    private List<ToolCall> calls() {
      return names.entrySet().stream()
          .map(each ->
              new ToolCall(each.getKey(), each.getValue(), "" + arguments.get(each.getKey())))
          .toList();
    }
  }

  @ParameterizedTest
  @EnumSource(ChatFormat.class)
  void callsAreStreamed(ChatFormat format) {
    try (Generator model = load(format)) {
      for (int seed = 0; seed < 8; seed++) {
        GenerationOptions.Builder options =
            options(seed)
                .maxTokens(1000)
                .tools(WEATHER, CLOCK)
                .toolChoice(ToolChoice.required().withParallel(true))
                .reasoning(Reasoning.builder().budget(5).build());
        Parts parts = new Parts();
        Completion completion = model.generate(prompt(), options.build(), parts);
        assertThat(parts.calls()).startsWith(completion.toolCalls().toArray(ToolCall[]::new));
        if (completion.finishReason() == FinishReason.STOP) {
          assertThat(parts.calls()).isEqualTo(completion.toolCalls());
        }
        assertThat(parts.parts).isGreaterThan(2 * completion.toolCalls().size());

        Parts refusing = new Parts();
        refusing.most = 2;
        Completion refused = model.generate(prompt(), options.build(), refusing);
        assertThat(refused.finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(refusing.parts).isEqualTo(2);
        assertThat(refusing.names.keySet()).isSubsetOf(parts.names.keySet().toArray(String[]::new));
      }
    }
  }

  @Test
  void aCallBegunInTheMessageIsStreamedFromItsStart() {
    try (Generator model = load(ChatFormat.PHI4)) {
      String begun = "{\"tool_calls\": [{\"name\": \"get_weather\", \"arguments\": {\"city\": \"R";
      Prompt half = Prompt.continuing(List.of(Message.user("Hi"), Message.assistant(begun)));
      Parts parts = new Parts();
      Completion completion =
          model.generate(half, options(1).tools(WEATHER).maxTokens(1000).build(), parts);

      assertThat(completion.finishReason()).isEqualTo(FinishReason.STOP);
      assertThat(parts.calls()).isEqualTo(completion.toolCalls()).hasSize(1);
      assertThat(parts.calls().getFirst().arguments()).startsWith("{\"city\": \"R");
    }
  }

  @Test
  void aPartialStopStringBeforeACallIsText() {
    try (Generator model = load(ChatFormat.PHI4_MINI)) {
      int call = model.tokenizer().special("<|tool_call|>").orElseThrow();
      List<Integer> look =
          IntStream.concat(IntStream.of(model.tokenizer().encode("Look: ")), IntStream.of(call))
              .boxed()
              .collect(Collectors.toCollection(ArrayList::new));
      Sampling dictated =
          Sampling.builder()
              .temperature(1)
              .samplers(candidates -> {
                if (!look.isEmpty()) { // the call is the model's own
                  candidates.choose(candidates.indexOf(look.removeFirst()));
                }
              })
              .build();
      GenerationOptions options =
          options(1).sampling(dictated).tools(CLOCK).stopStrings(": no").build();
      Completion completion = model.generate(prompt(), options);

      assertThat(completion.text()).isEqualTo("Look: ");
      assertThat(completion.toolCalls()).hasSize(1);
    }
  }

  private static GenerationOptions several(long seed, int limit) {
    return options(seed)
        .maxTokens(limit)
        .tools(CLOCK)
        .toolChoice(ToolChoice.required().withParallel(true))
        .build();
  }

  /** Returns sampling that dictates the model's text, then a token that ends the turn. */
  private static Sampling dictating(Generator model, String text, int... more) {
    int[] ids =
        IntStream.concat(IntStream.of(model.tokenizer().encode(text)), IntStream.of(more))
            .toArray();
    int prompt = model.tokenizer().encode(Prompt.chat(Message.user("Hi"))).length;
    int end = model.tokenizer().stopTokens()[0];
    return Sampling.builder()
        .temperature(1)
        .samplers(candidates -> {
          int at = candidates.contextLength() - prompt;
          candidates.choose(candidates.indexOf(at < ids.length ? ids[at] : end));
        })
        .build();
  }

  @ParameterizedTest
  @EnumSource(names = {"PHI4_REASONING", "PHI4_MINI_REASONING"})
  void thoughtsWithoutAnOpeningTagEndAtTheClosingOne(ChatFormat format) {
    try (Generator model = load(format)) {
      List<String> answer = new ArrayList<>();
      List<String> thoughts = new ArrayList<>();
      TextSink sink =
          new TextSink() {
            @Override
            public boolean accept(String text) {
              return answer.add(text);
            }

            @Override
            public boolean acceptReasoning(String thought) {
              return thoughts.add(thought);
            }
          };
      GenerationOptions options =
          options(1).sampling(dictating(model, "One and one. </think>\n\nTwo.")).build();
      Completion completion = model.generate(prompt(), options, sink);

      assertThat(completion.reasoning()).isEqualTo("One and one. ");
      assertThat(completion.text()).isEqualTo("Two.");
      assertThat(String.join("", thoughts)).isEqualTo("One and one. ");
      assertThat(String.join("", answer)).isEqualTo("Two.");
    }
  }

  @Test
  void anAnswerWithoutThoughtsIsTheAnswerAndEndsAtItsStopString() {
    try (Generator model = load(ChatFormat.PHI4_REASONING)) {
      GenerationOptions.Builder options =
          options(1).sampling(dictating(model, "Just two. And more."));
      assertThat(model.generate(prompt(), options.build()).text()).isEqualTo("Just two. And more.");
      Completion stopped = model.generate(prompt(), options.stopStrings(". A").build());
      assertThat(stopped.text()).isEqualTo("Just two");
      assertThat(stopped.tokens().length)
          .isLessThanOrEqualTo(model.tokenizer().encode("Just two. A").length);
    }
  }

  @ParameterizedTest
  @EnumSource(ChatFormat.class)
  void halfACharacterAtTheEndIsDropped(ChatFormat format) {
    try (Generator model = load(format)) {
      int[] rocket = model.tokenizer().encode("🚀");
      assertThat(rocket).hasSize(4);
      Sampling sampling = dictating(model, "<think></think>Hi", rocket[0], rocket[1]);
      Completion completion = model.generate(prompt(), options(1).sampling(sampling).build());

      assertThat(completion.text()).endsWith("Hi");
      assertThat(completion.tokens()).endsWith(rocket[0], rocket[1]);
      Sampling open = dictating(model, "<think>a", rocket[0], rocket[1]);
      Completion thinking = model.generate(prompt(), options(1).sampling(open).build());
      assertThat(thinking.text() + thinking.reasoning()).endsWith("a");
    }
  }

  @Test
  void aLimitWithinACharacterDropsItWithOrWithoutAGrammar() {
    try (Generator model = load(ChatFormat.PHI4)) {
      for (int limit = 1; limit <= 8; limit++) {
        GenerationOptions guided =
            options(1).maxTokens(limit).grammar(Grammar.gbnf("root ::= \"🚀🚀\"")).build();
        GenerationOptions free =
            options(1).maxTokens(limit).sampling(dictating(model, "🚀🚀")).build();
        String expected = "🚀".repeat(limit / 4);
        assertThat(model.generate(prompt(), guided).text()).isEqualTo(expected);
        assertThat(model.generate(prompt(), free).text()).isEqualTo(expected);
        assertThat(model.generate(prompt(), free).tokens()).hasSize(limit);
      }
    }
  }

  private static String text(Generator model, int[] tokens) {
    String text = model.tokenizer().decode(tokens);
    return text.contains("</think>") ? text : "</think>" + text;
  }

  @Test
  void aNamedToolIsCalledOnceAndSequentialCallsAreOne() {
    try (Generator model = load(ChatFormat.PHI4_MINI)) {
      GenerationOptions options =
          options(2).tools(WEATHER, CLOCK).toolChoice(ToolChoice.named("clock")).build();

      assertThat(model.generate(prompt(), options).toolCalls())
          .extracting(ToolCall::name)
          .containsExactly("clock");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"PHI4", "PHI4_MINI"})
  void forbiddenToolsAreNotCalled(ChatFormat format) {
    try (Generator model = load(format)) {
      int call = model.tokenizer().special("<|tool_call|>").orElse(-1);
      for (int seed = 0; seed < 5; seed++) {
        Completion completion =
            model.generate(
                prompt(),
                options(seed).tools(CLOCK).toolChoice(ToolChoice.none()).maxTokens(100).build());
        assertThat(completion.toolCalls()).isEmpty();
        assertThat(completion.tokens()).doesNotContain(call);
        assertThat(completion.text()).doesNotStartWith("{\"tool_calls\": [");
      }
    }
  }

  @Test
  void aTokenThatIsForcedIsCertain() {
    try (Generator model = load(ChatFormat.PHI4_REASONING)) {
      GenerationOptions options =
          options(3)
              .reasoning(Reasoning.builder().budget(2).build())
              .samplingProbs(1)
              .maxTokens(20)
              .build();
      Completion completion = model.generate(prompt(), options);
      List<TokenLogProb> certain =
          completion.logProbs().stream()
              .filter(token -> token.sampled().orElseThrow().probability() == 1)
              .toList();

      String forced = text(model, certain.stream().mapToInt(TokenLogProb::id).toArray());
      assertThat(forced).contains("think>");
      assertThat(certain)
          .allSatisfy(token ->
              assertThat(token.sampled().orElseThrow().best())
                  .containsExactly(new TokenLogProb.Candidate(token.id(), 1)));
    }
  }

  @Test
  void callIdsDeriveFromTheSeedAndDifferBetweenTurns() {
    try (Generator model = load(ChatFormat.PHI4_MINI)) {
      GenerationOptions options =
          options(2).tools(WEATHER, CLOCK).toolChoice(ToolChoice.named("clock")).build();
      Completion first = model.generate(prompt(), options);
      ToolCall call = first.toolCalls().getFirst();
      List<Message> turns =
          List.of(Message.user("Hi"), first.message(), Message.tool(call.id(), "12:00"));

      assertThat(model.generate(prompt(), options).toolCalls()).containsExactly(call);
      assertThat(model.generate(Prompt.chat(turns), options).toolCalls().getFirst().id())
          .isNotEqualTo(call.id());
      GenerationOptions unseeded = options.toBuilder().sampling(Sampling.greedy()).build();
      assertThat(model.generate(prompt(), unseeded).toolCalls().getFirst().id())
          .isNotBlank()
          .isNotEqualTo(model.generate(prompt(), unseeded).toolCalls().getFirst().id());
    }
  }

  @Test
  void anAnswerIsUnconstrainedUntilACallBegins() {
    try (Generator model = load(ChatFormat.PHI4_MINI)) {
      int call = model.tokenizer().special("<|tool_call|>").orElseThrow();
      Sampling eager = Sampling.builder().temperature(1).seed(4).logitBias(call, 4).build();
      Completion completion =
          model.generate(prompt(), options(4).sampling(eager).tools(CLOCK).maxTokens(400).build());

      assertThat(completion.text()).isNotEmpty();
      assertThat(completion.toolCalls()).isNotEmpty();
      assertThat(completion.tokens()).contains(call);
    }
  }

  @Test
  void anAnswerWithoutCallsIsStreamedUnchanged() {
    try (Generator model = load(ChatFormat.PHI4)) {
      List<String> pieces = new ArrayList<>();
      Completion completion =
          model.generate(prompt(), options(7).tools(CLOCK).maxTokens(30).build(), pieces::add);

      assertThat(completion.toolCalls()).isEmpty();
      assertThat(String.join("", pieces)).isEqualTo(completion.text()).isNotEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(ChatFormat.class)
  void withToolsAGrammarConstrainsAnswersWithoutCalls(ChatFormat format) {
    Grammar grammar =
        Grammar.gbnf("root ::= \"{\" (\"\\\"sum\\\"\" | \"\\\"tool\\\"\") \": \" [0-9]{1,3} \"}\"");
    int calls = 0;
    int answers = 0;
    try (Generator model = load(format)) {
      int call = model.tokenizer().special("<|tool_call|>").orElse(0);
      for (int seed = 0; seed < 12; seed++) {
        float eager = ToolFormat.of(format) == ToolFormat.NATIVE && seed % 2 == 0 ? 50 : 0;
        GenerationOptions options =
            options(seed)
                .sampling(
                    Sampling.builder().temperature(3).logitBias(call, eager).seed(seed).build())
                .reasoning(Reasoning.builder().budget(0).build())
                .tools(WEATHER, CLOCK)
                .grammar(grammar)
                .maxTokens(60)
                .build();
        Completion completion = model.generate(prompt(), options);
        GenerationOptions drafted = options.toBuilder().speculation(Speculation.lookup()).build();
        assertThat(model.generate(prompt(), drafted).tokens()).isEqualTo(completion.tokens());
        if (completion.toolCalls().isEmpty() && completion.finishReason() == FinishReason.STOP) {
          assertThat(completion.text()).matches("\\{\"(sum|tool)\": [0-9]{1,3}}");
          answers++;
        } else {
          assertThat(completion.text()).isEmpty(); // calls, or the beginning of calls
          calls++;
        }
        GenerationOptions required =
            options.toBuilder().toolChoice(ToolChoice.named("clock")).build();
        assertThat(model.generate(prompt(), required).text()).isEmpty();
        GenerationOptions none = options.toBuilder().toolChoice(ToolChoice.none()).build();
        assertThat(model.generate(prompt(), none).text()).matches("\\{\"(sum|tool)\": [0-9]{1,3}}");
      }
    }
    assertThat(calls).isPositive();
    assertThat(answers).isPositive();
  }

  @Test
  void toolsNeedAConversation() {
    try (Generator model = load(ChatFormat.PHI4_MINI)) {
      GenerationOptions options = options(1).tools(CLOCK).build();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.generate(Prompt.raw("Hi"), options))
          .withMessageContaining("use Prompt.chat");
      assertThatIllegalArgumentException()
          .isThrownBy(() ->
              model.generate(Prompt.chat(Message.system("", "[]"), Message.user("x")), options))
          .withMessageContaining("given twice");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options(1).tools(CLOCK).toolChoice(ToolChoice.named("other")).build())
        .withMessageContaining("other");
    Tool wrong = new Tool("f", "", "{\"type\": \"array\"}");
    try (Generator model = load(ChatFormat.PHI4_MINI)) {
      assertThatThrownBy(() -> model.generate(prompt(), options(1).tools(wrong).build()))
          .isInstanceOf(GrammarException.class)
          .hasMessageContaining("tool f")
          .hasMessageContaining("expected object");
    }
  }
}

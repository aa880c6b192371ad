package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Reasoning;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.TextSink;
import io.github.phi4j.api.Tool;
import io.github.phi4j.api.ToolCall;
import io.github.phi4j.api.ToolChoice;
import io.github.phi4j.testing.RandomModel;
import io.github.phi4j.testing.TinyModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Continuation of half-written messages. */
final class ContinuingTest {

  private static final Tool CLOCK =
      new Tool("clock", "", "{\"type\": \"object\", \"additionalProperties\": false}");

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

  private static Prompt begun(String thought, String content) {
    return Prompt.continuing(
        List.of(Message.user("Hi"), Message.assistant(content, thought, List.of())));
  }

  @Test
  void aTrainedModelContinuesItsOwnTextUnchanged() {
    try (Generator tiny = Phi4.load(TinyModel.Q8_0.path())) {
      Message question = Message.user("What is 27 + 45?");
      Completion whole = tiny.generate(Prompt.chat(question));
      for (int kept = 0; kept < whole.tokens().length; kept += 3) {
        int[] first = Arrays.copyOf(whole.tokens(), kept);
        String start = tiny.tokenizer().decode(first);
        if (tiny.tokenizer().encode(start).length != kept) {
          continue; // the text encodes to other tokens than those written
        }
        Prompt prompt = Prompt.continuing(List.of(question, Message.assistant(start)));
        Completion rest = tiny.generate(prompt);

        assertThat(start + rest.text()).isEqualTo(whole.text());
        assertThat(rest.tokens())
            .isEqualTo(Arrays.copyOfRange(whole.tokens(), kept, whole.tokens().length));
        assertThat(rest.finishReason()).isEqualTo(FinishReason.STOP);
      }
    }
  }

  @Test
  void aGrammarAppliesToTheWholeAnswer() {
    Grammar grammar = Grammar.gbnf("root ::= \"{\\\"a\\\": \" [0-9] \"}\"");
    for (ChatFormat format : ChatFormat.values()) {
      try (Generator model = load(format)) {
        GenerationOptions options = options(1).grammar(grammar).build();
        Completion completion = model.generate(begun("", "{\"a\""), options);
        assertThat(completion.text()).matches(": [0-9]}");
        assertThat(completion.reasoning()).isEmpty();
        assertThat(completion.finishReason()).isEqualTo(FinishReason.STOP);

        Completion complete = model.generate(begun("", "{\"a\": 1}"), options);
        assertThat(complete.text()).isEmpty();
        assertThat(complete.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(model.generate(begun("", ""), options).text()).matches("\\{\"a\": [0-9]}");
        assertThat(model.generate(begun("", "{\"a\""), options, 2))
            .allSatisfy(sample -> assertThat(sample.text()).matches(": [0-9]}"));

        assertThatIllegalArgumentException()
            .isThrownBy(() -> model.generate(begun("", "{\"b\""), options))
            .withMessageContaining("not the beginning of a text that the grammar allows")
            .withMessageContaining("cannot follow \"{");
      }
    }
  }

  @Test
  void thoughtsContinueAndEndWithTheirBudget() {
    for (ChatFormat format : List.of(ChatFormat.PHI4_REASONING, ChatFormat.PHI4_MINI_REASONING)) {
      try (Generator model = load(format)) {
        Grammar grammar = Grammar.gbnf("root ::= \"yes\"");
        Reasoning reasoning = Reasoning.builder().budget(60).build();
        String thought = "Let me see. ".repeat(2);
        int begun = model.tokenizer().encode(thought).length;
        StringBuilder streamed = new StringBuilder();
        TextSink sink =
            new TextSink() {
              @Override
              public boolean accept(String text) {
                return true;
              }

              @Override
              public boolean acceptReasoning(String piece) {
                streamed.append(piece);
                return true;
              }
            };
        Completion completion =
            model.generate(
                begun(thought, ""), options(3).reasoning(reasoning).grammar(grammar).build(), sink);

        assertThat(completion.text()).isEqualTo("yes");
        assertThat(completion.reasoning())
            .isEqualTo(streamed.toString())
            .doesNotContain("Let me see", "think>");
        assertThat(completion.tokens().length).isBetween(60 - begun, 60 - begun + 20);

        Completion spent =
            model.generate(
                begun(thought, ""),
                options(3)
                    .reasoning(Reasoning.builder().budget(1).build())
                    .grammar(grammar)
                    .build());
        assertThat(spent.reasoning()).isEmpty();
        assertThat(spent.text()).isEqualTo("yes");
      }
    }
  }

  @Test
  void anAnswerAfterCompleteThoughtsContinues() {
    try (Generator model = load(ChatFormat.PHI4_REASONING)) {
      Grammar grammar = Grammar.gbnf("root ::= \"one two\"");
      GenerationOptions options = options(3).grammar(grammar).build();

      Completion after = model.generate(begun("Hm", "one"), options);
      assertThat(after.text()).isEqualTo(" two");
      assertThat(after.reasoning()).isEmpty();
      // The same with the tags in the content, as in texts of other programs.
      Completion written = model.generate(begun("", "<think>Hm</think>\n\none"), options);
      assertThat(written.text()).isEqualTo(" two");
    }
  }

  @Test
  void heldBackTextOfTheBeginningIsNotReturnedLater() {
    try (Generator model = load(ChatFormat.PHI4_REASONING)) {
      GenerationOptions options = options(5).maxTokens(40).build();
      for (String thought : List.of("Hm </thi", "<", "Hm</")) {
        Completion completion = model.generate(begun(thought, ""), options);
        String raw = model.tokenizer().decode(completion.tokens());
        assertThat(raw).startsWith(completion.reasoning());
      }
    }
    try (Generator model = load(ChatFormat.PHI4)) { // possible calls are held back
      GenerationOptions options = options(5).maxTokens(40).tools(CLOCK).build();
      for (String content : List.of("{", "{\"tool", "Well")) {
        Completion completion = model.generate(begun("", content), options);
        if (completion.toolCalls().isEmpty()) {
          String raw = model.tokenizer().decode(completion.tokens());
          assertThat(completion.text()).isEqualTo(raw);
        }
      }
    }
  }

  @Test
  void toolsMayBeCalledAfterOrWithinABeginning() {
    try (Generator model = load(ChatFormat.PHI4_MINI)) {
      GenerationOptions options = options(2).tools(CLOCK).toolChoice(ToolChoice.required()).build();
      Completion completion = model.generate(begun("", "One moment. "), options);

      assertThat(completion.toolCalls()).extracting(ToolCall::name).contains("clock");
      assertThat(completion.text()).isEmpty();
    }
    try (Generator model = load(ChatFormat.PHI4)) {
      GenerationOptions options =
          options(2).tools(CLOCK).toolChoice(ToolChoice.named("clock")).build();
      String start = "{\"tool_calls\": [{\"name\": \"cl";
      Completion completion = model.generate(begun("", start), options);

      assertThat(completion.toolCalls()).extracting(ToolCall::name).containsExactly("clock");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.generate(begun("", "Well, "), options))
          .withMessageContaining("not the beginning of a text that the grammar allows");
    }
  }

  @Test
  void alternativesMayEndAHalfWrittenMessage() {
    try (Generator tiny = Phi4.load(TinyModel.Q8_0.path())) {
      Prompt prompt =
          Prompt.continuing(List.of(Message.user("What is 7 + 2?"), Message.assistant("Answer:")));
      int[] ids =
          IntStream.concat(
                  IntStream.of(
                      tiny.tokenizer().encode(Prompt.chat(Message.user("What is 7 + 2?")))),
                  IntStream.of(tiny.tokenizer().encode("Answer:")))
              .toArray();

      assertThat(tiny.choose(prompt, List.of(" 9", " 4")))
          .isEqualTo(tiny.choose(Prompt.tokens(ids), List.of(" 9", " 4")));
    }
  }

  @Test
  void onlyAnAssistantMessageWithoutCallsIsContinued() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Prompt.continuing(List.of(Message.user("Hi"))))
        .withMessageContaining("found role USER");
    Message calls = Message.assistant("", "", List.of(new ToolCall("1", "f", "{}")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Prompt.continuing(List.of(calls)))
        .withMessageContaining("found tool calls");
    assertThatIllegalArgumentException().isThrownBy(() -> Prompt.continuing(List.of()));
  }
}

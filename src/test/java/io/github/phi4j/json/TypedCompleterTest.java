package io.github.phi4j.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.phi4j.Phi4;
import io.github.phi4j.api.Completer;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.Tool;
import io.github.phi4j.api.ToolChoice;
import io.github.phi4j.internal.grammar.SchemaSampler;
import io.github.phi4j.testing.RandomModel;
import io.github.phi4j.testing.TinyModel;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TypedCompleterTest {

  enum Color {
    RED,
    @JsonProperty("deep-blue")
    BLUE
  }

  sealed interface Form permits Circle, Square {}

  record Circle(byte radius) implements Form {}

  record Square(short side, Color color) implements Form {}

  record Node(int value, Optional<Node> next) {}

  @SuppressWarnings("ArrayRecordComponent") // the test is about arrays
  record Everything(
      @JsonProperty("the-char") char letter,
      @JsonPropertyDescription("How much.") double amount,
      boolean flag,
      UUID id,
      Form form,
      Optional<Color> color,
      List<Long> numbers,
      int[] bytes,
      Map<String, Boolean> map,
      Node node) {}

  record Times(
      LocalDate date, LocalTime time, OffsetTime zoned, OffsetDateTime moment, Instant instant) {}

  record Flag(boolean flag) {}

  record Never(boolean flag) {
    Never {
      throw new IllegalArgumentException("no such value");
    }
  }

  record Unknown(Thread thread) {}

  record Unzoned(LocalDateTime moment) {}

  @Test
  void everyAnswerIsAValue(@TempDir Path directory) {
    Path file = RandomModel.phi4().contextLength(4096).write(directory.resolve("model.gguf"));
    int whole = 0;
    try (Generator model = Phi4.load(file, LoadOptions.builder().threads(1).build())) {
      TypedCompleter typed = TypedCompleter.of(model);
      for (int seed = 0; seed < 5; seed++) {
        GenerationOptions options =
            GenerationOptions.builder()
                .sampling(Sampling.builder().temperature(1).seed(seed).build())
                .maxTokens(600)
                .build();
        try {
          Square square = typed.generate(Prompt.raw("x"), options, Square.class);
          assertThat(square.color()).isNotNull();
          Form form = typed.generate(Prompt.raw("x"), options, Form.class);
          assertThat(form).isNotNull();
          Everything everything = typed.generate(Prompt.raw("x"), options, Everything.class);
          assertThat(everything.node()).isNotNull();
          assertThat(everything.color()).isNotNull();
          whole++;
        } catch (AnswerException e) {
          assertThat(e).hasMessageStartingWith("the answer ended with MAX_TOKENS");
        }
      }
      assertThat(whole).isPositive();
      GenerationOptions few = GenerationOptions.builder().maxTokens(3).build();
      AnswerException cut =
          catchThrowableOfType(
              AnswerException.class, () -> typed.generate(Prompt.raw("x"), few, Square.class));
      assertThat(cut)
          .hasMessageStartingWith("the answer ended with MAX_TOKENS before it was complete: {")
          .hasMessageEndingWith(cut.completion().text());
      assertThat(cut.completion().tokens()).hasSize(3);
      GenerationOptions constrained =
          few.toBuilder().grammar(Grammar.gbnf("root ::= \"a\"")).build();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> typed.generate(Prompt.raw("x"), constrained, Square.class))
          .withMessageContaining("remove the grammar");
    }
  }

  @Test
  void theSinkReceivesTheTextOfTheValueAndMayEndIt() throws Exception {
    try (Generator model = Phi4.load(TinyModel.Q8_0.path())) {
      TypedCompleter typed = TypedCompleter.of(model);
      Prompt prompt = Prompt.chat(Message.user("Hi"));
      StringBuilder text = new StringBuilder();
      GenerationOptions options = GenerationOptions.defaults();
      Flag flag = typed.generate(prompt, options, Flag.class, piece -> text.append(piece) != null);

      assertThat(new ObjectMapper().readTree(text.toString()).get("flag").booleanValue())
          .isEqualTo(flag.flag());
      assertThat(typed.generate(prompt, Flag.class)).isEqualTo(flag);
      assertThat(typed.generate("Hi", Flag.class)).isEqualTo(flag);
      AnswerException ended =
          catchThrowableOfType(
              AnswerException.class,
              () -> typed.generate(prompt, options, Flag.class, piece -> false));
      assertThat(ended.completion().finishReason()).isEqualTo(FinishReason.CANCELLED);
    }
  }

  @Test
  void aValueThatItsTypeRejectsIsNoAnswer() {
    try (Generator model = Phi4.load(TinyModel.Q8_0.path())) {
      AnswerException rejected =
          catchThrowableOfType(
              AnswerException.class, () -> TypedCompleter.of(model).generate("Hi", Never.class));
      assertThat(rejected)
          .hasMessageStartingWith(
              "cannot create " + Never.class.getName() + " from " + rejected.completion().text())
          .hasMessageContaining("no such value");
      assertThat(rejected.completion().finishReason()).isEqualTo(FinishReason.STOP);
    }
  }

  @Test
  void aToolCallIsNoAnswer() {
    GenerationOptions options =
        GenerationOptions.builder()
            .tools(new Tool("clock", "", "{\"type\": \"object\", \"properties\": {}}"))
            .toolChoice(ToolChoice.required())
            .build();
    try (Generator model = Phi4.load(TinyModel.Q8_0.path())) {
      AnswerException called =
          catchThrowableOfType(
              AnswerException.class,
              () ->
                  TypedCompleter.of(model)
                      .generate(Prompt.chat(Message.user("Hi")), options, Flag.class));
      assertThat(called).hasMessageContaining("called tools");
      assertThat(called.completion().toolCalls()).hasSize(1);
    }
  }

  @Test
  void allTimesOfTheSchemaAreParsed() throws Exception {
    SchemaSampler sampler = new SchemaSampler(RecordSchema.of(Times.class));
    Random random = new Random(2);
    for (int i = 0; i < 300; i++) {
      Times times = RecordBinding.read(sampler.text(random), Times.class, Set.of());
      assertThat(times.instant()).isNotNull();
    }
    String text =
        """
        {"date": "2024-02-29", "time": "23:59:59.5", "zoned": "08:00:00-01:30",
         "moment": "2024-02-29T23:59:59Z", "instant": "2024-03-01T00:30:00+01:00"}\
        """;
    assertThat(RecordBinding.read(text, Times.class, Set.of()))
        .isEqualTo(
            new Times(
                LocalDate.of(2024, 2, 29),
                LocalTime.of(23, 59, 59, 500_000_000),
                OffsetTime.of(8, 0, 0, 0, ZoneOffset.ofHoursMinutes(-1, -30)),
                OffsetDateTime.of(2024, 2, 29, 23, 59, 59, 0, ZoneOffset.UTC),
                Instant.parse("2024-02-29T23:30:00Z")));
  }

  /** Only the library's classes, as in a program without Jackson. */
  @Test
  void withoutJacksonTheErrorNamesTheDependency() throws Exception {
    URL library = TypedCompleter.class.getProtectionDomain().getCodeSource().getLocation();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {library}, ClassLoader.getPlatformClassLoader())) {
      Class<?> completer = loader.loadClass(Completer.class.getName());
      Object some = Proxy.newProxyInstance(loader, new Class<?>[] {completer}, (_, _, _) -> null);
      Method typed = loader.loadClass(TypedCompleter.class.getName()).getMethod("of", completer);
      Method schema = loader.loadClass(RecordSchema.class.getName()).getMethod("of", Class.class);

      assertThatExceptionOfType(InvocationTargetException.class)
          .isThrownBy(() -> typed.invoke(null, some))
          .havingCause()
          .isInstanceOf(IllegalStateException.class)
          .withMessageContaining("add com.fasterxml.jackson.core:jackson-databind");
      assertThatExceptionOfType(InvocationTargetException.class)
          .isThrownBy(() -> schema.invoke(null, String.class))
          .havingCause()
          .isInstanceOf(IllegalStateException.class)
          .withMessageContaining("add com.fasterxml.jackson.core:jackson-databind");
    }
  }

  @Test
  void theSchemaHasTheComponentsInOrder() {
    assertThat(RecordSchema.of(Square.class))
        .isEqualTo(
            "{\"$ref\":\"#/$defs/Square\",\"$defs\":{\"Square\":{\"type\":\"object\",\"properties\":"
                + "{\"side\":{\"type\":\"integer\",\"minimum\":-32768,\"maximum\":32767},"
                + "\"color\":{\"enum\":[\"RED\",\"deep-blue\"]}},\"required\":[\"side\",\"color\"],"
                + "\"additionalProperties\":false}}}");
    assertThat(RecordSchema.of(Node.class)).contains("\"next\":{\"$ref\":\"#/$defs/Node\"}");
    assertThat(RecordSchema.of(Everything.class))
        .contains("\"the-char\"")
        .contains("\"description\":\"How much.\"")
        .contains("\"const\":\"Circle\"");
  }

  @Test
  void aTypeWithoutASchemaIsNamedWithItsPosition() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RecordSchema.of(Unknown.class))
        .withMessage(
            "Unknown.thread: the type java.lang.Thread has no JSON Schema; RecordSchema lists"
                + " the supported types");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RecordSchema.of(Unzoned.class))
        .withMessageStartingWith("Unzoned.moment: the type java.time.LocalDateTime has no JSON");
  }
}

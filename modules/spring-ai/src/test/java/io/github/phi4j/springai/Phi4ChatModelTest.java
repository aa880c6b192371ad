package io.github.phi4j.springai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationListener;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.GenerationReport;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.ToolChoice;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.content.Media;
import org.springframework.ai.tool.function.FunctionToolCallback;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.util.MimeTypeUtils;

/** The chat model, directly and behind a chat client. */
final class Phi4ChatModelTest {

  record Sum(int first, int second, int result) {}

  record City(String name) {}

  private static Phi4ChatModel.Builder scripted(
      Generator generator, UnaryOperator<String> answers) {
    return Phi4ChatModel.builder()
        .generator(generator)
        .generationOptions(Script.options(generator, answers));
  }

  private static AssistantMessage message(ChatResponse response) {
    return Objects.requireNonNull(response.getResult()).getOutput();
  }

  @Test
  void aCallHasUsageAndFinishReason() {
    try (Generator generator = Script.load(ChatFormat.PHI4)) {
      Phi4ChatModel model = scripted(generator, _ -> "Because of scattering.").build();
      ChatResponse response = model.call(new Prompt("Why is the sky blue?"));

      assertThat(message(response).getText()).isEqualTo("Because of scattering.");
      assertThat(response.getResult().getMetadata().getFinishReason()).isEqualTo("STOP");
      assertThat(response.getMetadata().getModel()).isEqualTo(generator.info().name());
      assertThat(response.getMetadata().getId()).isNotBlank();
      Completion completion = response.getMetadata().get("completion");
      assertThat(response.getMetadata().getUsage().getPromptTokens())
          .isEqualTo(completion.usage().promptTokens());
      assertThat(response.getMetadata().getUsage().getCompletionTokens())
          .isEqualTo(completion.usage().completionTokens());

      ChatOptions few = ChatOptions.builder().maxTokens(2).build();
      assertThat(model.call(new Prompt("Hi", few)).getResult().getMetadata().getFinishReason())
          .isEqualTo("LENGTH");
      ChatOptions stop =
          Phi4ChatOptions.builder().stopSequences(List.of(" of")).logProbs(1).build();
      ChatResponse stopped = model.call(new Prompt("Hi", stop));
      assertThat(message(stopped).getText()).isEqualTo("Because");
      assertThat(((Completion) stopped.getMetadata().get("completion")).logProbs()).isNotEmpty();
    }
  }

  @Test
  void aStreamComesInPartsAndEndsWithItsUsage() {
    try (Generator generator = Script.load(ChatFormat.PHI4_REASONING)) {
      Phi4ChatModel model =
          scripted(generator, _ -> "<think>It scatters.</think>Because of scattering.").build();
      List<ChatResponse> parts =
          model.stream(new Prompt("Why is the sky blue?")).collectList().block();

      assertThat(parts).hasSizeGreaterThan(3);
      StringBuilder text = new StringBuilder();
      parts.forEach(part -> text.append(message(part).getText()));
      assertThat(text).hasToString("Because of scattering.");
      ChatResponse last = parts.getLast();
      assertThat(message(last).getMetadata()).containsEntry("reasoningContent", "It scatters.");
      assertThat(last.getResult().getMetadata().getFinishReason()).isEqualTo("STOP");
      assertThat(last.getMetadata().getUsage().getTotalTokens()).isPositive();
      assertThat(message(model.call(new Prompt("Why?"))).getMetadata())
          .containsEntry("reasoningContent", "It scatters.");
    }
  }

  @Test
  void aCancelledStreamStopsTheEngine() throws InterruptedException {
    LinkedBlockingQueue<GenerationReport> ended = new LinkedBlockingQueue<>();
    GenerationListener listener =
        new GenerationListener() {
          @Override
          public void finished(Generator generator, GenerationReport generation) {
            ended.add(generation);
          }
        };
    try (Generator generator = Script.load(LoadOptions.builder().listeners(listener))) {
      Phi4ChatModel model =
          Phi4ChatModel.builder()
              .generator(generator)
              .generationOptions(GenerationOptions.builder().ignoreModelStop(true).build())
              .build();
      List<ChatResponse> some = model.stream(new Prompt("A story")).take(3).collectList().block();

      assertThat(some).hasSize(3);
      GenerationReport report = ended.poll(60, TimeUnit.SECONDS);
      assertThat(report.completion().orElseThrow().finishReason())
          .isEqualTo(FinishReason.CANCELLED);
    }
  }

  @Test
  void aChatClientGetsEntities() {
    try (Generator generator = Script.load(ChatFormat.PHI4)) {
      ChatClient scripted =
          ChatClient.create(
              scripted(generator, _ -> "{\"first\": 27, \"second\": 45, \"result\": 72}").build());
      assertThat(scripted.prompt("What is 27 + 45?").call().entity(Sum.class))
          .isEqualTo(new Sum(27, 45, 72));

      // Unscripted, the model is still bound to the record's schema.
      ChatClient free = ChatClient.create(Phi4ChatModel.builder().generator(generator).build());
      Sum sum =
          free.prompt("What is 27 + 45?")
              .options(Phi4ChatOptions.builder().maxTokens(200))
              .call()
              .entity(Sum.class, entity -> entity.useProviderStructuredOutput());
      assertThat(sum).isNotNull();
    }
  }

  @Test
  void toolCallsAreReturnedAndRequiredOnRequest() {
    try (Generator generator = Script.load(ChatFormat.PHI4)) {
      Phi4ChatModel model =
          scripted(
                  generator,
                  _ ->
                      "{\"tool_calls\": [{\"name\": \"mayor\", \"arguments\": {\"name\":"
                          + " \"Ulm\"}}]}")
              .build();
      var tool =
          FunctionToolCallback.builder("mayor", (City city) -> city.name() + "'s mayor")
              .description("Tells who the mayor is")
              .inputType(City.class)
              .build();
      Phi4ChatOptions options =
          Phi4ChatOptions.builder()
              .toolCallbacks(tool)
              .toolChoice(ToolChoice.named("mayor"))
              .build();
      ChatResponse response = model.call(new Prompt("Who rules Ulm?", options));
      ChatResponse streamed = model.stream(new Prompt("Who rules Ulm?", options)).blockLast();

      assertThat(response.hasToolCalls()).isTrue();
      assertThat(message(response).getToolCalls().getFirst().name()).isEqualTo("mayor");
      assertThat(message(response).getToolCalls().getFirst().id()).isNotBlank();
      assertThat(response.getResult().getMetadata().getFinishReason()).isEqualTo("TOOL_CALLS");
      assertThat(message(streamed).getToolCalls()).hasSize(1);
    }
  }

  @Test
  void requestsAreObserved() {
    TestObservationRegistry registry = TestObservationRegistry.create();
    try (Generator generator = Script.load(ChatFormat.PHI4)) {
      Phi4ChatModel model = scripted(generator, _ -> "Yes.").observationRegistry(registry).build();
      model.call(new Prompt("Hi"));
      model.stream(new Prompt("Hi")).blockLast();

      TestObservationRegistryAssert.assertThat(registry)
          .hasNumberOfObservationsWithNameEqualTo("gen_ai.client.operation", 2)
          .forAllObservationsWithNameEqualTo(
              "gen_ai.client.operation",
              observation ->
                  observation
                      .hasLowCardinalityKeyValue("gen_ai.system", "phi4j")
                      .hasLowCardinalityKeyValue("gen_ai.request.model", generator.info().name())
                      .hasHighCardinalityKeyValueWithKey("gen_ai.usage.output_tokens"));
    }
  }

  @Test
  void imagesAreRefused() {
    try (Generator generator = Script.load(ChatFormat.PHI4)) {
      Phi4ChatModel model = Phi4ChatModel.builder().generator(generator).build();
      UserMessage picture =
          UserMessage.builder()
              .text("What is this?")
              .media(new Media(MimeTypeUtils.IMAGE_PNG, new ByteArrayResource(new byte[] {1})))
              .build();

      assertThatThrownBy(() -> model.call(new Prompt(picture)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("image/png");
      assertThatThrownBy(() -> model.stream(new Prompt(picture)).blockLast())
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}

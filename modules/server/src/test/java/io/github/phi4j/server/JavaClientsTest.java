package io.github.phi4j.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.StructuredChatCompletion;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.openai.OpenAiChatOptions;

/** Official clients for Java: OpenAI's, LangChain4j's and Spring AI's. */
final class JavaClientsTest {

  private static final String QUESTION = "What is 27 + 45?";

  private static TestServer server;
  private static OpenAIClient openai;

  @BeforeAll
  static void start() {
    server = TestServer.start();
    openai = OpenAIOkHttpClient.builder().baseUrl(base()).apiKey("none").maxRetries(0).build();
  }

  @AfterAll
  static void stop() {
    openai.close();
    server.close();
  }

  private static String base() {
    return server.server.uri() + "/v1";
  }

  private static ChatCompletionCreateParams.Builder chat() {
    return ChatCompletionCreateParams.builder().model("phi-4").addUserMessage(QUESTION);
  }

  /** A class to bind an answer to. */
  static final class Sum {
    public int sum;
  }

  @Test
  void openAiChats() {
    ChatCompletion answer = openai.chat().completions().create(chat().build());

    assertThat(answer.choices().getFirst().message().content().orElseThrow())
        .contains("Answer: 72");
    assertThat(answer.usage().orElseThrow().totalTokens()).isPositive();
  }

  @Test
  void openAiStreams() {
    try (StreamResponse<ChatCompletionChunk> stream =
        openai.chat().completions().createStreaming(chat().build())) {
      String text =
          stream.stream()
              .flatMap(chunk -> chunk.choices().stream())
              .flatMap(choice -> choice.delta().content().stream())
              .collect(Collectors.joining());
      assertThat(text).contains("Answer: 72");
    }
  }

  @Test
  void openAiBindsAnswersToClasses() {
    StructuredChatCompletion<Sum> answer =
        openai.chat().completions().create(chat().responseFormat(Sum.class).build());

    assertThat(answer.choices().getFirst().message().content().orElseThrow().sum)
        .isBetween(Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  @Test
  void openAiUsesResponses() {
    Response response =
        openai
            .responses()
            .create(ResponseCreateParams.builder().model("phi-4").input(QUESTION).build());

    assertThat(response.output().getFirst().asMessage().content().getFirst().asOutputText().text())
        .contains("Answer: 72");
  }

  @Test
  void openAiEmbeds() {
    assertThat(
            openai
                .embeddings()
                .create(EmbeddingCreateParams.builder().model("phi-4").input("a cat").build())
                .data()
                .getFirst()
                .embedding())
        .hasSize(server.generator.info().embeddingLength());
  }

  @Test
  void openAiGetsItsErrors() {
    assertThatThrownBy(() -> openai.chat().completions().create(chat().model("gpt-9").build()))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> openai.chat().completions().create(chat().temperature(1e6).build()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("temperature");
  }

  @Test
  void langChain4jChatsAndCallsTools() {
    OpenAiChatModel model =
        OpenAiChatModel.builder().baseUrl(base()).apiKey("none").modelName("phi-4").build();
    ToolSpecification tool =
        ToolSpecification.builder()
            .name("weather")
            .parameters(
                JsonObjectSchema.builder()
                    .addEnumProperty("city", List.of("Rome", "Paris"))
                    .required("city")
                    .build())
            .build();

    ChatResponse calls =
        model.chat(
            ChatRequest.builder()
                .messages(UserMessage.from(QUESTION))
                .toolSpecifications(tool)
                .toolChoice(ToolChoice.REQUIRED)
                .maxOutputTokens(60)
                .build());

    assertThat(model.chat(QUESTION)).contains("Answer: 72");
    assertThat(calls.aiMessage().toolExecutionRequests())
        .isNotEmpty()
        .allMatch(each -> each.name().equals("weather"));
  }

  @Test
  void langChain4jStreams() throws Exception {
    CompletableFuture<ChatResponse> done = new CompletableFuture<>();
    StringBuilder text = new StringBuilder();
    OpenAiStreamingChatModel.builder()
        .baseUrl(base())
        .apiKey("none")
        .modelName("phi-4")
        .build()
        .chat(
            QUESTION,
            new StreamingChatResponseHandler() {
              @Override
              public void onPartialResponse(String partial) {
                text.append(partial);
              }

              @Override
              public void onCompleteResponse(ChatResponse response) {
                done.complete(response);
              }

              @Override
              public void onError(Throwable error) {
                done.completeExceptionally(error);
              }
            });

    ChatResponse response = done.get(1, TimeUnit.MINUTES);
    assertThat(response.aiMessage().text()).contains("Answer: 72").isEqualTo(text.toString());
    assertThat(response.tokenUsage().totalTokenCount()).isPositive();
  }

  @Test
  void springAiChatsAndStreams() {
    org.springframework.ai.openai.OpenAiChatModel model =
        org.springframework.ai.openai.OpenAiChatModel.builder()
            .options(
                OpenAiChatOptions.builder().baseUrl(base()).apiKey("none").model("phi-4").build())
            .build();

    assertThat(model.call(QUESTION)).contains("Answer: 72");
    assertThat(
            model.stream(new Prompt(QUESTION))
                .mapNotNull(each ->
                    each.getResult() == null ? null : each.getResult().getOutput().getText())
                .collect(Collectors.joining())
                .block())
        .contains("Answer: 72");
  }
}

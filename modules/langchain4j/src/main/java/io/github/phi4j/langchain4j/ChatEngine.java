package io.github.phi4j.langchain4j;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import io.github.phi4j.api.Cancellation;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.TextSink;
import io.github.phi4j.api.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A generator for LangChain4j's requests, with their defaults. */
final class ChatEngine implements AutoCloseable {

  private final Generator generator;
  private final boolean owner;
  private final String modelName;
  private final GenerationOptions base;
  private final ChatRequestParameters defaults;
  private final List<ChatModelListener> listeners;

  ChatEngine(Phi4ChatModelBuilder<?, ?> builder) {
    listeners = builder.listeners();
    base = builder.generationOptions();
    owner = builder.opensGenerator();
    generator = Failures.mapping(builder::openGenerator);
    try {
      String given = builder.modelName();
      modelName = given == null ? generator.info().name() : given;
      defaults = builder.defaultParameters();
      checkModelName(builder.givenModelName());
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  ChatRequestParameters defaults() {
    return defaults;
  }

  List<ChatModelListener> listeners() {
    return listeners;
  }

  /** A validated request. */
  record Call(Prompt prompt, GenerationOptions options) {}

  /**
   * Validates a request.
   *
   * @throws dev.langchain4j.exception.UnsupportedFeatureException if it uses an unsupported feature
   */
  Call prepare(ChatRequest request, Cancellation cancellation) {
    checkModelName(request.parameters().modelName());
    return Failures.mapping(() ->
        new Call(
            Prompt.chat(RequestMapping.messages(request.messages())),
            RequestMapping.options(request.parameters(), base).toBuilder()
                .cancellation(cancellation)
                .build()));
  }

  /** Checks that a requested model name, if any, is the loaded model's. */
  private void checkModelName(String name) {
    if (name != null && !name.equals(modelName)) {
      throw RequestMapping.unsupported(
          "modelName \"" + name + "\"", "this model, which is " + modelName);
    }
  }

  /** Runs a request. */
  ChatResponse run(Call call, TextSink sink) {
    Completion completion =
        Failures.mapping(() -> generator.generate(call.prompt(), call.options(), sink));
    if (completion.finishReason() == io.github.phi4j.api.FinishReason.TIMEOUT) {
      throw new TimeoutException(
          "the request exceeded its timeout of "
              + call.options().timeout().orElseThrow()
              + " and got to "
              + completion.usage().completionTokens()
              + " tokens");
    }
    return response(completion);
  }

  private ChatResponse response(Completion completion) {
    AiMessage.Builder message = AiMessage.builder();
    if (!completion.text().isEmpty()) {
      message.text(completion.text());
    }
    if (!completion.reasoning().isEmpty()) {
      message.thinking(completion.reasoning());
    }
    message.toolExecutionRequests(toolRequests(completion));
    int in = completion.usage().promptTokens();
    int out = completion.usage().completionTokens();
    Phi4ChatResponseMetadata metadata =
        Phi4ChatResponseMetadata.builder(completion)
            .id("phi4j-" + UUID.randomUUID())
            .modelName(modelName)
            .tokenUsage(new TokenUsage(in, out))
            .finishReason(finishReason(completion))
            .build();
    return ChatResponse.builder().aiMessage(message.build()).metadata(metadata).build();
  }

  private static List<ToolExecutionRequest> toolRequests(Completion completion) {
    List<ToolExecutionRequest> requests = new ArrayList<>();
    for (ToolCall call : completion.toolCalls()) {
      requests.add(
          ToolExecutionRequest.builder()
              .id(call.id())
              .name(call.name())
              .arguments(call.arguments())
              .build());
    }
    return requests;
  }

  private static FinishReason finishReason(Completion completion) {
    return switch (completion.finishReason()) {
      case STOP ->
          completion.toolCalls().isEmpty() ? FinishReason.STOP : FinishReason.TOOL_EXECUTION;
      case STOP_STRING -> FinishReason.STOP;
      case MAX_TOKENS, CONTEXT_FULL -> FinishReason.LENGTH;
      case CANCELLED, TIMEOUT -> FinishReason.OTHER;
    };
  }

  /** Closes the generator, if this object loaded it. */
  @Override
  public void close() {
    if (owner) {
      generator.close();
    }
  }
}

package io.github.phi4j.springai;

import io.github.phi4j.api.Cancellation;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.TextSink;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.model.MessageAggregator;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.observation.ChatModelObservationConvention;
import org.springframework.ai.chat.observation.ChatModelObservationDocumentation;
import org.springframework.ai.chat.observation.DefaultChatModelObservationConvention;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * A Phi-4 model as Spring AI's {@link ChatModel}. Thread-safe; concurrent requests are batched. It
 * borrows its generator, which the owner closes.
 *
 * <p>Each stream runs on a virtual thread; cancelling it stops the engine. A reasoning model's
 * thoughts are in the assistant message's metadata {@code reasoningContent}; in a stream, each part
 * has the thoughts so far. The response's metadata {@code completion} is phi4j's own {@link
 * Completion}, with log-probabilities and timings. Tools are called by {@code ToolCallingAdvisor},
 * not here.
 */
public final class Phi4ChatModel implements ChatModel {

  /** The provider's name in observations. */
  public static final String PROVIDER = "phi4j";

  private static final ChatModelObservationConvention CONVENTION =
      new DefaultChatModelObservationConvention();

  private final Generator generator;
  private final Phi4ChatOptions options;
  private final GenerationOptions base;
  private final ObservationRegistry observations;
  private final @Nullable ChatModelObservationConvention convention;

  private Phi4ChatModel(Builder builder) {
    generator = Objects.requireNonNull(builder.generator, "generator");
    base = builder.generationOptions;
    observations = builder.observationRegistry;
    convention = builder.observationConvention;
    options = builder.options;
  }

  /**
   * Returns an empty builder.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public Phi4ChatOptions getOptions() {
    return options;
  }

  @Override
  public ChatResponse call(Prompt prompt) {
    Prompt request = withOptions(prompt);
    ChatModelObservationContext context = context(request, false);
    return observation(context)
        .observe(() -> {
          Answer answer = new Answer(name(request));
          ChatResponse response = answer.whole(generate(request, new Cancellation(), _ -> true));
          context.setResponse(response);
          return response;
        });
  }

  @Override
  public Flux<ChatResponse> stream(Prompt prompt) {
    return Flux.deferContextual(view -> {
      Prompt request = withOptions(prompt);
      ChatModelObservationContext context = context(request, true);
      Observation observation = observation(context);
      Observation parent = view.getOrDefault(ObservationThreadLocalAccessor.KEY, null);
      observation.parentObservation(parent);
      try (Observation.Scope _ = parent == null ? Observation.Scope.NOOP : parent.openScope()) {
        observation.start();
      }
      Flux<ChatResponse> parts = Flux.create(sink -> stream(request, sink));
      return new MessageAggregator()
          .aggregate(parts, context::setResponse)
          .doOnError(observation::error)
          .doOnTerminate(observation::stop) // before the subscriber hears of the end
          .doOnCancel(observation::stop)
          .contextWrite(own -> own.put(ObservationThreadLocalAccessor.KEY, observation));
    });
  }

  private void stream(Prompt request, FluxSink<ChatResponse> sink) {
    Cancellation cancellation = new Cancellation();
    sink.onDispose(cancellation::cancel);
    Answer answer = new Answer(name(request));
    TextSink parts =
        new TextSink() {
          @Override
          public boolean accept(String text) {
            sink.next(answer.part(text));
            return !sink.isCancelled();
          }

          @Override
          public boolean acceptReasoning(String thought) {
            sink.next(answer.thought(thought));
            return !sink.isCancelled();
          }
        };
    Thread.ofVirtual()
        .name("phi4j-spring-ai")
        .start(() -> {
          try {
            sink.next(answer.last(generate(request, cancellation, parts)));
            sink.complete();
          } catch (Throwable e) { // the subscriber must hear of any failure
            sink.error(e);
          }
        });
  }

  private Completion generate(Prompt request, Cancellation cancellation, TextSink sink) {
    GenerationOptions how =
        RequestMapping.options(options(request), base).toBuilder()
            .cancellation(cancellation)
            .build();
    return generator.generate(RequestMapping.prompt(request), how, sink);
  }

  private Prompt withOptions(Prompt prompt) {
    ChatOptions given = prompt.getOptions() == null ? options : prompt.getOptions();
    return given.getModel() == null
        ? prompt.mutate().chatOptions(given.mutate().model(generator.info().name()).build()).build()
        : prompt.mutate().chatOptions(given).build();
  }

  private static ChatOptions options(Prompt request) {
    return Objects.requireNonNull(request.getOptions());
  }

  private static String name(Prompt request) {
    return Objects.requireNonNull(options(request).getModel());
  }

  private static ChatModelObservationContext context(Prompt request, boolean streaming) {
    return ChatModelObservationContext.builder()
        .prompt(request)
        .provider(PROVIDER)
        .streaming(streaming)
        .build();
  }

  private Observation observation(ChatModelObservationContext context) {
    return ChatModelObservationDocumentation.CHAT_MODEL_OPERATION.observation(
        convention, CONVENTION, () -> context, observations);
  }

  /** Creates the responses of one answer, or of its parts. */
  private static final class Answer {
    private final String id = "phi4j-" + UUID.randomUUID();
    private final String model;
    private final StringBuilder thoughts = new StringBuilder();

    Answer(String model) {
      this.model = model;
    }

    ChatResponse part(String text) {
      return response(text, List.of(), ChatGenerationMetadata.NULL, metadata().build());
    }

    ChatResponse thought(String thought) {
      thoughts.append(thought);
      return part("");
    }

    ChatResponse whole(Completion completion) {
      thoughts.append(completion.reasoning());
      return end(completion, completion.text());
    }

    ChatResponse last(Completion completion) {
      return end(completion, "");
    }

    private ChatResponse end(Completion completion, String text) {
      List<AssistantMessage.ToolCall> calls =
          completion.toolCalls().stream()
              .map(call ->
                  new AssistantMessage.ToolCall(
                      call.id(), "function", call.name(), call.arguments()))
              .toList();
      ChatGenerationMetadata generation =
          ChatGenerationMetadata.builder().finishReason(finishReason(completion)).build();
      int in = completion.usage().promptTokens();
      int out = completion.usage().completionTokens();
      ChatResponseMetadata metadata =
          metadata()
              .usage(
                  new DefaultUsage(
                      in,
                      out,
                      in + out,
                      completion.usage(),
                      (long) completion.usage().cachedTokens(),
                      null))
              .keyValue("completion", completion)
              .build();
      return response(text, calls, generation, metadata);
    }

    private ChatResponseMetadata.Builder metadata() {
      return ChatResponseMetadata.builder().id(id).model(model);
    }

    private ChatResponse response(
        String text,
        List<AssistantMessage.ToolCall> calls,
        ChatGenerationMetadata generation,
        ChatResponseMetadata metadata) {
      Map<String, Object> properties =
          thoughts.isEmpty() ? Map.of() : Map.of(RequestMapping.REASONING, thoughts.toString());
      AssistantMessage message =
          AssistantMessage.builder().content(text).toolCalls(calls).properties(properties).build();
      return new ChatResponse(List.of(new Generation(message, generation)), metadata);
    }

    private static String finishReason(Completion completion) {
      return switch (completion.finishReason()) {
        case STOP -> completion.toolCalls().isEmpty() ? "STOP" : "TOOL_CALLS";
        case STOP_STRING -> "STOP";
        case MAX_TOKENS, CONTEXT_FULL -> "LENGTH";
        case CANCELLED -> "CANCELLED";
        case TIMEOUT -> "TIMEOUT";
      };
    }
  }

  /** Builds a chat model. Not thread-safe. */
  public static final class Builder {
    private @Nullable Generator generator;
    private Phi4ChatOptions options = Phi4ChatOptions.builder().build();
    private GenerationOptions generationOptions = GenerationOptions.defaults();
    private ObservationRegistry observationRegistry = ObservationRegistry.NOOP;
    private @Nullable ChatModelObservationConvention observationConvention;

    private Builder() {}

    /**
     * Sets the loaded model, which must stay open while in use.
     *
     * @param value the generator
     * @return this builder
     */
    public Builder generator(Generator value) {
      generator = value;
      return this;
    }

    /**
     * Sets the options of prompts without options, from which a {@code ChatClient} starts.
     *
     * @param value the options
     * @return this builder
     */
    public Builder options(Phi4ChatOptions value) {
      options = Objects.requireNonNull(value, "options");
      return this;
    }

    /**
     * Sets phi4j's options as defaults for chat options, with features such as speculation,
     * samplers and stop tokens. By default, sampling is greedy.
     *
     * @param value the options
     * @return this builder
     */
    public Builder generationOptions(GenerationOptions value) {
      generationOptions = Objects.requireNonNull(value, "generationOptions");
      return this;
    }

    /**
     * Sets the observation registry.
     *
     * @param value the registry
     * @return this builder
     */
    public Builder observationRegistry(ObservationRegistry value) {
      observationRegistry = Objects.requireNonNull(value, "observationRegistry");
      return this;
    }

    /**
     * Sets the observation convention.
     *
     * @param value the convention, or null for Spring AI's
     * @return this builder
     */
    public Builder observationConvention(@Nullable ChatModelObservationConvention value) {
      observationConvention = value;
      return this;
    }

    /**
     * Builds the model.
     *
     * @return the model
     */
    public Phi4ChatModel build() {
      return new Phi4ChatModel(this);
    }
  }
}

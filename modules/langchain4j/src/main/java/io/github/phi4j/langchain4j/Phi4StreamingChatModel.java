package io.github.phi4j.langchain4j;

import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import io.github.phi4j.api.Cancellation;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Flow.Publisher;

/**
 * A Phi-4 model as a {@link StreamingChatModel}. Thread-safe; concurrent requests are batched.
 *
 * <p>Each request runs on its own virtual thread, which also calls all methods of the handler. A
 * program that ends right after {@code chat} therefore sees nothing. Cancelling a handle or a
 * subscription stops the engine, even during prefill. A slow handler or subscriber delays only its
 * own request.
 */
public final class Phi4StreamingChatModel implements StreamingChatModel, AutoCloseable {

  private final ChatEngine engine;

  private Phi4StreamingChatModel(Builder builder) {
    engine = new ChatEngine(builder);
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
  public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
    Cancellation cancellation = new Cancellation();
    ChatEngine.Call call = engine.prepare(request, cancellation);
    Thread.ofVirtual()
        .name("phi4j-langchain4j")
        .start(new HandlerStream(engine, call, cancellation, handler));
  }

  @Override
  public Publisher<ChatModelStreamingEvent> doChat(ChatRequest request) {
    return subscriber -> {
      Cancellation cancellation = new Cancellation();
      EventStream.start(engine, engine.prepare(request, cancellation), cancellation, subscriber);
    };
  }

  @Override
  public ChatRequestParameters defaultRequestParameters() {
    return engine.defaults();
  }

  @Override
  public List<ChatModelListener> listeners() {
    return engine.listeners();
  }

  @Override
  public Set<Capability> supportedCapabilities() {
    return Set.of(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
  }

  /** Closes the generator if it was loaded from a path, which cancels its requests. */
  @Override
  public void close() {
    engine.close();
  }

  /** Builds a streaming chat model. Not thread-safe. */
  public static final class Builder extends Phi4ChatModelBuilder<Builder, Phi4StreamingChatModel> {

    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    @Override
    public Phi4StreamingChatModel build() {
      return new Phi4StreamingChatModel(this);
    }
  }
}

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
 * A Phi-4 model as a {@link StreamingChatModel}. Thread-safe; concurrent requests are computed
 * together.
 *
 * <p>Each request runs on a virtual thread of its own, which calls the handler: all of its methods
 * on this one thread. A program that ends right after {@code chat} therefore sees nothing.
 * Cancelling a handle or a subscription stops the engine, also amid the prompt. A slow handler or
 * subscriber holds up its own request alone.
 */
public final class Phi4StreamingChatModel implements StreamingChatModel, AutoCloseable {

  private final ChatEngine engine;

  private Phi4StreamingChatModel(Builder builder) {
    engine = new ChatEngine(builder);
  }

  /**
   * Starts with nothing set.
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

  /** Closes the generator, if this was built from a path; its requests are cancelled. */
  @Override
  public void close() {
    engine.close();
  }

  /** Collects what a streaming chat model needs. Not thread-safe. */
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

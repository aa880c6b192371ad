package io.github.phi4j.langchain4j;

import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.phi4j.api.Cancellation;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * A Phi-4 model as a {@link ChatModel}. Thread-safe; concurrent requests are batched.
 *
 * <p>A request whose thread is interrupted ends with the text so far and finish reason OTHER. A
 * request of {@code chatAsync} runs on its own virtual thread, and stops when its future is
 * cancelled.
 *
 * <pre>{@code
 * try (Phi4ChatModel model = Phi4ChatModel.builder().modelPath(Path.of("phi-4-Q4_K_M.gguf")).build()) {
 *   System.out.println(model.chat("Why is the sky blue?"));
 * }
 * }</pre>
 */
public final class Phi4ChatModel implements ChatModel, AutoCloseable {

  private final ChatEngine engine;

  private Phi4ChatModel(Builder builder) {
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
  public ChatResponse doChat(ChatRequest request) {
    return engine.run(engine.prepare(request, new Cancellation()), text -> true);
  }

  @Override
  public CompletableFuture<ChatResponse> doChatAsync(ChatRequest request) {
    Cancellation cancellation = new Cancellation();
    ChatEngine.Call call = engine.prepare(request, cancellation);
    CompletableFuture<ChatResponse> future =
        new CompletableFuture<>() {
          @Override
          public boolean cancel(boolean mayInterrupt) {
            cancellation.cancel();
            return super.cancel(mayInterrupt);
          }
        };
    Thread.ofVirtual()
        .name("phi4j-langchain4j")
        .start(() -> {
          try {
            future.complete(engine.run(call, text -> true));
          } catch (Throwable e) { // the future must complete in any case
            future.completeExceptionally(e);
          }
        });
    return future;
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

  /** Builds a chat model. Not thread-safe. */
  public static final class Builder extends Phi4ChatModelBuilder<Builder, Phi4ChatModel> {

    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    @Override
    public Phi4ChatModel build() {
      return new Phi4ChatModel(this);
    }
  }
}

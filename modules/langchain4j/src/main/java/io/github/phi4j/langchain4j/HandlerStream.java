package io.github.phi4j.langchain4j;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialThinkingContext;
import dev.langchain4j.model.chat.response.PartialToolCallContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import io.github.phi4j.api.Cancellation;
import io.github.phi4j.api.TextSink;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request that reports to a handler. The handler's exceptions go to its {@code onError}, and
 * generation continues; exceptions of {@code onError} are logged.
 */
final class HandlerStream implements Runnable, TextSink, StreamingHandle {

  private static final Logger LOG = LoggerFactory.getLogger(HandlerStream.class);

  private final ChatEngine engine;
  private final ChatEngine.Call call;
  private final Cancellation cancellation;
  private final StreamingChatResponseHandler handler;
  private final ToolCallParts calls;

  HandlerStream(
      ChatEngine engine,
      ChatEngine.Call call,
      Cancellation cancellation,
      StreamingChatResponseHandler handler) {
    this.engine = engine;
    this.call = call;
    this.cancellation = cancellation;
    this.handler = handler;
    calls =
        new ToolCallParts(
            part -> invoke(() -> handler.onPartialToolCall(part, new PartialToolCallContext(this))),
            whole -> invoke(() -> handler.onCompleteToolCall(whole)));
  }

  @Override
  public void run() {
    ChatResponse response;
    try {
      response = engine.run(call, this);
    } catch (Throwable e) { // any failure must reach the handler
      if (!isCancelled()) {
        fail(e);
      }
      return;
    }
    calls.end(response.aiMessage().toolExecutionRequests());
    invoke(() -> handler.onCompleteResponse(response));
  }

  @Override
  public boolean accept(String text) {
    invoke(() ->
        handler.onPartialResponse(new PartialResponse(text), new PartialResponseContext(this)));
    return !isCancelled();
  }

  @Override
  public boolean acceptReasoning(String thought) {
    invoke(() ->
        handler.onPartialThinking(new PartialThinking(thought), new PartialThinkingContext(this)));
    return !isCancelled();
  }

  @Override
  public boolean acceptToolCall(String id, String name, String arguments) {
    calls.accept(id, name, arguments);
    return !isCancelled();
  }

  /** Calls the handler, unless the request is cancelled. */
  private void invoke(Runnable callback) {
    if (isCancelled()) {
      return;
    }
    try {
      callback.run();
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  private void fail(Throwable failure) {
    try {
      handler.onError(failure);
    } catch (RuntimeException e) {
      LOG.warn("A handler's onError failed", e);
    }
  }

  @Override
  public void cancel() {
    cancellation.cancel();
  }

  @Override
  public boolean isCancelled() {
    return cancellation.isCancelled();
  }
}

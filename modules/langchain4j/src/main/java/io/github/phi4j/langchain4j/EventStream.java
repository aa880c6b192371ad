package io.github.phi4j.langchain4j;

import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialThinking;
import io.github.phi4j.api.Cancellation;
import io.github.phi4j.api.TextSink;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;

/** A request that publishes to a subscriber, whose back-pressure blocks it. */
final class EventStream implements TextSink {

  private final SubmissionPublisher<ChatModelStreamingEvent> events;
  private final Cancellation cancellation;
  private final ToolCallParts calls;

  private EventStream(
      SubmissionPublisher<ChatModelStreamingEvent> events, Cancellation cancellation) {
    this.events = events;
    this.cancellation = cancellation;
    calls = new ToolCallParts(events::submit, events::submit);
  }

  static void start(
      ChatEngine engine,
      ChatEngine.Call call,
      Cancellation cancellation,
      Flow.Subscriber<? super ChatModelStreamingEvent> subscriber) {
    SubmissionPublisher<ChatModelStreamingEvent> events =
        new SubmissionPublisher<>(Thread::startVirtualThread, Flow.defaultBufferSize());
    events.subscribe(new Cancelling(subscriber, cancellation));
    EventStream stream = new EventStream(events, cancellation);
    Thread.ofVirtual().name("phi4j-langchain4j").start(() -> stream.run(engine, call));
  }

  private void run(ChatEngine engine, ChatEngine.Call call) {
    try {
      ChatResponse response = engine.run(call, this);
      calls.end(response.aiMessage().toolExecutionRequests());
      events.submit(new CompleteResponse(response));
      events.close();
    } catch (Throwable e) { // any failure must reach the subscriber
      events.closeExceptionally(e);
    }
  }

  @Override
  public boolean accept(String text) {
    events.submit(new PartialResponse(text));
    return !cancellation.isCancelled();
  }

  @Override
  public boolean acceptReasoning(String thought) {
    events.submit(new PartialThinking(thought));
    return !cancellation.isCancelled();
  }

  @Override
  public boolean acceptToolCall(String id, String name, String arguments) {
    calls.accept(id, name, arguments);
    return !cancellation.isCancelled();
  }

  /** Stops the engine when the subscriber cancels or fails. */
  private record Cancelling(
      Flow.Subscriber<? super ChatModelStreamingEvent> subscriber, Cancellation cancellation)
      implements Flow.Subscriber<ChatModelStreamingEvent> {

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscriber.onSubscribe(
          new Flow.Subscription() {
            @Override
            public void request(long count) {
              subscription.request(count);
            }

            @Override
            public void cancel() {
              subscription.cancel();
              cancellation.cancel();
            }
          });
    }

    @Override
    public void onNext(ChatModelStreamingEvent event) {
      try {
        subscriber.onNext(event);
      } catch (RuntimeException | Error e) { // the publisher ends the subscription
        cancellation.cancel();
        throw e;
      }
    }

    @Override
    public void onError(Throwable failure) {
      if (!cancellation.isCancelled()) {
        subscriber.onError(failure);
      }
    }

    @Override
    public void onComplete() {
      subscriber.onComplete();
    }
  }
}

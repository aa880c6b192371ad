package io.github.phi4j.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.TextSink;
import io.github.phi4j.api.TokenLogProb;
import io.github.phi4j.api.Tokenizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The chunks of a streamed chat completion. Each choice has its own sink. */
final class ChatStream {

  private final ChatCompletions.Call call;
  private final LiveAnswer answer;
  private final Tokenizer tokenizer;
  private final String id = Answers.id("chatcmpl-");
  private final long created = Answers.now();
  private final Map<Integer, Sink> sinks = new ConcurrentHashMap<>();

  ChatStream(ChatCompletions.Call call, LiveAnswer answer, Tokenizer tokenizer) {
    this.call = call;
    this.answer = answer;
    this.tokenizer = tokenizer;
  }

  /** Returns the sink of a choice; all sinks are created before the first is used. */
  TextSink sink(int index) {
    return sinks.computeIfAbsent(index, Sink::new);
  }

  private final class Sink implements TextSink {
    private final int index;
    private final long start = System.nanoTime();
    private final List<TokenLogProb> unsent = new ArrayList<>();
    private long first;
    private int tokens;
    private int calls;
    private boolean begun;

    Sink(int index) {
      this.index = index;
    }

    @Override
    public boolean accept(String text) {
      return send(Json.object().put("content", text));
    }

    @Override
    public boolean acceptReasoning(String thought) {
      return send(Json.object().put("reasoning_content", thought));
    }

    @Override
    public boolean acceptToolCall(String id, String name, String arguments) {
      ObjectNode delta = Json.object();
      ObjectNode part = delta.putArray("tool_calls").addObject();
      if (arguments.isEmpty()) {
        part.put("index", calls++).put("id", id).put("type", "function");
        part.putObject("function").put("name", name).put("arguments", "");
      } else {
        part.put("index", calls - 1).putObject("function").put("arguments", arguments);
      }
      return send(delta);
    }

    @Override
    public boolean acceptLogProb(TokenLogProb token) {
      if (tokens++ == 0) {
        first = System.nanoTime();
      }
      if (call.logProbs()) {
        unsent.add(token);
      }
      return true;
    }

    private boolean send(ObjectNode delta) {
      begin();
      ObjectNode chunk = chunk();
      ObjectNode choice = choice(chunk);
      choice.set("delta", delta);
      addLogProbs(choice);
      choice.putNull("finish_reason");
      if (call.timingsPerToken()) {
        chunk.set(
            "timings",
            Answers.timings(
                0,
                0,
                Duration.ofNanos(first - start),
                tokens,
                Duration.ofNanos(System.nanoTime() - first)));
      }
      return event(chunk);
    }

    private void begin() {
      if (!begun) {
        begun = true;
        ObjectNode chunk = chunk();
        ObjectNode choice = choice(chunk);
        choice.putObject("delta").put("role", "assistant").put("content", "");
        choice.putNull("logprobs").putNull("finish_reason");
        event(chunk);
      }
    }

    private ObjectNode choice(ObjectNode chunk) {
      return chunk.putArray("choices").addObject().put("index", index);
    }

    private void addLogProbs(ObjectNode choice) {
      if (unsent.isEmpty()) {
        choice.putNull("logprobs");
      } else {
        choice
            .putObject("logprobs")
            .putNull("refusal")
            .set("content", Answers.logProbs(unsent, tokenizer));
        unsent.clear();
      }
    }

    private void finish(Completion completion) {
      begin();
      ObjectNode chunk = chunk();
      ObjectNode choice = choice(chunk);
      choice.putObject("delta");
      addLogProbs(choice);
      choice.put("finish_reason", Answers.finishReason(completion));
      chunk.set("timings", Answers.timings(completion.timings(), completion.usage()));
      event(chunk);
    }
  }

  private ObjectNode chunk() {
    ObjectNode node = Json.object();
    node.put("id", id)
        .put("object", "chat.completion.chunk")
        .put("created", created)
        .put("model", call.model());
    if (call.streamUsage()) {
      node.putNull("usage");
    }
    return node;
  }

  private boolean event(ObjectNode chunk) {
    return answer.send("data: " + Json.text(chunk) + "\n\n");
  }

  /** Ends all choices, and the stream. */
  void finish(List<Completion> completions) {
    for (int i = 0; i < completions.size(); i++) {
      sinks.computeIfAbsent(i, Sink::new).finish(completions.get(i));
    }
    if (call.streamUsage()) {
      ObjectNode chunk = chunk();
      chunk.putArray("choices");
      chunk.set("usage", Answers.usage(completions, call.choices(), tokenizer));
      event(chunk);
    }
    answer.send("data: [DONE]\n\n");
  }
}

package io.github.phi4j.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.TextSink;
import io.github.phi4j.api.TokenLogProb;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The events of a streamed response: each output item is added, receives deltas, and is done. */
final class ResponseStream implements TextSink {

  /** An open item; its output index is the next one. */
  private sealed interface Open {
    record Thoughts() implements Open {}

    record Text() implements Open {}

    record Call(ObjectNode item) implements Open {}
  }

  private final Responses.Call call;
  private final LiveAnswer answer;
  private final Responses responses;
  private final String reasoningId = Answers.id("rs_");
  private final String messageId = Answers.id("msg_");
  private final ArrayNode output = Json.array();
  private final StringBuilder openText = new StringBuilder(); // of the open item
  private final List<TokenLogProb> logProbs = new ArrayList<>();
  private int sent; // log-probabilities
  private @Nullable Open open;
  private int number;

  ResponseStream(Responses.Call call, LiveAnswer answer, Responses responses) {
    this.call = call;
    this.answer = answer;
    this.responses = responses;
  }

  private boolean event(String type, ObjectNode fields) {
    ObjectNode event = Json.object().put("type", type).put("sequence_number", number++);
    event.setAll(fields);
    return answer.send("event: " + type + "\ndata: " + Json.text(event) + "\n\n");
  }

  private ObjectNode at(String id) {
    return Json.object().put("item_id", id).put("output_index", output.size());
  }

  private ObjectNode atContent(String id) {
    return at(id).put("content_index", 0);
  }

  private void begin(Open item, ObjectNode shown) {
    end("completed");
    open = item;
    event("response.output_item.added", item(shown));
  }

  private ObjectNode item(ObjectNode item) {
    ObjectNode fields = Json.object().put("output_index", output.size());
    fields.set("item", item);
    return fields;
  }

  void begin() {
    for (String type : new String[] {"response.created", "response.in_progress"}) {
      ObjectNode fields = Json.object();
      fields.set("response", Responses.begun(call));
      event(type, fields);
    }
  }

  @Override
  public boolean acceptLogProb(TokenLogProb token) {
    logProbs.add(token);
    return true;
  }

  @Override
  public boolean acceptReasoning(String thought) {
    if (!(open instanceof Open.Thoughts)) {
      ObjectNode item = Responses.reasoning(reasoningId, "").put("status", "in_progress");
      item.putArray("content");
      begin(new Open.Thoughts(), item);
    }
    openText.append(thought);
    return event("response.reasoning_text.delta", atContent(reasoningId).put("delta", thought));
  }

  @Override
  public boolean accept(String text) {
    beginText();
    openText.append(text);
    ObjectNode fields = atContent(messageId).put("delta", text);
    List<TokenLogProb> unsent = logProbs.subList(sent, logProbs.size());
    fields.set("logprobs", responses.part(text, unsent).get("logprobs"));
    sent = logProbs.size();
    return event("response.output_text.delta", fields);
  }

  private void beginText() {
    if (open instanceof Open.Text) {
      return;
    }
    ObjectNode part = responses.part("", List.of());
    ObjectNode item = Responses.message(messageId, "in_progress", part);
    item.putArray("content");
    begin(new Open.Text(), item);
    ObjectNode fields = atContent(messageId);
    fields.set("part", part);
    event("response.content_part.added", fields);
  }

  @Override
  public boolean acceptToolCall(String id, String name, String arguments) {
    if (arguments.isEmpty()) {
      ObjectNode item = Responses.functionCall(Answers.id("fc_"), id, name);
      begin(new Open.Call(item), item);
      return answer.wanted();
    }
    if (!(open instanceof Open.Call(ObjectNode item))) {
      throw new IllegalStateException("the arguments of a call came before its name");
    }
    openText.append(arguments);
    return event(
        "response.function_call_arguments.delta",
        at(item.path("id").textValue()).put("delta", arguments));
  }

  /** Ends the open item, if any. */
  private void end(String status) {
    switch (open) {
      case Open.Thoughts _ -> endThoughts();
      case Open.Text _ -> endText(status);
      case Open.Call(ObjectNode item) -> endCall(item, status);
      case null -> {}
    }
    open = null;
    openText.setLength(0);
  }

  private void endThoughts() {
    String thoughts = openText.toString();
    event("response.reasoning_text.done", atContent(reasoningId).put("text", thoughts));
    add(Responses.reasoning(reasoningId, thoughts));
  }

  private void endText(String status) {
    ObjectNode part = responses.part(openText.toString(), logProbs);
    ObjectNode fields = atContent(messageId).put("text", openText.toString());
    fields.set("logprobs", part.get("logprobs"));
    event("response.output_text.done", fields);
    fields = atContent(messageId);
    fields.set("part", part);
    event("response.content_part.done", fields);
    add(Responses.message(messageId, status, part));
  }

  private void endCall(ObjectNode item, String status) {
    item.put("arguments", openText.toString()).put("status", status);
    if (status.equals("completed")) {
      event(
          "response.function_call_arguments.done",
          at(item.path("id").textValue())
              .put("name", item.path("name").textValue())
              .put("arguments", openText.toString()));
    }
    add(item);
  }

  private void add(ObjectNode item) {
    event("response.output_item.done", item(item));
    output.add(item);
  }

  /** Ends the response. */
  void finish(Completion completion) {
    if (completion.text().isEmpty()
        && completion.toolCalls().isEmpty()
        && !(open instanceof Open.Call)) {
      beginText();
    }
    end(Responses.status(completion));
    ObjectNode response = responses.response(call, completion, output);
    ObjectNode fields = Json.object();
    fields.set("response", response);
    event("response." + response.path("status").asText(), fields);
  }
}

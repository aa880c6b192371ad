package io.github.phi4j.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.TextSink;
import io.github.phi4j.api.ToolCall;

/** The events of a streamed response: each item of the output is added, grows, and is done. */
final class ResponseStream implements TextSink {

  private final Responses.Call call;
  private final LiveAnswer answer;
  private final Responses responses;
  private final String reasoningId = Answers.id("rs_");
  private final String messageId = Answers.id("msg_");
  private final ArrayNode output = Json.array();
  private final StringBuilder thoughts = new StringBuilder();
  private boolean thinking;
  private boolean writing;
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
  public boolean acceptReasoning(String thought) {
    if (!thinking) {
      thinking = true;
      ObjectNode item = Responses.reasoning(reasoningId, "").put("status", "in_progress");
      item.putArray("content");
      event("response.output_item.added", item(item));
    }
    thoughts.append(thought);
    return event(
        "response.reasoning_text.delta",
        at(reasoningId).put("content_index", 0).put("delta", thought));
  }

  @Override
  public boolean accept(String text) {
    finishThoughts();
    beginText();
    ObjectNode fields = at(messageId).put("content_index", 0).put("delta", text);
    fields.putArray("logprobs");
    return event("response.output_text.delta", fields);
  }

  private void beginText() {
    if (writing) {
      return;
    }
    writing = true;
    ObjectNode item =
        Json.object()
            .put("id", messageId)
            .put("type", "message")
            .put("status", "in_progress")
            .put("role", "assistant");
    item.putArray("content");
    event("response.output_item.added", item(item));
    ObjectNode fields = at(messageId).put("content_index", 0);
    fields.set("part", responses.part("", null, false));
    event("response.content_part.added", fields);
  }

  void finish(Completion completion) {
    finishThoughts();
    if (!completion.text().isEmpty() || completion.toolCalls().isEmpty()) {
      beginText();
      finishText(completion);
    }
    for (ToolCall each : completion.toolCalls()) {
      call(each);
    }
    ObjectNode response = responses.response(call, completion, output);
    ObjectNode fields = Json.object();
    fields.set("response", response);
    event("response." + response.path("status").asText(), fields);
  }

  private void finishThoughts() {
    if (!thinking) {
      return;
    }
    thinking = false;
    event(
        "response.reasoning_text.done",
        at(reasoningId).put("content_index", 0).put("text", thoughts.toString()));
    ObjectNode item = Responses.reasoning(reasoningId, thoughts.toString());
    event("response.output_item.done", item(item));
    output.add(item);
  }

  private void finishText(Completion completion) {
    ObjectNode part = responses.part(completion.text(), completion, call.logProbs());
    ObjectNode fields = at(messageId).put("content_index", 0).put("text", completion.text());
    fields.set("logprobs", part.get("logprobs"));
    event("response.output_text.done", fields);
    fields = at(messageId).put("content_index", 0);
    fields.set("part", part);
    event("response.content_part.done", fields);
    ObjectNode item = responses.message(messageId, completion, call.logProbs());
    event("response.output_item.done", item(item));
    output.add(item);
  }

  private void call(ToolCall each) {
    String id = Answers.id("fc_");
    ObjectNode item = Responses.functionCall(id, each);
    event(
        "response.output_item.added",
        item(item.deepCopy().put("arguments", "").put("status", "in_progress")));
    event("response.function_call_arguments.delta", at(id).put("delta", each.arguments()));
    event(
        "response.function_call_arguments.done",
        at(id).put("name", each.name()).put("arguments", each.arguments()));
    event("response.output_item.done", item(item));
    output.add(item);
  }
}

package io.github.phi4j.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.TokenLogProb;
import io.github.phi4j.api.Tool;
import io.github.phi4j.api.ToolCall;
import io.github.phi4j.api.ToolChoice;
import io.github.phi4j.api.Usage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code /v1/responses}. The server stores no responses: each request has the whole conversation.
 */
final class Responses implements Route {

  private final Serving serving;

  Responses(Serving serving) {
    this.serving = serving;
  }

  /**
   * A parsed request.
   *
   * @param echo the request fields that each response repeats
   */
  record Call(
      String id,
      String model,
      Prompt prompt,
      GenerationOptions options,
      boolean stream,
      boolean logProbs,
      ObjectNode echo) {}

  @Override
  public void answer(Exchange exchange) throws IOException {
    Call call = read(Fields.of(Json.parse(exchange.body())));
    if (call.stream()) {
      serving.write(exchange, LiveAnswer.Format.EVENTS, answer -> stream(call, answer));
    } else {
      serving.write(exchange, LiveAnswer.Format.DOCUMENT, answer -> whole(call, answer));
    }
  }

  private Call read(Fields fields) {
    String model = serving.model(fields);
    fields.refuse("previous_response_id", "is not supported: the server stores no responses");
    fields.refuse("conversation", "is not supported: the server stores no conversations");
    fields.refuse("background", "is not supported: the server stores no responses");
    fields.refuse("prompt", "is not supported: the server has no prompt templates");
    fields.refuse("truncation", "must be 'disabled': prompts are never truncated", "disabled");
    GenerationOptions.Builder options =
        new OptionFields(serving.settings(), serving.tokenizer()).read(fields, "max_output_tokens");
    List<Tool> tools = ChatFields.tools(fields);
    ToolChoice choice = ChatFields.toolChoice(fields);
    if (!tools.isEmpty()) {
      options.tools(tools).toolChoice(choice);
    } else if (choice.mode() == ToolChoice.Mode.REQUIRED) {
      throw fields.invalid("tool_choice", "is only allowed when 'tools' are given");
    }
    fields
        .object("text")
        .flatMap(text -> text.object("format"))
        .flatMap(OptionFields::format)
        .ifPresent(options::grammar);
    boolean logProbs =
        fields.strings("include").contains("message.output_text.logprobs")
            || fields.has("top_logprobs");
    if (logProbs) {
      OptionFields.logProbs(
          fields,
          options,
          fields.integer("top_logprobs", 0, OptionFields.MAX_ALTERNATIVES).orElse(0));
    }
    return new Call(
        Answers.id("resp_"),
        model,
        ChatFields.prompt(messages(fields)),
        options.build(),
        fields.flag("stream", false),
        logProbs,
        echo(fields));
  }

  /** Reads the conversation: instructions and input. */
  private List<Message> messages(Fields fields) {
    List<Message> messages = new ArrayList<>();
    fields.string("instructions").map(Message::system).ifPresent(messages::add);
    JsonNode input = fields.value("input").orElseThrow(() -> fields.missing("input"));
    if (input.isTextual()) {
      messages.add(Message.user(input.textValue()));
      return messages;
    }
    List<Fields> items = fields.objects("input");
    if (items.isEmpty() || items.size() > serving.settings().maxMessages()) {
      throw fields.invalid(
          "input", "must have from 1 to " + serving.settings().maxMessages() + " items");
    }
    // Thoughts, text and calls of one turn are separate items here.
    String thoughts = "";
    List<ToolCall> calls = new ArrayList<>();
    for (Fields item : items) {
      String type = item.string("type").orElse("message");
      if (!type.equals("function_call") && !calls.isEmpty()) {
        addCalls(messages, calls, thoughts);
        calls.clear();
        thoughts = "";
      }
      switch (type) {
        case "message" -> {
          Message message = ChatFields.message(item);
          if (message.role() == Message.Role.ASSISTANT && !thoughts.isEmpty()) {
            message = Message.assistant(message.content(), thoughts, List.of());
          }
          thoughts = "";
          messages.add(message);
        }
        case "reasoning" -> thoughts = thoughts(item);
        case "function_call" ->
            calls.add(
                new ToolCall(
                    item.requiredString("call_id"),
                    item.requiredString("name"),
                    ChatFields.arguments(item)));
        case "function_call_output" ->
            messages.add(Message.tool(item.requiredString("call_id"), output(item)));
        default ->
            throw ApiException.unsupported(
                item.name("type"), "Items of type '" + type + "' are not supported.");
      }
    }
    if (!calls.isEmpty()) {
      throw fields.invalid("input", "must have the outputs of its function calls");
    }
    return messages;
  }

  /** Adds calls to the preceding assistant message, or as a separate one. */
  private static void addCalls(List<Message> messages, List<ToolCall> calls, String thoughts) {
    boolean same =
        !messages.isEmpty()
            && messages.getLast().role() == Message.Role.ASSISTANT
            && messages.getLast().toolCalls().isEmpty();
    Message before = same ? messages.removeLast() : Message.assistant("");
    messages.add(
        Message.assistant(
            before.content(), thoughts.isEmpty() ? before.reasoning() : thoughts, calls));
  }

  private static String thoughts(Fields item) {
    StringBuilder text = new StringBuilder();
    item.objects("content").forEach(part -> part.string("text").ifPresent(text::append));
    return text.toString();
  }

  private static String output(Fields item) {
    JsonNode output = item.value("output").orElseThrow(() -> item.missing("output"));
    if (output.isTextual()) {
      return output.textValue();
    }
    StringBuilder text = new StringBuilder();
    item.objects("output").forEach(part -> text.append(part.requiredString("text")));
    return text.toString();
  }

  private ObjectNode echo(Fields fields) {
    ObjectNode echo = Json.object();
    GenerationOptions defaults = serving.settings().defaults();
    echo.put("instructions", fields.string("instructions").orElse(null));
    echo.set("max_output_tokens", fields.value("max_output_tokens").orElse(null));
    echo.put("parallel_tool_calls", fields.flag("parallel_tool_calls", true));
    echo.putNull("previous_response_id");
    ObjectNode reasoning = echo.putObject("reasoning");
    reasoning.put(
        "effort", fields.object("reasoning").flatMap(each -> each.string("effort")).orElse(null));
    reasoning.putNull("summary");
    echo.put("store", false);
    echo.put(
        "temperature",
        fields.number("temperature", 0, 100).orElse(defaults.sampling().temperature()));
    echo.put("top_p", fields.number("top_p", 0, 1).orElse(defaults.sampling().topP()));
    Optional<JsonNode> format = fields.object("text").flatMap(text -> text.value("format"));
    echo.putObject("text").set("format", format.orElseGet(() -> Json.object().put("type", "text")));
    echo.set("tool_choice", fields.value("tool_choice").orElse(null));
    if (!fields.has("tool_choice")) {
      echo.put("tool_choice", "auto");
    }
    echo.set("tools", fields.array("tools").orElseGet(Json::array));
    echo.put("truncation", "disabled");
    echo.set("metadata", fields.value("metadata").orElseGet(Json::object));
    return echo;
  }

  private void whole(Call call, LiveAnswer answer) throws InterruptedException {
    Completion completion =
        serving
            .generate(List.of(call.prompt()), call.options(), 1, _ -> _ -> answer.wanted())
            .getFirst();
    ArrayNode output = Json.array();
    if (!completion.reasoning().isEmpty()) {
      output.add(reasoning(Answers.id("rs_"), completion.reasoning()));
    }
    if (!completion.text().isEmpty() || completion.toolCalls().isEmpty()) {
      ObjectNode part =
          part(completion.text(), call.logProbs() ? completion.logProbs() : List.of());
      output.add(message(Answers.id("msg_"), status(completion), part));
    }
    for (ToolCall each : completion.toolCalls()) {
      ObjectNode item = functionCall(Answers.id("fc_"), each.id(), each.name());
      output.add(item.put("arguments", each.arguments()).put("status", "completed"));
    }
    answer.send(Json.text(response(call, completion, output)));
  }

  private void stream(Call call, LiveAnswer answer) throws InterruptedException {
    ResponseStream stream = new ResponseStream(call, answer, this);
    stream.begin();
    Completion completion =
        serving.generate(List.of(call.prompt()), call.options(), 1, _ -> stream).getFirst();
    stream.finish(completion);
  }

  /** Returns the response before generation. */
  static ObjectNode begun(Call call) {
    ObjectNode node = head(call, "in_progress");
    node.putNull("incomplete_details");
    node.putArray("output");
    node.putNull("usage");
    return node;
  }

  private static ObjectNode head(Call call, String status) {
    ObjectNode node =
        Json.object()
            .put("id", call.id())
            .put("object", "response")
            .put("created_at", Answers.now())
            .put("status", status)
            .put("model", call.model());
    node.putNull("error");
    node.setAll(call.echo());
    return node;
  }

  ObjectNode response(Call call, Completion completion, ArrayNode output) {
    ObjectNode node = head(call, status(completion));
    if (Answers.isCut(completion)) {
      node.putObject("incomplete_details").put("reason", "max_output_tokens");
    } else {
      node.putNull("incomplete_details");
    }
    node.set("output", output);
    Usage usage = completion.usage();
    ObjectNode counts = node.putObject("usage").put("input_tokens", usage.promptTokens());
    counts.putObject("input_tokens_details").put("cached_tokens", usage.cachedTokens());
    counts.put("output_tokens", usage.completionTokens());
    counts
        .putObject("output_tokens_details")
        .put("reasoning_tokens", Answers.reasoningTokens(completion, serving.tokenizer()));
    counts.put("total_tokens", usage.totalTokens());
    return node;
  }

  static String status(Completion completion) {
    return Answers.isCut(completion) ? "incomplete" : "completed";
  }

  static ObjectNode reasoning(String id, String thoughts) {
    ObjectNode item = Json.object().put("id", id).put("type", "reasoning");
    item.putArray("summary");
    item.putArray("content").addObject().put("type", "reasoning_text").put("text", thoughts);
    return item.put("status", "completed");
  }

  static ObjectNode message(String id, String status, ObjectNode part) {
    ObjectNode item =
        Json.object()
            .put("id", id)
            .put("type", "message")
            .put("status", status)
            .put("role", "assistant");
    item.putArray("content").add(part);
    return item;
  }

  ObjectNode part(String text, List<TokenLogProb> logProbs) {
    ObjectNode part = Json.object().put("type", "output_text").put("text", text);
    part.putArray("annotations");
    part.set("logprobs", Answers.logProbs(logProbs, serving.tokenizer()));
    return part;
  }

  /** Returns a call with only its name so far. */
  static ObjectNode functionCall(String id, String callId, String name) {
    return Json.object()
        .put("id", id)
        .put("type", "function_call")
        .put("call_id", callId)
        .put("name", name)
        .put("arguments", "")
        .put("status", "in_progress");
  }
}

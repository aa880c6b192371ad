package io.github.phi4j.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Tool;
import io.github.phi4j.api.ToolCall;
import io.github.phi4j.api.ToolChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads conversations and tools in the format of chat completions. */
final class ChatFields {

  private static final String NO_PARAMETERS =
      "{\"type\": \"object\", \"properties\": {}, \"additionalProperties\": false}";

  private ChatFields() {}

  /** Reads the conversation of a request; a final assistant message is continued. */
  static Prompt prompt(Fields fields, int max) {
    List<Fields> given = fields.objects("messages");
    if (!fields.has("messages")) {
      throw fields.missing("messages");
    }
    if (given.isEmpty()) {
      throw fields.invalid("messages", "must have at least one message");
    }
    if (given.size() > max) {
      throw fields.invalid("messages", "must have at most " + max + " messages");
    }
    List<Message> messages = new ArrayList<>();
    for (Fields each : given) {
      messages.add(message(each));
    }
    return prompt(messages);
  }

  /** Returns a prompt; a final assistant message with text is continued. */
  static Prompt prompt(List<Message> messages) {
    Message last = messages.getLast();
    boolean continues = last.role() == Message.Role.ASSISTANT && last.toolCalls().isEmpty();
    return continues ? Prompt.continuing(messages) : Prompt.chat(messages);
  }

  /** Reads a message of chat completions or Responses. */
  static Message message(Fields message) {
    String role = message.requiredString("role");
    return switch (role) {
      case "system", "developer" -> Message.system(content(message));
      case "user" -> Message.user(content(message));
      case "assistant" -> {
        message.refuse("function_call", "is not supported: use 'tool_calls'");
        message.refuse("audio", "is not supported: the model writes only text");
        yield Message.assistant(
            content(message),
            message.string("reasoning_content").or(() -> message.string("reasoning")).orElse(""),
            calls(message));
      }
      case "tool" -> Message.tool(message.requiredString("tool_call_id"), content(message));
      default ->
          throw message.invalid("role", "must be system, developer, user, assistant or tool");
    };
  }

  /** Reads the text of a message, which may consist of parts. */
  private static String content(Fields message) {
    Optional<JsonNode> content = message.value("content");
    if (content.isEmpty()) {
      if (message.has("tool_calls")
          || message.string("role").filter("assistant"::equals).isPresent()) {
        return "";
      }
      throw message.missing("content");
    }
    if (content.get().isTextual()) {
      return content.get().textValue();
    }
    if (!content.get().isArray()) {
      throw Fields.wrongType(
          message.name("content"), "a string or an array of parts", content.get());
    }
    StringBuilder text = new StringBuilder();
    for (Fields part : message.objects("content")) {
      String type = part.requiredString("type");
      switch (type) {
        case "text", "input_text", "output_text" -> text.append(part.requiredString("text"));
        case "refusal" -> text.append(part.requiredString("refusal"));
        default ->
            throw ApiException.invalid(
                part.name("type"),
                "unsupported_content",
                "Content of type '" + type + "' is not supported: the model reads only text.");
      }
    }
    return text.toString();
  }

  private static List<ToolCall> calls(Fields message) {
    List<ToolCall> calls = new ArrayList<>();
    for (Fields call : message.objects("tool_calls")) {
      Fields function = call.object("function").orElseThrow(() -> call.missing("function"));
      calls.add(
          new ToolCall(
              call.requiredString("id"), function.requiredString("name"), arguments(function)));
    }
    return calls;
  }

  /** Reads arguments: OpenAI's clients send text, Ollama's an object. */
  static String arguments(Fields function) {
    Optional<JsonNode> arguments = function.value("arguments");
    if (arguments.isPresent() && arguments.get().isObject()) {
      return Json.text(arguments.get());
    }
    return function.string("arguments").filter(text -> !text.isBlank()).orElse("{}");
  }

  static List<Tool> tools(Fields fields) {
    fields.refuse("functions", "is no longer supported: use 'tools'");
    fields.refuse("function_call", "is no longer supported: use 'tool_choice'", "none", "auto");
    List<Tool> tools = new ArrayList<>();
    for (Fields tool : fields.objects("tools")) {
      String type = tool.string("type").orElse("function");
      if (!type.equals("function")) {
        throw ApiException.unsupported(
            tool.name("type"),
            "Tools of type '" + type + "' are not supported: the server runs none of its own.");
      }
      // In Responses, the fields of a function are directly in the tool.
      tools.add(tool(tool.object("function").orElse(tool)));
    }
    return tools;
  }

  private static Tool tool(Fields function) {
    String parameters =
        function
            .object("parameters")
            .filter(schema -> !schema.node().isEmpty())
            .map(schema -> Json.text(schema.node()))
            .orElse(NO_PARAMETERS);
    try {
      return new Tool(
          function.requiredString("name"), function.string("description").orElse(""), parameters);
    } catch (IllegalArgumentException e) {
      throw ApiException.invalid(function.name("name"), "invalid_value", e.getMessage());
    }
  }

  static ToolChoice toolChoice(Fields fields) {
    ToolChoice choice =
        fields.value("tool_choice").map(value -> choice(fields, value)).orElseGet(ToolChoice::auto);
    return choice.name().isPresent()
        ? choice
        : choice.withParallel(fields.flag("parallel_tool_calls", true));
  }

  private static ToolChoice choice(Fields fields, JsonNode value) {
    if (value.isTextual()) {
      return switch (value.textValue()) {
        case "auto" -> ToolChoice.auto();
        case "none" -> ToolChoice.none();
        case "required", "any" -> ToolChoice.required();
        default ->
            throw fields.invalid("tool_choice", "must be auto, none, required or a function");
      };
    }
    Fields named = Fields.of(value, fields.name("tool_choice"));
    String type = named.string("type").orElse("function");
    if (!type.equals("function")) {
      throw ApiException.unsupported(
          named.name("type"), "A tool choice of type '" + type + "' is not supported.");
    }
    return ToolChoice.named(named.object("function").orElse(named).requiredString("name"));
  }
}

package io.github.phi4j.internal.text;

import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.Tool;
import io.github.phi4j.api.ToolCall;
import io.github.phi4j.internal.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The format of tool definitions and tool calls. */
public enum ToolFormat {
  /** phi-4-mini: calls follow a special token. */
  NATIVE("[", "]"),
  /**
   * Models without a native format: an answer that begins like calls is calls, as the system
   * message explains.
   */
  JSON("{\"tool_calls\": [", "]}");

  /** The separator between calls. */
  public static final String SEPARATOR = ", ";

  private final String open;
  private final String close;

  ToolFormat(String open, String close) {
    this.open = open;
    this.close = close;
  }

  /** The tool format of a chat format. */
  public static ToolFormat of(ChatFormat format) {
    return switch (format) {
      case PHI4, PHI4_REASONING -> JSON;
      case PHI4_MINI, PHI4_MINI_REASONING -> NATIVE;
    };
  }

  /** The text before the first call. */
  public String open() {
    return open;
  }

  /** The text after the last call. */
  public String close() {
    return close;
  }

  /** The text before the arguments of a call. */
  public static String callOpen(String name) {
    return "{\"name\": " + Json.quote(name) + ", \"arguments\": ";
  }

  /** The text after the arguments of a call. */
  public static String callClose() {
    return "}";
  }

  /** Formats calls as the model does. */
  public String write(List<ToolCall> calls) {
    return calls.stream()
        .map(call -> callOpen(call.name()) + call.arguments() + callClose())
        .collect(Collectors.joining(SEPARATOR, open, close));
  }

  /** The JSON array of tool definitions, formatted as in the model's training. */
  public static String describe(List<Tool> tools) {
    return new Json.Elements(tools.stream().map(ToolFormat::describe).toList()).written();
  }

  private static Json describe(Tool tool) {
    Map<String, Json> members = new LinkedHashMap<>();
    members.put("name", new Json.Text(tool.name()));
    members.put("description", new Json.Text(tool.description()));
    members.put("parameters", Json.parse(tool.parameters()));
    return new Json.Members(members);
  }

  /** The explanation of tools in the system message, for models without a native format. */
  static String explain(String tools) {
    return "You have tools, described by this JSON array:\n"
        + tools
        + "\nTo call tools, answer with one JSON object and nothing else: "
        + "{\"tool_calls\": [{\"name\": \"…\", \"arguments\": {…}}]}"
        + "\nTheir results come in the messages after it, in the same order.";
  }

  /** A tool result as a user turn, for models without a native format. */
  static String result(String content) {
    return "Result of the tool call:\n" + content;
  }
}

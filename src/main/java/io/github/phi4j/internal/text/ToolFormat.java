package io.github.phi4j.internal.text;

import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.Tool;
import io.github.phi4j.api.ToolCall;
import io.github.phi4j.internal.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** How tools are described to a model, and how it writes its calls. */
public enum ToolFormat {
  /** phi-4-mini: calls follow a special token. */
  NATIVE("[", "]"),
  /**
   * Models without a format of their own: an answer that begins as calls do is calls, and the
   * system message says so.
   */
  JSON("{\"tool_calls\": [", "]}");

  /** What comes between two calls. */
  public static final String SEPARATOR = ", ";

  private final String open;
  private final String close;

  ToolFormat(String open, String close) {
    this.open = open;
    this.close = close;
  }

  /** The format of the models with a chat format. */
  public static ToolFormat of(ChatFormat format) {
    return switch (format) {
      case PHI4, PHI4_REASONING -> JSON;
      case PHI4_MINI, PHI4_MINI_REASONING -> NATIVE;
    };
  }

  /** What comes before the first call. */
  public String open() {
    return open;
  }

  /** What comes after the last call. */
  public String close() {
    return close;
  }

  /** What comes before the arguments of a call. */
  public static String callOpen(String name) {
    return "{\"name\": " + Json.quote(name) + ", \"arguments\": ";
  }

  /** What comes after the arguments of a call. */
  public static String callClose() {
    return "}";
  }

  /** Writes calls as the model does. */
  public String write(List<ToolCall> calls) {
    return calls.stream()
        .map(call -> callOpen(call.name()) + call.arguments() + callClose())
        .collect(Collectors.joining(SEPARATOR, open, close));
  }

  /** The array that describes tools to a model, written as in its training. */
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

  /** What the system message says about tools to a model without a format for them. */
  static String explain(String tools) {
    return "You have tools, described by this JSON array:\n"
        + tools
        + "\nTo call tools, answer with one JSON object and nothing else: "
        + "{\"tool_calls\": [{\"name\": \"…\", \"arguments\": {…}}]}"
        + "\nTheir results come in the messages after it, in the same order.";
  }

  /** How a tool's result is shown to a model without a format for it, in a turn of the user. */
  static String result(String content) {
    return "Result of the tool call:\n" + content;
  }

  /**
   * The calls in a text that was written in this format to its end.
   *
   * @param ids gives each call its id
   * @throws IllegalArgumentException if it was not
   */
  public List<ToolCall> parse(String text, Supplier<String> ids) {
    return new CallReader(text, this, ids).calls();
  }

  /**
   * The calls that are whole in a text that was written in this format but cut before its end.
   *
   * @param ids gives each call its id
   */
  public List<ToolCall> parseCut(String text, Supplier<String> ids) {
    return new CallReader(text, this, ids).wholeCalls();
  }
}

package io.github.phi4j.api;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * One message of a conversation. Contents are literal: text that looks like a special token remains
 * text. A part that a message does not have is empty.
 *
 * @param role the author
 * @param content the text
 * @param tools for a system message: a JSON array of tool descriptions, inserted verbatim into the
 *     prompt, or empty. To get parsed calls, use {@link GenerationOptions#tools()} instead.
 * @param reasoning for an assistant message: the thoughts before the answer, or empty. The model
 *     sees them again only if they are {@linkplain Reasoning#kept() kept}.
 * @param toolCalls for an assistant message: its tool calls, after the content, with distinct ids,
 *     or empty
 * @param toolCallId for the result of a tool: the {@linkplain ToolCall#id() id} of the call; empty
 *     for any other message
 * @since 0.1.0
 */
public record Message(
    Role role,
    String content,
    String tools,
    String reasoning,
    List<ToolCall> toolCalls,
    String toolCallId) {

  /**
   * The author of a message.
   *
   * @since 0.1.0
   */
  public enum Role {
    /** Instructions to the model. */
    SYSTEM,
    /** The user: a person or a program. */
    USER,
    /** The model. */
    ASSISTANT,
    /** The result of a tool that the model called. */
    TOOL
  }

  /**
   * Creates a message.
   *
   * @throws IllegalArgumentException if tools are given with a role other than {@link Role#SYSTEM},
   *     or thoughts or calls with a role other than {@link Role#ASSISTANT}; if two calls have the
   *     same id; or if a message of role {@link Role#TOOL} lacks the id of its call, or another has
   *     one
   */
  public Message {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(content, "content");
    Objects.requireNonNull(tools, "tools");
    Objects.requireNonNull(reasoning, "reasoning");
    toolCalls = Arguments.copy(toolCalls, "toolCalls");
    Objects.requireNonNull(toolCallId, "toolCallId");
    if (!tools.isEmpty() && role != Role.SYSTEM) {
      throw new IllegalArgumentException("tools belong to a system message, not to role " + role);
    }
    if (role != Role.ASSISTANT && !(reasoning.isEmpty() && toolCalls.isEmpty())) {
      throw new IllegalArgumentException(
          "thoughts and calls belong to an assistant message, not to role " + role);
    }
    if (role == Role.TOOL ? toolCallId.isBlank() : !toolCallId.isEmpty()) {
      throw new IllegalArgumentException(
          role == Role.TOOL
              ? "the result of a tool must name the id of its call; use Message.tool(id, content)"
              : "the id of a call belongs to the result of a tool, not to role " + role);
    }
    Set<String> ids = new HashSet<>();
    for (ToolCall call : toolCalls) {
      if (!ids.add(call.id())) {
        throw new IllegalArgumentException("two calls have the id \"" + call.id() + "\"");
      }
    }
  }

  private Message(Role role, String content) {
    this(role, content, "", "", List.of(), "");
  }

  /**
   * Creates a system message.
   *
   * @param content the text
   * @return the message
   */
  public static Message system(String content) {
    return new Message(Role.SYSTEM, content);
  }

  /**
   * Creates a system message with tools.
   *
   * @param content the text
   * @param tools a JSON array of tool descriptions, or empty
   * @return the message
   */
  public static Message system(String content, String tools) {
    return new Message(Role.SYSTEM, content, tools, "", List.of(), "");
  }

  /**
   * Creates a user message.
   *
   * @param content the text
   * @return the message
   */
  public static Message user(String content) {
    return new Message(Role.USER, content);
  }

  /**
   * Creates an assistant message: an earlier answer of the model.
   *
   * @param content the text
   * @return the message
   */
  public static Message assistant(String content) {
    return new Message(Role.ASSISTANT, content);
  }

  /**
   * Creates an assistant message with thoughts or tool calls; {@link Completion#message()} creates
   * one from a completion.
   *
   * @param content the text, possibly empty
   * @param reasoning the thoughts before it, possibly empty
   * @param toolCalls its tool calls, possibly empty
   * @return the message
   */
  public static Message assistant(String content, String reasoning, List<ToolCall> toolCalls) {
    return new Message(Role.ASSISTANT, content, "", reasoning, toolCalls, "");
  }

  /**
   * Creates a tool result. The results of several calls are separate messages, in any order,
   * directly after the message with the calls; the model sees them in the order of its calls.
   * Either all calls of a message have a result, or none has.
   *
   * @param callId the {@linkplain ToolCall#id() id} of the call
   * @param content the text, JSON or not
   * @return the message
   * @throws IllegalArgumentException if the id is blank
   */
  public static Message tool(String callId, String content) {
    Objects.requireNonNull(callId, "callId");
    return new Message(Role.TOOL, content, "", "", List.of(), callId);
  }
}

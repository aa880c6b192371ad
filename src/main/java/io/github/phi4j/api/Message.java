package io.github.phi4j.api;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * One message of a conversation. Contents are taken literally: text that looks like a special token
 * stays text.
 *
 * @param role the author
 * @param content the text
 * @param tools for a system message: the JSON array that describes the tools, put into the prompt
 *     as it stands. Programs that want calls parsed give {@link GenerationOptions#tools()} instead.
 * @param reasoning for an assistant message: the thoughts before the answer, or an empty text. They
 *     are shown to the model again only if {@linkplain Reasoning#kept() kept}.
 * @param toolCalls for an assistant message: the tools that it asked to call, after its content,
 *     with different ids
 * @param toolCallId for the result of a tool: the {@linkplain ToolCall#id() id} of the call
 * @since 0.1.0
 */
public record Message(
    Role role,
    String content,
    Optional<String> tools,
    String reasoning,
    List<ToolCall> toolCalls,
    Optional<String> toolCallId) {

  /**
   * The author of a message.
   *
   * @since 0.1.0
   */
  public enum Role {
    /** Instructions to the model. */
    SYSTEM,
    /** The person, or the program, that asks. */
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
   *     same id; or if a message of role {@link Role#TOOL}, and no other, lacks the id of its call
   */
  public Message {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(content, "content");
    Objects.requireNonNull(tools, "tools");
    if (tools.isPresent() && role != Role.SYSTEM) {
      throw new IllegalArgumentException("tools belong to a system message, not to role " + role);
    }
    Objects.requireNonNull(reasoning, "reasoning");
    toolCalls = Arguments.copy(toolCalls, "toolCalls");
    Objects.requireNonNull(toolCallId, "toolCallId");
    if (role != Role.ASSISTANT && !(reasoning.isEmpty() && toolCalls.isEmpty())) {
      throw new IllegalArgumentException(
          "thoughts and calls belong to an assistant message, not to role " + role);
    }
    if (toolCallId.isPresent() != (role == Role.TOOL)) {
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
    this(role, content, Optional.empty(), "", List.of(), Optional.empty());
  }

  /**
   * Instructions to the model.
   *
   * @param content the text
   * @return the message
   */
  public static Message system(String content) {
    return new Message(Role.SYSTEM, content);
  }

  /**
   * Instructions to the model together with tools that it may call.
   *
   * @param content the text
   * @param tools the JSON array that describes the tools
   * @return the message
   */
  public static Message system(String content, String tools) {
    return new Message(
        Role.SYSTEM,
        content,
        Optional.of(Objects.requireNonNull(tools, "tools")),
        "",
        List.of(),
        Optional.empty());
  }

  /**
   * The user's words.
   *
   * @param content the text
   * @return the message
   */
  public static Message user(String content) {
    return new Message(Role.USER, content);
  }

  /**
   * An earlier answer of the model.
   *
   * @param content the text
   * @return the message
   */
  public static Message assistant(String content) {
    return new Message(Role.ASSISTANT, content);
  }

  /**
   * An earlier answer of the model that thought, or asked for tools; {@link Completion#message()}
   * makes it from a completion.
   *
   * @param content the text, which may be empty
   * @param reasoning the thoughts before it, or an empty text
   * @param toolCalls the tools that it asked to call
   * @return the message
   */
  public static Message assistant(String content, String reasoning, List<ToolCall> toolCalls) {
    return new Message(
        Role.ASSISTANT, content, Optional.empty(), reasoning, toolCalls, Optional.empty());
  }

  /**
   * The result of a tool call. The results of several calls are several messages in any order; they
   * follow the message with the calls directly, and are shown to the model in the order of its
   * calls. Each call has one result, or none of that message has any.
   *
   * @param callId the {@linkplain ToolCall#id() id} of the call
   * @param content the text, JSON or not
   * @return the message
   */
  public static Message tool(String callId, String content) {
    Objects.requireNonNull(callId, "callId");
    return new Message(Role.TOOL, content, Optional.empty(), "", List.of(), Optional.of(callId));
  }
}

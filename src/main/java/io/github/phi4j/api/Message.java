package io.github.phi4j.api;

import java.util.Objects;
import java.util.Optional;

/**
 * One message of a conversation. Contents are taken literally: text that looks like a special token
 * stays text.
 *
 * @param role who speaks
 * @param content what is said
 * @param tools for a system message to a model with a native tool format (Phi-4-mini): the JSON
 *     array that describes the tools, put into the prompt as it stands
 */
public record Message(Role role, String content, Optional<String> tools) {

  /** Who speaks. */
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
   * @throws IllegalArgumentException if tools are given with a role other than {@link Role#SYSTEM}
   */
  public Message {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(content, "content");
    Objects.requireNonNull(tools, "tools");
    if (tools.isPresent() && role != Role.SYSTEM) {
      throw new IllegalArgumentException("tools belong to a system message, not to role " + role);
    }
  }

  /**
   * Instructions to the model.
   *
   * @param content the text
   * @return the message
   */
  public static Message system(String content) {
    return new Message(Role.SYSTEM, content, Optional.empty());
  }

  /**
   * Instructions to the model together with tools that it may call.
   *
   * @param content the text
   * @param tools the JSON array that describes the tools
   * @return the message
   */
  public static Message system(String content, String tools) {
    return new Message(Role.SYSTEM, content, Optional.of(tools));
  }

  /**
   * The user's words.
   *
   * @param content the text
   * @return the message
   */
  public static Message user(String content) {
    return new Message(Role.USER, content, Optional.empty());
  }

  /**
   * An earlier answer of the model.
   *
   * @param content the text
   * @return the message
   */
  public static Message assistant(String content) {
    return new Message(Role.ASSISTANT, content, Optional.empty());
  }

  /**
   * The result of a tool call.
   *
   * @param content the text
   * @return the message
   */
  public static Message tool(String content) {
    return new Message(Role.TOOL, content, Optional.empty());
  }
}

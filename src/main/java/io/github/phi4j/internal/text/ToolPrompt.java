package io.github.phi4j.internal.text;

import io.github.phi4j.api.Message;
import io.github.phi4j.api.Tool;
import java.util.ArrayList;
import java.util.List;

/** Adds the tools of a request to the first system message. */
final class ToolPrompt {

  /** The system message before the tools in the examples of Phi-4-mini's model card. */
  private static final String OPENING = "You are a helpful assistant with some tools.";

  private ToolPrompt() {}

  /**
   * The messages with the tool definitions.
   *
   * @throws IllegalArgumentException if a message describes tools already
   */
  static List<Message> describe(List<Message> messages, List<Tool> tools) {
    if (tools.isEmpty()) {
      return messages;
    }
    if (messages.stream().anyMatch(message -> !message.tools().isEmpty())) {
      throw new IllegalArgumentException(
          "tools are given twice: in a system message and in the options; leave out one of them");
    }
    boolean opened = messages.getFirst().role() == Message.Role.SYSTEM;
    String content = opened ? messages.getFirst().content() : OPENING;
    List<Message> described = new ArrayList<>();
    described.add(Message.system(content, ToolFormat.describe(tools)));
    described.addAll(opened ? messages.subList(1, messages.size()) : messages);
    return described;
  }
}

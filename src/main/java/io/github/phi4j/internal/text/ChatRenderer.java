package io.github.phi4j.internal.text;

import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.Message;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

/** Renders conversations in a chat format, up to the header of the assistant's next turn. */
final class ChatRenderer {

  /** The preamble of phi-4-reasoning and phi-4-reasoning-plus, from their chat template (MIT). */
  static final String PREAMBLE =
      "You are Phi, a language model trained by Microsoft to help users. Your role as an assistant"
          + " involves thoroughly exploring questions through a systematic thinking process before"
          + " providing the final precise and accurate solutions. This requires engaging in a"
          + " comprehensive cycle of analysis, summarizing, exploration, reassessment, reflection,"
          + " backtracing, and iteration to develop well-considered thinking process. Please"
          + " structure your response into two main sections: Thought and Solution using the"
          + " specified format: <think> {Thought section} </think> {Solution section}. In the"
          + " Thought section, detail your reasoning process in steps. Each step should include"
          + " detailed considerations such as analysing questions, summarizing relevant findings,"
          + " brainstorming new ideas, verifying the accuracy of the current steps, refining any"
          + " errors, and revisiting previous steps. In the Solution section, based on various"
          + " attempts, explorations, and reflections from the Thought section, systematically"
          + " present the final solution that you deem correct. The Solution section should be"
          + " logical, accurate, and concise and detail necessary steps needed to reach the"
          + " conclusion. Now, try to solve the following question through the above guidelines:";

  /** The opening of phi-4-mini-reasoning's system turn. */
  static final String MATH_EXPERT = "Your name is Phi, an AI math expert developed by Microsoft.";

  static final String IM_START = "<|im_start|>";
  static final String IM_SEP = "<|im_sep|>";
  static final String IM_END = "<|im_end|>";
  static final String SYSTEM = "<|system|>";
  static final String USER = "<|user|>";
  static final String ASSISTANT = "<|assistant|>";
  static final String END = "<|end|>";
  static final String TOOL = "<|tool|>";
  static final String TOOL_CLOSED = "<|/tool|>";
  static final String TOOL_CALL = "<|tool_call|>";
  static final String TOOL_CALL_CLOSED = "<|/tool_call|>";
  static final String TOOL_RESPONSE = "<|tool_response|>";

  /** The special tokens of all formats, and the end of text. */
  static final Set<String> STRUCTURE =
      Set.of(
          IM_START,
          IM_SEP,
          IM_END,
          SYSTEM,
          USER,
          ASSISTANT,
          END,
          TOOL,
          TOOL_CLOSED,
          TOOL_CALL,
          TOOL_CALL_CLOSED,
          TOOL_RESPONSE,
          "<|endoftext|>");

  /** Receives a rendered conversation part by part. */
  interface Sink {
    /** A special token. */
    void special(String token);

    /** Untrusted text, which never becomes special tokens. */
    void text(String text);

    /** Text of the format itself, with special tokens in it. */
    void trusted(String text);
  }

  private final ChatFormat format;
  private final String preamble;
  private final Predicate<String> hasSpecial;

  /**
   * Creates a renderer for a vocabulary.
   *
   * @param preamble the first system message in {@link ChatFormat#PHI4_REASONING}
   * @param hasSpecial whether the vocabulary has a special token
   */
  ChatRenderer(ChatFormat format, String preamble, Predicate<String> hasSpecial) {
    this.format = format;
    this.preamble = preamble;
    this.hasSpecial = hasSpecial;
  }

  /** The special tokens that a format requires. */
  static List<String> specials(ChatFormat format) {
    return switch (format) {
      case PHI4, PHI4_REASONING -> List.of(IM_START, IM_SEP, IM_END);
      case PHI4_MINI, PHI4_MINI_REASONING -> List.of(SYSTEM, USER, ASSISTANT, END);
    };
  }

  /** The special token that ends a turn. */
  static String endOfTurn(ChatFormat format) {
    return switch (format) {
      case PHI4, PHI4_REASONING -> IM_END;
      case PHI4_MINI, PHI4_MINI_REASONING -> END;
    };
  }

  ChatFormat format() {
    return format;
  }

  /**
   * Renders a conversation.
   *
   * @param thoughts whether to render the assistant's thoughts
   * @param continuing whether the last message is half-written, without an end of turn
   * @throws IllegalArgumentException if the format cannot express a message, or the results of
   *     tools do not match their calls
   */
  void render(List<Message> conversation, boolean thoughts, boolean continuing, Sink sink) {
    if (conversation.isEmpty()) {
      throw new IllegalArgumentException("a conversation needs at least one message");
    }
    List<Message> messages = ToolResults.inOrder(conversation);
    renderWhole(continuing ? messages.subList(0, messages.size() - 1) : messages, thoughts, sink);
    if (continuing) {
      renderBegun(messages.getLast(), sink);
    }
  }

  /** Renders complete messages and the header of the assistant's next turn. */
  private void renderWhole(List<Message> messages, boolean thoughts, Sink sink) {
    switch (format) {
      case PHI4 -> renderFramed(messages, false, sink);
      case PHI4_REASONING -> {
        openFrame("system", sink);
        sink.trusted(preamble);
        sink.special(IM_END);
        renderFramed(messages, thoughts, sink);
      }
      case PHI4_MINI -> renderMini(messages, false, sink);
      case PHI4_MINI_REASONING -> renderMiniReasoning(messages, thoughts, sink);
    }
  }

  /** Renders the content of a half-written message. */
  private void renderBegun(Message message, Sink sink) {
    if (reasons() && !message.reasoning().isEmpty()) {
      tag(ThoughtSplitter.OPEN, sink);
      sink.text(message.reasoning());
      if (!message.content().isEmpty()) {
        tag(ThoughtSplitter.CLOSE, sink);
        sink.text("\n\n");
      }
    } else if (message.content().isEmpty() && !message.reasoning().isEmpty()) {
      throw new IllegalArgumentException(
          "the half-written message has thoughts alone, but the chat format "
              + format
              + " has no thoughts that could go on");
    }
    sink.text(message.content());
  }

  private boolean reasons() {
    return format == ChatFormat.PHI4_REASONING || format == ChatFormat.PHI4_MINI_REASONING;
  }

  private void renderFramed(List<Message> messages, boolean thoughts, Sink sink) {
    for (Message message : messages) {
      // The format has no turn for tool results.
      Message.Role role = message.role() == Message.Role.TOOL ? Message.Role.USER : message.role();
      openFrame(role.name().toLowerCase(Locale.ROOT), sink);
      renderThoughts(message, thoughts, sink);
      sink.text(
          message.role() == Message.Role.TOOL
              ? ToolFormat.result(message.content())
              : message.content());
      if (!message.tools().isEmpty()) {
        sink.text(message.content().isEmpty() ? "" : "\n\n");
        sink.text(ToolFormat.explain(message.tools()));
      }
      if (!message.toolCalls().isEmpty()) {
        sink.text(ToolFormat.JSON.write(message.toolCalls()));
      }
      sink.special(IM_END);
    }
    openFrame("assistant", sink);
  }

  private void renderThoughts(Message message, boolean thoughts, Sink sink) {
    if (thoughts && !message.reasoning().isEmpty()) {
      tag(ThoughtSplitter.OPEN, sink);
      sink.text(message.reasoning());
      tag(ThoughtSplitter.CLOSE, sink);
      sink.text("\n\n");
    }
  }

  private void tag(String tag, Sink sink) {
    if (hasSpecial.test(tag)) {
      sink.special(tag);
    } else {
      sink.text(tag);
    }
  }

  private static void openFrame(String role, Sink sink) {
    sink.special(IM_START);
    sink.text(role); // an ordinary word in this vocabulary
    sink.special(IM_SEP);
  }

  private void renderMini(List<Message> messages, boolean thoughts, Sink sink) {
    for (Message message : messages) {
      sink.special(header(message.role()));
      renderThoughts(message, thoughts, sink);
      sink.text(message.content());
      renderTools(message, sink);
      renderCalls(message, sink);
      sink.special(END);
    }
    sink.special(ASSISTANT);
  }

  /** All system messages are joined in one system turn at the start. */
  private void renderMiniReasoning(List<Message> messages, boolean thoughts, Sink sink) {
    sink.special(SYSTEM);
    sink.text(MATH_EXPERT);
    for (Message message : messages) {
      if (message.role() == Message.Role.SYSTEM) {
        sink.text(" ");
        sink.text(message.content());
        renderTools(message, sink);
      }
    }
    sink.special(END);
    List<Message> turns = messages.stream().filter(m -> m.role() != Message.Role.SYSTEM).toList();
    renderMini(turns, thoughts, sink);
  }

  private void renderTools(Message message, Sink sink) {
    if (!message.tools().isEmpty()) {
      sink.special(require(TOOL, "the tools of a system message"));
      sink.text(message.tools());
      sink.special(require(TOOL_CLOSED, "the tools of a system message"));
    }
  }

  private void renderCalls(Message message, Sink sink) {
    if (!message.toolCalls().isEmpty()) {
      sink.special(require(TOOL_CALL, "a call"));
      sink.text(ToolFormat.NATIVE.write(message.toolCalls()));
      if (hasSpecial.test(TOOL_CALL_CLOSED)) {
        sink.special(TOOL_CALL_CLOSED);
      }
    }
  }

  private String header(Message.Role role) {
    return switch (role) {
      case SYSTEM -> SYSTEM;
      case USER -> USER;
      case ASSISTANT -> ASSISTANT;
      // The role word "tool" would produce the token that opens tool definitions.
      case TOOL -> require(TOOL_RESPONSE, "a message of role TOOL");
    };
  }

  private String require(String token, String what) {
    if (!hasSpecial.test(token)) {
      throw new IllegalArgumentException(
          "this model's vocabulary has no " + token + ", which " + what + " is written with");
    }
    return token;
  }
}

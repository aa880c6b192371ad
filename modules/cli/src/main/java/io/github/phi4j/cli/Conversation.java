package io.github.phi4j.cli;

import io.github.phi4j.api.Completion;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Session;
import io.github.phi4j.api.TextSink;
import java.util.ArrayList;
import java.util.List;

/** The messages of a chat and the session with their tokens. */
final class Conversation {

  private final Session session;
  private final GenerationOptions options;
  private final List<Message> opening;
  private final List<Message> messages;

  Conversation(Session session, GenerationOptions options, List<Message> opening) {
    this.session = session;
    this.options = options;
    this.opening = List.copyOf(opening);
    this.messages = new ArrayList<>(opening);
  }

  /** Answers a message; if there is no answer, drops the message. */
  Completion answer(String text, TextSink sink) {
    List<Message> asked = new ArrayList<>(messages);
    asked.add(Message.user(text));
    Completion completion = session.generate(Prompt.chat(asked), options, sink);
    if (!completion.text().isEmpty()) {
      messages.clear();
      messages.addAll(asked);
      messages.add(Message.assistant(completion.text()));
    }
    return completion;
  }

  /** Starts a new conversation. */
  void clear() {
    messages.clear();
    messages.addAll(opening);
  }

  /** Cancels the answer being generated. */
  void cancel() {
    session.cancel();
  }
}

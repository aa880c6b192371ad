package io.github.phi4j.api;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * What a {@link Completer} continues: a conversation, plain text or token ids. Prompts are
 * immutable.
 */
public sealed interface Prompt {

  /**
   * A conversation, rendered in the model's chat format up to the header of the assistant's next
   * turn. Message contents never become special tokens.
   *
   * @param messages the messages, oldest first
   */
  record Chat(List<Message> messages) implements Prompt {
    /**
     * Creates a conversation.
     *
     * @throws IllegalArgumentException if there is no message
     */
    public Chat {
      messages = List.copyOf(messages);
      if (messages.isEmpty()) {
        throw new IllegalArgumentException("a chat prompt needs at least one message");
      }
    }
  }

  /**
   * Text to continue as it stands, without a chat format. It never becomes special tokens.
   *
   * @param text the text
   */
  record Raw(String text) implements Prompt {
    /** Creates a raw prompt. */
    public Raw {
      Objects.requireNonNull(text, "text");
    }
  }

  /**
   * Token ids to continue as they stand.
   *
   * @param ids the token ids
   */
  record Tokens(List<Integer> ids) implements Prompt {
    /** Creates a prompt of token ids. */
    public Tokens {
      ids = List.copyOf(ids);
    }
  }

  /**
   * A conversation.
   *
   * @param messages the messages, oldest first, at least one
   * @return the prompt
   * @throws IllegalArgumentException if there is no message
   */
  static Prompt chat(Message... messages) {
    return new Chat(List.of(messages));
  }

  /**
   * A conversation.
   *
   * @param messages the messages, oldest first, at least one
   * @return the prompt
   * @throws IllegalArgumentException if there is no message
   */
  static Prompt chat(List<Message> messages) {
    return new Chat(messages);
  }

  /**
   * Text to continue as it stands.
   *
   * @param text the text
   * @return the prompt
   */
  static Prompt raw(String text) {
    return new Raw(text);
  }

  /**
   * Token ids to continue as they stand.
   *
   * @param ids the token ids
   * @return the prompt
   */
  static Prompt tokens(int... ids) {
    return new Tokens(Arrays.stream(ids).boxed().toList());
  }
}

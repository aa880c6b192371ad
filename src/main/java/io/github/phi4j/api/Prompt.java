package io.github.phi4j.api;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The input of a {@link Completer}: a conversation, plain text or token ids. Prompts are immutable.
 *
 * @since 0.1.0
 */
public sealed interface Prompt {

  /**
   * A conversation, rendered in the model's chat format up to the header of the assistant's next
   * turn, or up to the end of a half-written assistant message. Message contents never become
   * special tokens.
   *
   * @param messages the messages, oldest first
   * @param continuing whether the last message is half-written; see {@link #continuing(List)}
   * @since 0.1.0
   */
  record Chat(List<Message> messages, boolean continuing) implements Prompt {
    /**
     * Creates a conversation.
     *
     * @throws IllegalArgumentException if there is no message, or if the message to continue is not
     *     the assistant's or calls tools
     */
    public Chat {
      messages = Arguments.copy(messages, "messages");
      if (messages.isEmpty()) {
        throw new IllegalArgumentException("a chat prompt needs at least one message");
      }
      Message last = messages.getLast();
      if (continuing && (last.role() != Message.Role.ASSISTANT || !last.toolCalls().isEmpty())) {
        throw new IllegalArgumentException(
            "the message to continue must be the assistant's and must not call tools; found "
                + (last.role() == Message.Role.ASSISTANT ? "tool calls" : "role " + last.role()));
      }
    }

    /**
     * Creates a conversation, to be followed by the assistant's next message.
     *
     * @param messages the messages, oldest first
     * @throws IllegalArgumentException if there is no message
     */
    public Chat(List<Message> messages) {
      this(messages, false);
    }
  }

  /**
   * Text to continue verbatim, without a chat format. It never becomes special tokens.
   *
   * @param text the text
   * @since 0.1.0
   */
  record Raw(String text) implements Prompt {
    /** Creates a raw prompt. */
    public Raw {
      Objects.requireNonNull(text, "text");
    }
  }

  /**
   * Token ids to continue.
   *
   * @since 0.1.0
   */
  final class Tokens implements Prompt {
    private final int[] ids;

    /**
     * Creates a prompt of token ids.
     *
     * @param ids the token ids
     */
    public Tokens(int... ids) {
      this.ids = Objects.requireNonNull(ids, "ids").clone();
    }

    /** {@return a copy of the token ids} */
    public int[] ids() {
      return ids.clone();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Tokens that && Arrays.equals(ids, that.ids);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(ids);
    }

    @Override
    public String toString() {
      return "Tokens[ids=" + Arrays.toString(ids) + "]";
    }
  }

  /**
   * Creates a prompt from a conversation.
   *
   * @param messages the messages, oldest first, at least one
   * @return the prompt
   * @throws IllegalArgumentException if there is no message
   */
  static Prompt chat(Message... messages) {
    return new Chat(Arguments.copy(messages, "messages"));
  }

  /**
   * Creates a prompt from a conversation.
   *
   * @param messages the messages, oldest first, at least one
   * @return the prompt
   * @throws IllegalArgumentException if there is no message
   */
  static Prompt chat(List<Message> messages) {
    return new Chat(messages);
  }

  /**
   * Creates a prompt from a conversation whose last message, the assistant's, is half-written: the
   * text continues exactly where it stops, and a {@link Completion} has only the continuation. If
   * the content is empty, a reasoning model continues its thoughts, otherwise the answer; the model
   * sees those thoughts regardless of {@link Reasoning#kept()}, and they count towards the budget.
   *
   * <p>A grammar applies to the whole answer, so the content must be a prefix of a text that it
   * allows. Tool calls may follow, or be the half-written content. Stop strings are matched only in
   * the new text. The content is encoded separately: if it ends inside a token that the model would
   * have used, as in {@code "http:"}, the continuation may be less fluent. It is best to end it
   * after a whole word, without the space.
   *
   * @param messages the messages, oldest first, at least one; the last one is continued
   * @return the prompt
   * @throws IllegalArgumentException if there is no message, or the last one is not the assistant's
   *     or calls tools
   */
  static Prompt continuing(List<Message> messages) {
    return new Chat(messages, true);
  }

  /**
   * Creates a prompt from a conversation whose last message is half-written; see {@link
   * #continuing(List)}.
   *
   * @param messages the messages, oldest first, at least one; the last one is continued
   * @return the prompt
   * @throws IllegalArgumentException as {@link #continuing(List)}
   */
  static Prompt continuing(Message... messages) {
    return continuing(Arguments.copy(messages, "messages"));
  }

  /**
   * Creates a prompt from text to continue verbatim.
   *
   * @param text the text
   * @return the prompt
   */
  static Prompt raw(String text) {
    return new Raw(text);
  }

  /**
   * Creates a prompt from token ids.
   *
   * @param ids the token ids
   * @return the prompt
   */
  static Prompt tokens(int... ids) {
    return new Tokens(ids);
  }

  /**
   * Creates a prompt from token ids.
   *
   * @param ids the token ids
   * @return the prompt
   */
  static Prompt tokens(Collection<Integer> ids) {
    return new Tokens(Arguments.ids(ids, "ids"));
  }
}

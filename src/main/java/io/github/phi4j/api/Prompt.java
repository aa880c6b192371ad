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
   * turn, or up to where a half-written message of the assistant stops. Message contents never
   * become special tokens.
   *
   * @param messages the messages, oldest first
   * @param continuing whether the last message is half-written, as {@link #continuing(List)} has it
   * @since 0.1.0
   */
  record Chat(List<Message> messages, boolean continuing) implements Prompt {
    /**
     * Creates a conversation.
     *
     * @throws IllegalArgumentException if there is no message; or if the last message is to go on,
     *     and is not the assistant's or calls tools
     */
    public Chat {
      messages = Arguments.copy(messages, "messages");
      if (messages.isEmpty()) {
        throw new IllegalArgumentException("a chat prompt needs at least one message");
      }
      Message last = messages.getLast();
      if (continuing && (last.role() != Message.Role.ASSISTANT || !last.toolCalls().isEmpty())) {
        throw new IllegalArgumentException(
            "the last message goes on, so that it must be the assistant's and call no tools; found "
                + (last.role() == Message.Role.ASSISTANT ? "tool calls" : "role " + last.role()));
      }
    }

    /**
     * Creates a conversation that the assistant's next message follows.
     *
     * @param messages the messages, oldest first
     * @throws IllegalArgumentException if there is no message
     */
    public Chat(List<Message> messages) {
      this(messages, false);
    }
  }

  /**
   * Text to continue as it stands, without a chat format. It never becomes special tokens.
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
   * Token ids to continue as they stand.
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
   * A conversation.
   *
   * @param messages the messages, oldest first, at least one
   * @return the prompt
   * @throws IllegalArgumentException if there is no message
   */
  static Prompt chat(Message... messages) {
    return new Chat(Arguments.copy(messages, "messages"));
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
   * A conversation whose last message, of the assistant, is half-written: the text goes on exactly
   * where it stops, and a {@link Completion} has only what is new. Where the content is empty, the
   * thoughts of a reasoning model go on, and else the answer; those thoughts are shown to the model
   * whether or not {@linkplain Reasoning#kept() earlier ones} are, and count in the budget.
   *
   * <p>A grammar is that of the whole answer, so that the content must be the beginning of a text
   * that it allows. Calls of tools may follow, or be the half-written content. Stop strings are
   * looked for in the new text only. The content is encoded by itself, as everywhere: where it ends
   * inside of what the model would write as one token, as in {@code "http:"}, the model may go on
   * less fluently. Ending it after a whole word, without the space, is best.
   *
   * @param messages the messages, oldest first, at least one; the last one goes on
   * @return the prompt
   * @throws IllegalArgumentException if there is no message, or the last one is not the assistant's
   *     or calls tools
   */
  static Prompt continuing(List<Message> messages) {
    return new Chat(messages, true);
  }

  /**
   * A conversation whose last message is half-written, as {@link #continuing(List)} has it.
   *
   * @param messages the messages, oldest first, at least one; the last one goes on
   * @return the prompt
   * @throws IllegalArgumentException as {@link #continuing(List)}
   */
  static Prompt continuing(Message... messages) {
    return continuing(Arguments.copy(messages, "messages"));
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
    return new Tokens(ids);
  }

  /**
   * Token ids to continue as they stand.
   *
   * @param ids the token ids
   * @return the prompt
   */
  static Prompt tokens(Collection<Integer> ids) {
    return new Tokens(Arguments.ids(ids, "ids"));
  }
}

package io.github.phi4j.eval;

import io.github.phi4j.api.Completer;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Predicate;

/** Generates replies that stop as soon as their grade is settled. */
public final class Replies {

  private Replies() {}

  /**
   * Continues a prompt several times.
   *
   * @param model the model
   * @param prompt the prompt
   * @param options the options, with the seed of the first reply
   * @param count the number of replies
   * @param settled whether the grade of the text so far is final
   * @return the completions
   * @throws CancellationException if the model was closed or the thread interrupted
   */
  public static List<Completion> generate(
      Completer model,
      Prompt prompt,
      GenerationOptions options,
      int count,
      Predicate<String> settled) {
    List<boolean[]> ends = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ends.add(new boolean[1]);
    }
    List<Completion> completions =
        model.generate(
            prompt,
            options,
            count,
            sample -> {
              StringBuilder text = new StringBuilder();
              return piece -> {
                text.append(piece);
                ends.get(sample)[0] = settled.test(text.toString());
                return !ends.get(sample)[0];
              };
            });
    for (int i = 0; i < count; i++) {
      FinishReason reason = completions.get(i).finishReason();
      if (reason == FinishReason.CANCELLED && !ends.get(i)[0]) {
        throw new CancellationException("the model was closed, or the thread interrupted");
      }
    }
    return completions;
  }

  /**
   * A conversation with a reply; a half-written message continues with it.
   *
   * @param chat the conversation
   * @param text the reply
   * @return the messages, of which the last one is the assistant's
   */
  public static List<Message> answered(Prompt.Chat chat, String text) {
    List<Message> messages = new ArrayList<>(chat.messages());
    String begun = chat.continuing() ? messages.removeLast().content() : "";
    messages.add(Message.assistant(begun + text));
    return messages;
  }

  static Reply reply(Completion completion, List<Double> probabilities) {
    return new Reply(
        completion.text(),
        completion.finishReason(),
        completion.usage().completionTokens(),
        List.of(),
        probabilities,
        "");
  }
}

package io.github.phi4j.spark;

import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Row;

/** A question to the model, read lazily: an invalid one fails with its own row. */
sealed interface Question {

  /** Returns the random seed of the answer. */
  long seed();

  /** Returns the text, verbatim. */
  String text();

  /** Returns the text as a user message, or the conversation. */
  Prompt prompt();

  /** The question of a row. */
  record OfRow(Phi4SparkOptions options, Row row) implements Question {

    @Override
    public long seed() {
      return options.seed(value(options.idColumn()));
    }

    @Override
    public String text() {
      return value(options.promptColumn());
    }

    @Override
    public Prompt prompt() {
      if (options.messagesColumn() == null) {
        return Prompt.chat(options.conversation(Message.user(text())));
      }
      List<Message> messages = new ArrayList<>();
      List<Row> turns = row.getList(row.fieldIndex(options.messagesColumn()));
      if (turns == null) {
        throw new IllegalArgumentException(
            "the row has null in column " + options.messagesColumn());
      }
      turns.forEach(turn -> messages.add(message(turn.getAs("role"), turn.getAs("content"))));
      return Prompt.chat(options.conversation(messages.toArray(Message[]::new)));
    }

    private static Message message(String role, String content) {
      return switch (role.toLowerCase(Locale.ROOT)) {
        case "system" -> Message.system(content);
        case "user" -> Message.user(content);
        case "assistant" -> Message.assistant(content);
        default ->
            throw new IllegalArgumentException(
                "a message has the role " + role + "; expected system, user or assistant");
      };
    }

    private String value(String column) {
      Object value = row.get(row.fieldIndex(column));
      if (value == null) {
        throw new IllegalArgumentException("the row has null in column " + column);
      }
      return value.toString();
    }
  }

  /** A question from SQL; it has no id, so its seed derives from its text. */
  record OfText(Phi4SparkOptions options, Object given) implements Question {

    @Override
    public long seed() {
      return options.seed(text());
    }

    @Override
    public String text() {
      if (given == null) {
        throw new IllegalArgumentException("the prompt is null");
      }
      return given.toString();
    }

    @Override
    public Prompt prompt() {
      return Prompt.chat(options.conversation(Message.user(text())));
    }
  }
}

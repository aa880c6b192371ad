package io.github.phi4j.json;

import io.github.phi4j.api.Completer;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Phi4Exception;
import io.github.phi4j.api.Printable;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.TextSink;
import java.util.Locale;
import java.util.Objects;

/**
 * Generates values of Java types, usually records: the generated text is constrained to the {@link
 * RecordSchema schema} of the type, and Jackson converts it to a value.
 *
 * <p>The schema is not shown to the model: describe the parts of the answer in the prompt. On the
 * module path the type's package must be open to {@code com.fasterxml.jackson.databind}.
 *
 * <p>As thread-safe as the completer that it uses.
 *
 * @since 0.1.0
 */
public final class TypedCompleter {

  private final Completer completer;

  private TypedCompleter(Completer completer) {
    this.completer = completer;
  }

  /**
   * Creates a typed completer over a generator or session.
   *
   * @param completer the completer to use; the caller still closes it
   * @return the typed completer
   * @throws IllegalStateException if Jackson is missing
   */
  public static TypedCompleter of(Completer completer) {
    Objects.requireNonNull(completer, "completer");
    Jackson.require();
    return new TypedCompleter(completer);
  }

  /**
   * Answers a conversation of one user message, with {@linkplain GenerationOptions#defaults()
   * default options}.
   *
   * @param <T> the type of the answer
   * @param userMessage the content of the user message
   * @param type the type of the answer, as {@link RecordSchema#of} takes it
   * @return the answer
   * @throws IllegalArgumentException as {@link #generate(Prompt, GenerationOptions, Class,
   *     TextSink)}
   * @throws AnswerException as {@link #generate(Prompt, GenerationOptions, Class, TextSink)}
   * @throws Phi4Exception as {@link Completer#generate(Prompt, GenerationOptions, TextSink)}
   */
  public <T> T generate(String userMessage, Class<T> type) {
    Objects.requireNonNull(userMessage, "userMessage");
    return generate(Prompt.chat(Message.user(userMessage)), type);
  }

  /**
   * Continues a prompt with a value, with {@linkplain GenerationOptions#defaults() default
   * options}.
   *
   * @param <T> the type of the value
   * @param prompt the prompt
   * @param type the type of the value, as {@link RecordSchema#of} takes it
   * @return the value
   * @throws IllegalArgumentException as {@link #generate(Prompt, GenerationOptions, Class,
   *     TextSink)}
   * @throws AnswerException as {@link #generate(Prompt, GenerationOptions, Class, TextSink)}
   * @throws Phi4Exception as {@link Completer#generate(Prompt, GenerationOptions, TextSink)}
   */
  public <T> T generate(Prompt prompt, Class<T> type) {
    return generate(prompt, GenerationOptions.defaults(), type);
  }

  /**
   * Continues a prompt with a value.
   *
   * @param <T> the type of the value
   * @param prompt the prompt
   * @param options the generation options, without a grammar
   * @param type the type of the value, as {@link RecordSchema#of} takes it
   * @return the value
   * @throws IllegalArgumentException as {@link #generate(Prompt, GenerationOptions, Class,
   *     TextSink)}
   * @throws AnswerException as {@link #generate(Prompt, GenerationOptions, Class, TextSink)}
   * @throws Phi4Exception as {@link Completer#generate(Prompt, GenerationOptions, TextSink)}
   */
  public <T> T generate(Prompt prompt, GenerationOptions options, Class<T> type) {
    return generate(prompt, options, type, text -> true);
  }

  /**
   * Continues a prompt with a value and streams its JSON text.
   *
   * @param <T> the type of the value
   * @param prompt the prompt
   * @param options the generation options, without a grammar
   * @param type the type of the value, as {@link RecordSchema#of} takes it
   * @param sink receives each piece of the value's JSON text, on the calling thread
   * @return the value
   * @throws IllegalArgumentException if the options have a grammar, the type has no schema, or as
   *     {@link Completer#generate(Prompt, GenerationOptions, TextSink)}
   * @throws AnswerException if the text ended before the value was complete, for instance at the
   *     token limit or because the sink ended it; if the model called tools instead; or if a
   *     constructor of the type rejects the value
   * @throws Phi4Exception as {@link Completer#generate(Prompt, GenerationOptions, TextSink)}
   */
  public <T> T generate(Prompt prompt, GenerationOptions options, Class<T> type, TextSink sink) {
    Objects.requireNonNull(prompt, "prompt");
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(sink, "sink");
    if (options.grammar().isPresent()) {
      throw new IllegalArgumentException(
          "the options have a grammar, but the type already determines the answer; remove the "
              + "grammar");
    }
    SchemaWriter writer = new SchemaWriter(type);
    Completion completion =
        completer.generate(
            prompt, options.toBuilder().grammar(Grammar.jsonSchema(writer.schema())).build(), sink);
    if (completion.finishReason() != FinishReason.STOP) {
      throw new AnswerException(
          String.format(
              Locale.ROOT,
              "the answer ended with %s before it was complete: %s",
              completion.finishReason(),
              Printable.of(completion.text())),
          completion,
          null);
    }
    if (!completion.toolCalls().isEmpty()) {
      throw new AnswerException(
          "the model called tools instead of answering; add the results of the calls to the"
              + " conversation and ask again",
          completion,
          null);
    }
    return RecordBinding.value(completion, type, writer.sealedTypes());
  }
}

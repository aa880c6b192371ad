package io.github.phi4j.langchain4j;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.model.TokenCountEstimator;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Counts a model's tokens exactly. Thread-safe. */
public final class Phi4TokenCountEstimator implements TokenCountEstimator {

  private final Tokenizer tokenizer;

  /**
   * Creates an estimator.
   *
   * @param tokenizer the tokenizer of a {@link io.github.phi4j.api.Generator}, usable after it is
   *     closed
   */
  public Phi4TokenCountEstimator(Tokenizer tokenizer) {
    this.tokenizer = Objects.requireNonNull(tokenizer, "tokenizer");
  }

  @Override
  public int estimateTokenCountInText(String text) {
    return tokenizer.encode(text).length;
  }

  @Override
  public int estimateTokenCountInMessage(ChatMessage message) {
    return estimateTokenCountInMessages(List.of(message));
  }

  /** Counts the whole prompt, including the header of the answer. */
  @Override
  public int estimateTokenCountInMessages(Iterable<ChatMessage> messages) {
    List<Message> mapped = new ArrayList<>();
    messages.forEach(message -> mapped.add(RequestMapping.message(message)));
    return mapped.isEmpty() ? 0 : tokenizer.encode(Prompt.chat(mapped)).length;
  }
}

package io.github.phi4j.langchain4j;

import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RateLimitException;
import io.github.phi4j.api.BusyException;
import io.github.phi4j.api.ContextMemoryException;
import io.github.phi4j.api.GrammarException;
import io.github.phi4j.api.PromptTooLongException;
import java.util.function.Supplier;

/** Converts phi4j's exceptions to LangChain4j's; transient ones are retriable. */
final class Failures {

  private Failures() {}

  static <T> T mapping(Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException e) {
      throw of(e);
    }
  }

  static RuntimeException of(RuntimeException failure) {
    return switch (failure) {
      case LangChain4jException e -> e;
      case BusyException e -> new RateLimitException(e.getMessage(), e);
      case ContextMemoryException e -> new InternalServerException(e.getMessage(), e);
      case GrammarException e -> new InvalidRequestException(e.getMessage(), e);
      case PromptTooLongException e -> new InvalidRequestException(e.getMessage(), e);
      case IllegalArgumentException e -> new InvalidRequestException(e.getMessage(), e);
      default -> new NonRetriableException(failure.getMessage(), failure);
    };
  }
}

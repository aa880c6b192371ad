package io.github.phi4j.langchain4j;

import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelListenerIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.Generator;
import org.junit.jupiter.api.AfterAll;

/** LangChain4j's contract tests for listeners, on the real engine. */
final class Phi4StreamingChatModelListenerIT extends AbstractStreamingChatModelListenerIT {

  private static final Generator GENERATOR = Script.load(ChatFormat.PHI4);

  @AfterAll
  static void close() {
    GENERATOR.close();
  }

  @Override
  protected StreamingChatModel createModel(ChatModelListener listener) {
    return Phi4StreamingChatModel.builder()
        .generator(GENERATOR)
        .modelName(modelName())
        .generationOptions(Script.options(GENERATOR, _ -> "Hello!"))
        .temperature(temperature())
        .topP(topP())
        .maxOutputTokens(maxTokens())
        .listeners(listener)
        .build();
  }

  @Override
  protected String modelName() {
    return "phi4-tiny";
  }

  /** Fails in the engine. */
  @Override
  protected StreamingChatModel createFailingModel(ChatModelListener listener) {
    return Phi4StreamingChatModel.builder()
        .generator(GENERATOR)
        .generationOptions(Script.options(GENERATOR, Script.failing()))
        .listeners(listener)
        .build();
  }

  @Override
  protected Class<? extends Exception> expectedExceptionClass() {
    return NonRetriableException.class;
  }
}

package io.github.phi4j.langchain4j;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelIT;
import dev.langchain4j.model.chat.common.ChatResponseAndStreamingMetadata;
import dev.langchain4j.model.chat.common.StreamingMode;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.Generator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;

/**
 * LangChain4j's contract tests for streaming models, with handlers and publishers, on the real
 * engine.
 */
final class Phi4StreamingChatModelIT extends AbstractStreamingChatModelIT {

  private final Generator generator = Script.load(ChatFormat.PHI4);
  private final ContractScript script = new ContractScript();

  @AfterAll
  void close() {
    generator.close();
  }

  private Phi4StreamingChatModel.Builder builder() {
    return Phi4StreamingChatModel.builder()
        .generator(generator)
        .modelName("phi4-tiny")
        .generationOptions(Script.options(generator, script));
  }

  @Override
  protected List<StreamingMode> streamingModes() {
    return List.of(StreamingMode.HANDLER, StreamingMode.PUBLISHER);
  }

  @Override
  protected List<StreamingChatModel> baseModels() {
    return List.of(builder().build());
  }

  @Override
  protected StreamingChatModel createModelWith(ChatRequestParameters parameters) {
    return builder().defaultRequestParameters(parameters).build();
  }

  @Override
  public StreamingChatModel createModelWith(ChatModelListener listener) {
    return builder().listeners(listener).build();
  }

  @Override
  protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
    return Phi4ChatRequestParameters.builder().maxOutputTokens(maxOutputTokens).build();
  }

  @Override
  protected ChatResponseAndStreamingMetadata chat(StreamingChatModel model, ChatRequest request) {
    script.expect(request);
    return super.chat(model, request);
  }

  /** The loaded model is fixed. */
  @Override
  protected boolean supportsModelNameParameter() {
    return false;
  }

  /** Phi-4's text models do not support images. */
  @Override
  protected boolean supportsSingleImageInputAsBase64EncodedString() {
    return false;
  }

  /** Phi-4's text models do not support images. */
  @Override
  protected boolean supportsSingleImageInputAsPublicURL() {
    return false;
  }

  @Override
  protected Class<? extends ChatResponseMetadata> chatResponseMetadataType(
      StreamingChatModel model) {
    return Phi4ChatResponseMetadata.class;
  }
}

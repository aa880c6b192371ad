package io.github.phi4j.langchain4j;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.common.AbstractChatModelIT;
import dev.langchain4j.model.chat.common.ChatResponseAndStreamingMetadata;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.Generator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;

/** LangChain4j's contract tests for blocking models, on the real engine. */
final class Phi4ChatModelIT extends AbstractChatModelIT {

  private final Generator generator = Script.load(ChatFormat.PHI4);
  private final ContractScript script = new ContractScript();

  @AfterAll
  void close() {
    generator.close();
  }

  private Phi4ChatModel.Builder builder() {
    return Phi4ChatModel.builder()
        .generator(generator)
        .modelName("phi4-tiny")
        .generationOptions(Script.options(generator, script));
  }

  @Override
  protected List<ChatModel> models() {
    return List.of(builder().build());
  }

  @Override
  protected ChatModel createModelWith(ChatRequestParameters parameters) {
    return builder().defaultRequestParameters(parameters).build();
  }

  @Override
  protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
    return Phi4ChatRequestParameters.builder().maxOutputTokens(maxOutputTokens).build();
  }

  @Override
  protected ChatResponseAndStreamingMetadata chat(ChatModel model, ChatRequest request) {
    script.expect(request);
    return super.chat(model, request);
  }

  @Override
  protected boolean supportsChatAsync() {
    return true;
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
  protected Class<? extends ChatResponseMetadata> chatResponseMetadataType(ChatModel model) {
    return Phi4ChatResponseMetadata.class;
  }
}

package io.github.phi4j.springai;

import io.github.phi4j.api.Generator;
import io.micrometer.observation.ObservationRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.AbstractEmbeddingModel;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.embedding.EmbeddingResponseMetadata;
import org.springframework.ai.embedding.observation.DefaultEmbeddingModelObservationConvention;
import org.springframework.ai.embedding.observation.EmbeddingModelObservationContext;
import org.springframework.ai.embedding.observation.EmbeddingModelObservationConvention;
import org.springframework.ai.embedding.observation.EmbeddingModelObservationDocumentation;

/**
 * A Phi-4 model as Spring AI's embedding model: the texts' hidden states, pooled and normalized.
 * Thread-safe; the texts of a request are batched. It borrows its generator, which the owner
 * closes.
 */
public final class Phi4EmbeddingModel extends AbstractEmbeddingModel {

  private static final EmbeddingModelObservationConvention CONVENTION =
      new DefaultEmbeddingModelObservationConvention();

  private final Generator generator;
  private final ObservationRegistry observations;
  private final @Nullable EmbeddingModelObservationConvention convention;

  /**
   * Creates an embedding model.
   *
   * @param generator the loaded model, which must stay open while in use
   * @param observations the observation registry
   * @param convention the observation convention, or null for Spring AI's
   */
  public Phi4EmbeddingModel(
      Generator generator,
      ObservationRegistry observations,
      @Nullable EmbeddingModelObservationConvention convention) {
    this.generator = Objects.requireNonNull(generator, "generator");
    this.observations = Objects.requireNonNull(observations, "observations");
    this.convention = convention;
  }

  @Override
  public EmbeddingResponse call(EmbeddingRequest request) {
    EmbeddingModelObservationContext context =
        EmbeddingModelObservationContext.builder()
            .embeddingRequest(named(request))
            .provider(Phi4ChatModel.PROVIDER)
            .build();
    return EmbeddingModelObservationDocumentation.EMBEDDING_MODEL_OPERATION
        .observation(convention, CONVENTION, () -> context, observations)
        .observe(() -> {
          EmbeddingResponse response = embeddings(request.getInstructions());
          context.setResponse(response);
          return response;
        });
  }

  private EmbeddingRequest named(EmbeddingRequest request) {
    EmbeddingOptions options = EmbeddingOptions.builder().model(generator.info().name()).build();
    return new EmbeddingRequest(request.getInstructions(), options);
  }

  private EmbeddingResponse embeddings(List<String> texts) {
    List<Embedding> embeddings = new ArrayList<>();
    int tokens = 0;
    if (!texts.isEmpty()) {
      for (var each : generator.embed(texts)) {
        tokens += each.tokens();
        embeddings.add(new Embedding(each.vector(), embeddings.size()));
      }
    }
    return new EmbeddingResponse(
        embeddings,
        new EmbeddingResponseMetadata(generator.info().name(), new DefaultUsage(tokens, 0)));
  }

  @Override
  public float[] embed(Document document) {
    return embed(getEmbeddingContent(document));
  }

  @Override
  public int dimensions() {
    return generator.info().embeddingLength();
  }
}

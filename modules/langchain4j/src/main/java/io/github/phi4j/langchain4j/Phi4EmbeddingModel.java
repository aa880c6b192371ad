package io.github.phi4j.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import io.github.phi4j.Phi4;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * A Phi-4 model as an {@link EmbeddingModel}: the texts' hidden states, pooled and normalized.
 * Phi-4 is not an embedding model, but finds related texts without a second model. Thread-safe; the
 * texts of a request are batched.
 */
public final class Phi4EmbeddingModel implements EmbeddingModel, AutoCloseable {

  private final Generator generator;
  private final boolean owner;
  private final String modelName;
  private final List<EmbeddingModelListener> listeners;

  private Phi4EmbeddingModel(Builder builder) {
    if ((builder.generator == null) == (builder.modelPath == null)) {
      throw new IllegalArgumentException(
          "an embedding model needs either a modelPath to load or a generator");
    }
    owner = builder.generator == null;
    generator =
        owner
            ? Failures.mapping(() -> Phi4.load(builder.modelPath, builder.loadOptions))
            : builder.generator;
    modelName = builder.modelName == null ? generator.info().name() : builder.modelName;
    listeners = builder.listeners;
  }

  /**
   * Returns an empty builder.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
    if (segments.isEmpty()) {
      return Response.from(List.of());
    }
    List<String> texts = segments.stream().map(TextSegment::text).toList();
    var embeddings = Failures.mapping(() -> generator.embed(texts));
    int tokens = embeddings.stream().mapToInt(each -> each.tokens()).sum();
    return Response.from(
        embeddings.stream().map(each -> Embedding.from(each.vector())).toList(),
        new TokenUsage(tokens, 0));
  }

  @Override
  public int dimension() {
    return generator.info().embeddingLength();
  }

  @Override
  public String modelName() {
    return modelName;
  }

  @Override
  public List<EmbeddingModelListener> listeners() {
    return listeners;
  }

  /** Closes the generator if it was loaded from a path. */
  @Override
  public void close() {
    if (owner) {
      generator.close();
    }
  }

  /** Builds an embedding model. Not thread-safe. */
  public static final class Builder {
    private Path modelPath;
    private LoadOptions loadOptions = LoadOptions.defaults();
    private Generator generator;
    private String modelName;
    private List<EmbeddingModelListener> listeners = List.of();

    private Builder() {}

    /**
     * Loads a model from a file; closing the embedding model closes it.
     *
     * @param value a GGUF file, or the first part of a split one
     * @return this builder
     */
    public Builder modelPath(Path value) {
      modelPath = value;
      return this;
    }

    /**
     * Sets the load options of the file.
     *
     * @param value the options
     * @return this builder
     */
    public Builder loadOptions(LoadOptions value) {
      loadOptions = Objects.requireNonNull(value, "loadOptions");
      return this;
    }

    /**
     * Uses a loaded model; the program remains its owner.
     *
     * @param value the generator
     * @return this builder
     */
    public Builder generator(Generator value) {
      generator = value;
      return this;
    }

    /**
     * Sets the model name.
     *
     * @param value the name; by default, that of the file
     * @return this builder
     */
    public Builder modelName(String value) {
      modelName = value;
      return this;
    }

    /**
     * Sets listeners for requests, responses and errors.
     *
     * @param values the listeners
     * @return this builder
     */
    public Builder listeners(List<EmbeddingModelListener> values) {
      listeners = List.copyOf(values);
      return this;
    }

    /**
     * Builds the embedding model; loads the model if a path is set.
     *
     * @return the model
     * @throws IllegalArgumentException unless exactly one of path and generator is set
     * @throws dev.langchain4j.exception.LangChain4jException if the file cannot be loaded
     */
    public Phi4EmbeddingModel build() {
      return new Phi4EmbeddingModel(this);
    }
  }
}

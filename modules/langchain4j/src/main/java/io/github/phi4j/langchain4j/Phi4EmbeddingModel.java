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
 * A Phi-4 model as an {@link EmbeddingModel}: the texts' hidden states, pooled and normalised.
 * Phi-4 is no model of its own for this, but finds texts of the same matter, and needs no second
 * model. Thread-safe; the texts of a request are computed together.
 */
public final class Phi4EmbeddingModel implements EmbeddingModel, AutoCloseable {

  private final Generator generator;
  private final boolean owner;
  private final String modelName;
  private final List<EmbeddingModelListener> listeners;

  private Phi4EmbeddingModel(Builder builder) {
    if ((builder.generator == null) == (builder.modelPath == null)) {
      throw new IllegalArgumentException(
          "an embedding model needs either a modelPath, which it loads, or a generator");
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
   * Starts with nothing set.
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
    List<float[]> vectors = Failures.mapping(() -> generator.embed(texts));
    int tokens = texts.stream().mapToInt(text -> generator.tokenizer().encode(text).length).sum();
    return Response.from(vectors.stream().map(Embedding::from).toList(), new TokenUsage(tokens, 0));
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

  /** Closes the generator, if this was built from a path. */
  @Override
  public void close() {
    if (owner) {
      generator.close();
    }
  }

  /** Collects what an embedding model needs. Not thread-safe. */
  public static final class Builder {
    private Path modelPath;
    private LoadOptions loadOptions = LoadOptions.defaults();
    private Generator generator;
    private String modelName;
    private List<EmbeddingModelListener> listeners = List.of();

    private Builder() {}

    /**
     * Loads a model from a file; it is closed with the embedding model.
     *
     * @param value a GGUF file, or the first part of a split one
     * @return this builder
     */
    public Builder modelPath(Path value) {
      modelPath = value;
      return this;
    }

    /**
     * Sets how the file is loaded.
     *
     * @param value the options
     * @return this builder
     */
    public Builder loadOptions(LoadOptions value) {
      loadOptions = Objects.requireNonNull(value, "loadOptions");
      return this;
    }

    /**
     * Uses a loaded model, which stays the program's.
     *
     * @param value the generator
     * @return this builder
     */
    public Builder generator(Generator value) {
      generator = value;
      return this;
    }

    /**
     * Sets the name that the model bears.
     *
     * @param value the name; that of the file unless set
     * @return this builder
     */
    public Builder modelName(String value) {
      modelName = value;
      return this;
    }

    /**
     * Sets listeners to requests, responses and errors.
     *
     * @param values the listeners
     * @return this builder
     */
    public Builder listeners(List<EmbeddingModelListener> values) {
      listeners = List.copyOf(values);
      return this;
    }

    /**
     * Makes the model, and loads it if a path was given.
     *
     * @return the model
     * @throws IllegalArgumentException unless there is either a path or a generator
     * @throws dev.langchain4j.exception.LangChain4jException if the file cannot be loaded
     */
    public Phi4EmbeddingModel build() {
      return new Phi4EmbeddingModel(this);
    }
  }
}

package io.github.phi4j.langchain4j;

import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import io.github.phi4j.Phi4;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * The common part of the builders of both chat models. Not thread-safe.
 *
 * @param <B> the builder
 * @param <M> the model
 */
public abstract sealed class Phi4ChatModelBuilder<B extends Phi4ChatModelBuilder<B, M>, M>
    permits Phi4ChatModel.Builder, Phi4StreamingChatModel.Builder {

  private Path modelPath;
  private LoadOptions loadOptions = LoadOptions.defaults();
  private Generator generator;
  private String modelName;
  private GenerationOptions generationOptions = GenerationOptions.defaults();
  private ChatRequestParameters given = Phi4ChatRequestParameters.builder().build();
  private final Phi4ChatRequestParameters.Builder own = Phi4ChatRequestParameters.builder();
  private List<ChatModelListener> listeners = List.of();

  Phi4ChatModelBuilder() {}

  abstract B self();

  /**
   * Builds the chat model; loads the model if a path is set.
   *
   * @return the model
   * @throws IllegalArgumentException unless exactly one of path and generator is set
   * @throws dev.langchain4j.exception.LangChain4jException if the file cannot be loaded
   */
  public abstract M build();

  /**
   * Loads a model from a file; closing the chat model closes it.
   *
   * @param value a GGUF file, or the first part of a split one
   * @return this builder
   */
  public B modelPath(Path value) {
    modelPath = value;
    return self();
  }

  /**
   * Sets the load options of the file.
   *
   * @param value the options
   * @return this builder
   */
  public B loadOptions(LoadOptions value) {
    loadOptions = Objects.requireNonNull(value, "loadOptions");
    return self();
  }

  /**
   * Uses a loaded model. The program remains its owner: closing the chat model does not close it.
   * Chat models that share a generator batch their requests.
   *
   * @param value the generator
   * @return this builder
   */
  public B generator(Generator value) {
    generator = value;
    return self();
  }

  /**
   * Sets the model name in responses.
   *
   * @param value the name; by default, that of the file
   * @return this builder
   */
  public B modelName(String value) {
    modelName = value;
    return self();
  }

  /**
   * Sets phi4j's options as defaults for requests, with features such as speculation, samplers and
   * stop tokens. By default, sampling is greedy.
   *
   * @param value the options
   * @return this builder
   */
  public B generationOptions(GenerationOptions value) {
    generationOptions = Objects.requireNonNull(value, "generationOptions");
    return self();
  }

  /**
   * Sets default request parameters.
   *
   * @param value LangChain4j's, or {@link Phi4ChatRequestParameters}; values set on this builder
   *     take precedence
   * @return this builder
   */
  public B defaultRequestParameters(ChatRequestParameters value) {
    given = Objects.requireNonNull(value, "defaultRequestParameters");
    return self();
  }

  /**
   * Sets the temperature.
   *
   * @param value 0 or above; 0 is greedy
   * @return this builder
   */
  public B temperature(Double value) {
    own.temperature(value);
    return self();
  }

  /**
   * Sets top-p.
   *
   * @param value above 0, at most 1, which keeps all
   * @return this builder
   */
  public B topP(Double value) {
    own.topP(value);
    return self();
  }

  /**
   * Sets top-k.
   *
   * @param value 0 keeps all
   * @return this builder
   */
  public B topK(Integer value) {
    own.topK(value);
    return self();
  }

  /**
   * Sets the seed.
   *
   * @param value any number; the same seed gives the same text
   * @return this builder
   */
  public B seed(Long value) {
    own.seed(value);
    return self();
  }

  /**
   * Sets the maximum number of tokens in an answer.
   *
   * @param value 0 or above
   * @return this builder
   */
  public B maxOutputTokens(Integer value) {
    own.maxOutputTokens(value);
    return self();
  }

  /**
   * Sets stop strings.
   *
   * @param values the texts
   * @return this builder
   */
  public B stopSequences(String... values) {
    own.stopSequences(values);
    return self();
  }

  /**
   * Sets the response format.
   *
   * @param value text, JSON, or JSON with a schema
   * @return this builder
   */
  public B responseFormat(ResponseFormat value) {
    own.responseFormat(value);
    return self();
  }

  /**
   * Sets listeners for requests, responses and errors.
   *
   * @param values the listeners
   * @return this builder
   */
  public B listeners(ChatModelListener... values) {
    return listeners(List.of(values));
  }

  /**
   * Sets listeners for requests, responses and errors.
   *
   * @param values the listeners
   * @return this builder
   */
  public B listeners(List<ChatModelListener> values) {
    listeners = List.copyOf(values);
    return self();
  }

  boolean opensGenerator() {
    if ((generator == null) == (modelPath == null)) {
      throw new IllegalArgumentException(
          "a chat model needs either a modelPath to load or a generator");
    }
    return generator == null;
  }

  Generator openGenerator() {
    return generator == null ? Phi4.load(modelPath, loadOptions) : generator;
  }

  String modelName() {
    return modelName;
  }

  String givenModelName() {
    return given.modelName();
  }

  GenerationOptions generationOptions() {
    return generationOptions;
  }

  ChatRequestParameters defaultParameters() {
    return Phi4ChatRequestParameters.builder()
        .overrideWith(given)
        .overrideWith(Phi4ChatRequestParameters.builder().modelName(modelName).build())
        .overrideWith(own.build())
        .build();
  }

  List<ChatModelListener> listeners() {
    return listeners;
  }
}

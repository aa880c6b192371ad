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
 * What the builders of both chat models have in common. Not thread-safe.
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
   * Makes the model, and loads it if a path was given.
   *
   * @return the model
   * @throws IllegalArgumentException unless there is either a path or a generator
   * @throws dev.langchain4j.exception.LangChain4jException if the file cannot be loaded
   */
  public abstract M build();

  /**
   * Loads a model from a file; it is closed with the chat model.
   *
   * @param value a GGUF file, or the first part of a split one
   * @return this builder
   */
  public B modelPath(Path value) {
    modelPath = value;
    return self();
  }

  /**
   * Sets how the file is loaded.
   *
   * @param value the options
   * @return this builder
   */
  public B loadOptions(LoadOptions value) {
    loadOptions = Objects.requireNonNull(value, "loadOptions");
    return self();
  }

  /**
   * Uses a loaded model, which stays the program's: closing the chat model leaves it open. Chat
   * models that share one compute their requests together.
   *
   * @param value the generator
   * @return this builder
   */
  public B generator(Generator value) {
    generator = value;
    return self();
  }

  /**
   * Sets the name that responses bear.
   *
   * @param value the name; that of the file unless set
   * @return this builder
   */
  public B modelName(String value) {
    modelName = value;
    return self();
  }

  /**
   * Sets phi4j's own options for what request parameters leave open, with all that phi4j can do:
   * speculation, samplers, stop tokens. Unless set, sampling is greedy.
   *
   * @param value the options
   * @return this builder
   */
  public B generationOptions(GenerationOptions value) {
    generationOptions = Objects.requireNonNull(value, "generationOptions");
    return self();
  }

  /**
   * Sets the parameters of requests that do not set them.
   *
   * @param value LangChain4j's own, or {@link Phi4ChatRequestParameters}; values that are set on
   *     this builder win over them
   * @return this builder
   */
  public B defaultRequestParameters(ChatRequestParameters value) {
    given = Objects.requireNonNull(value, "defaultRequestParameters");
    return self();
  }

  /**
   * Sets the temperature.
   *
   * @param value 0 is greedy
   * @return this builder
   */
  public B temperature(Double value) {
    own.temperature(value);
    return self();
  }

  /**
   * Sets top-p.
   *
   * @param value above 0, up to 1, which keeps all
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
   * @param value the same seed gives the same text
   * @return this builder
   */
  public B seed(Long value) {
    own.seed(value);
    return self();
  }

  /**
   * Sets the most tokens of an answer.
   *
   * @param value 0 or above
   * @return this builder
   */
  public B maxOutputTokens(Integer value) {
    own.maxOutputTokens(value);
    return self();
  }

  /**
   * Sets texts that end an answer.
   *
   * @param values the texts
   * @return this builder
   */
  public B stopSequences(String... values) {
    own.stopSequences(values);
    return self();
  }

  /**
   * Sets the form of answers.
   *
   * @param value text, JSON, or JSON of a schema
   * @return this builder
   */
  public B responseFormat(ResponseFormat value) {
    own.responseFormat(value);
    return self();
  }

  /**
   * Sets listeners to requests, responses and errors.
   *
   * @param values the listeners
   * @return this builder
   */
  public B listeners(ChatModelListener... values) {
    return listeners(List.of(values));
  }

  /**
   * Sets listeners to requests, responses and errors.
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
          "a chat model needs either a modelPath, which it loads, or a generator");
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

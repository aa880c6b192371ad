package io.github.phi4j.springbootstarter;

import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.PackedWeights;
import io.github.phi4j.springai.Phi4ChatOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The properties {@code spring.ai.phi4j.*}. What is not set is as phi4j has it.
 *
 * @param model model file: a GGUF file, or the first part of a split one
 * @param threads number of threads that compute; one for each physical core unless set
 * @param contextLength tokens that a context holds; as many as the model was trained for unless set
 * @param kvCacheType number format of keys and values
 * @param prefixCache memory of the prefix cache
 * @param packedWeights whether there is a copy of the weights that generates faster, and where
 * @param packedFolder folder of files with packed weights
 * @param maxSequences most requests that are computed together
 * @param maxWaiting most requests that may wait for others
 * @param chatFormat chat format, if not the one that the file asks for
 * @param loadInBackground whether the application starts while the model is loaded; requests then
 *     wait
 * @param chat chat model
 */
@ConfigurationProperties("spring.ai.phi4j")
public record Phi4Properties(
    @Nullable Path model,
    @Nullable Integer threads,
    @Nullable Integer contextLength,
    @Nullable KvCacheType kvCacheType,
    @Nullable DataSize prefixCache,
    @Nullable PackedWeights packedWeights,
    @Nullable Path packedFolder,
    @Nullable Integer maxSequences,
    @Nullable Integer maxWaiting,
    @Nullable ChatFormat chatFormat,
    @DefaultValue("false") boolean loadInBackground,
    @DefaultValue Chat chat) {

  /**
   * The properties {@code spring.ai.phi4j.chat.*}.
   *
   * @param options what requests leave open
   */
  public record Chat(@DefaultValue Options options) {}

  /**
   * The properties {@code spring.ai.phi4j.chat.options.*}.
   *
   * @param temperature temperature; 0 is greedy
   * @param topP smallest sum of probabilities of the tokens that are kept
   * @param topK number of the most probable tokens that are kept
   * @param minP least probability of a token, as a fraction of the most probable one's
   * @param frequencyPenalty penalty on each repetition of a token
   * @param presencePenalty penalty on tokens that were there before
   * @param repeatPenalty factor against tokens that were there before
   * @param maxTokens most tokens of an answer
   * @param stopSequences texts that end an answer
   * @param seed seed; the same one gives the same text
   * @param reasoningBudget most tokens of thought before an answer, of a reasoning model
   * @param timeout time after which a request ends with what it has
   */
  public record Options(
      @Nullable Double temperature,
      @Nullable Double topP,
      @Nullable Integer topK,
      @Nullable Double minP,
      @Nullable Double frequencyPenalty,
      @Nullable Double presencePenalty,
      @Nullable Double repeatPenalty,
      @Nullable Integer maxTokens,
      @Nullable List<String> stopSequences,
      @Nullable Long seed,
      @Nullable Integer reasoningBudget,
      @Nullable Duration timeout) {

    Phi4ChatOptions chatOptions() {
      return Phi4ChatOptions.builder()
          .temperature(temperature)
          .topP(topP)
          .topK(topK)
          .minP(minP)
          .frequencyPenalty(frequencyPenalty)
          .presencePenalty(presencePenalty)
          .repeatPenalty(repeatPenalty)
          .maxTokens(maxTokens)
          .stopSequences(stopSequences)
          .seed(seed)
          .reasoningBudget(reasoningBudget)
          .timeout(timeout)
          .build();
    }
  }

  LoadOptions.Builder loadOptions() {
    LoadOptions.Builder options = LoadOptions.builder();
    if (threads != null) {
      options.threads(threads);
    }
    if (contextLength != null) {
      options.contextLength(contextLength);
    }
    if (kvCacheType != null) {
      options.kvCacheType(kvCacheType);
    }
    if (prefixCache != null) {
      options.prefixCacheBytes(prefixCache.toBytes());
    }
    if (packedWeights != null) {
      options.packedWeights(packedWeights);
    }
    if (packedFolder != null) {
      options.packedFolder(packedFolder);
    }
    if (maxSequences != null) {
      options.maxSequences(maxSequences);
    }
    if (maxWaiting != null) {
      options.maxWaiting(maxWaiting);
    }
    if (chatFormat != null) {
      options.chatFormat(chatFormat);
    }
    return options;
  }
}

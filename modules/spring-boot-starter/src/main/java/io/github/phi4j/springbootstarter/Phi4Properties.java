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
 * The properties {@code spring.ai.phi4j.*}. Unset ones have phi4j's defaults.
 *
 * @param model model file: a GGUF file, or the first part of a split one
 * @param threads number of computing threads; by default one per physical core
 * @param contextLength context length in tokens; by default the model's trained length
 * @param kvCacheType type of the KV cache
 * @param prefixCache memory limit of the prefix cache
 * @param packedWeights mode of packed weights, a copy for faster generation
 * @param packedFolder folder of packed weights
 * @param maxSequences maximum number of batched requests
 * @param maxWaiting maximum number of waiting requests
 * @param chatFormat chat format, overriding the file's
 * @param loadInBackground whether the application starts while the model is loading; requests then
 *     wait
 * @param chat properties of the chat model
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
   * @param options default options of requests
   */
  public record Chat(@DefaultValue Options options) {}

  /**
   * The properties {@code spring.ai.phi4j.chat.options.*}.
   *
   * @param temperature temperature; 0 is greedy
   * @param topP cumulative probability of the most probable tokens to keep
   * @param topK number of most probable tokens to keep
   * @param minP minimum probability of a token, as a fraction of the highest one
   * @param frequencyPenalty penalty per repetition of a token
   * @param presencePenalty penalty on repeated tokens
   * @param repeatPenalty divisor of the logits of repeated tokens
   * @param maxTokens maximum number of tokens in an answer
   * @param stopSequences stop strings
   * @param seed random seed; the same seed gives the same text
   * @param reasoningBudget maximum number of reasoning tokens
   * @param timeout time limit, after which a request ends with the text so far
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

package io.github.phi4j.api;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A description of a model.
 *
 * @param name the name in the file, {@linkplain Printable escaped}, or the file name
 * @param architecture the GGUF architecture: {@code phi3} or {@code llama}
 * @param quantization the name of the file's mix of block types, such as {@code Q4_K - Medium}
 * @param parameterCount the number of weights
 * @param weightBytes the bytes of all tensors
 * @param trainedContextLength the context length that the model was trained for, in tokens
 * @param embeddingLength the width of the residual stream
 * @param feedForwardLength the width of the feed-forward layer
 * @param blockCount the number of transformer blocks
 * @param headCount the number of attention heads
 * @param headCountKv the number of key-value heads
 * @param headLength the width of a head
 * @param ropeDimensionCount the number of rotated dimensions of a head
 * @param ropeTheta the base of the rotary embedding
 * @param vocabularySize number of token ids
 * @param chatFormat the chat format, if the file declares one
 * @param findings faults in the file's metadata and their resolutions, a sentence each, escaped
 * @since 0.1.0
 */
public record ModelInfo(
    String name,
    String architecture,
    String quantization,
    long parameterCount,
    long weightBytes,
    int trainedContextLength,
    int embeddingLength,
    int feedForwardLength,
    int blockCount,
    int headCount,
    int headCountKv,
    int headLength,
    int ropeDimensionCount,
    float ropeTheta,
    int vocabularySize,
    Optional<ChatFormat> chatFormat,
    List<String> findings) {

  private static final int KV_PAGE_TOKENS = 64;

  /** Creates a description. */
  public ModelInfo {
    name = Printable.of(Objects.requireNonNull(name, "name"));
    Objects.requireNonNull(architecture, "architecture");
    Objects.requireNonNull(quantization, "quantization");
    Objects.requireNonNull(chatFormat, "chatFormat");
    findings = Arguments.copy(findings, "findings").stream().map(Printable::of).toList();
  }

  /**
   * Returns the exact memory of a context's KV cache.
   *
   * @param tokens the context length in tokens
   * @param type the number format of keys and values
   * @return bytes
   */
  public long kvCacheBytes(long tokens, KvCacheType type) {
    Objects.requireNonNull(type, "type");
    return kvCacheBytes(tokens, type, type);
  }

  /**
   * Returns the exact memory of a context's KV cache. It is allocated in pages as the context
   * grows; a page that is not full takes its whole memory.
   *
   * @param tokens the context length in tokens
   * @param keys the number format of keys
   * @param values the number format of values
   * @return bytes
   */
  public long kvCacheBytes(long tokens, KvCacheType keys, KvCacheType values) {
    Objects.requireNonNull(keys, "keys");
    Objects.requireNonNull(values, "values");
    long heads = Math.ceilDiv(tokens, KV_PAGE_TOKENS) * KV_PAGE_TOKENS * blockCount * headCountKv;
    return heads * (keys.bytes(headLength) + values.bytes(headLength));
  }
}

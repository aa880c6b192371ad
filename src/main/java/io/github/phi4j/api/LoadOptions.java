package io.github.phi4j.api;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/** How to load a model. Immutable; made by {@link #builder()}. */
public final class LoadOptions {

  private static final LoadOptions DEFAULTS = builder().build();

  private final OptionalInt threads;
  private final OptionalInt contextLength;
  private final KvCacheType kvCacheType;
  private final PackedWeights packedWeights;
  private final Optional<ChatFormat> chatFormat;
  private final int maxSequences;
  private final int maxWaiting;

  private LoadOptions(Builder builder) {
    threads = builder.threads;
    contextLength = builder.contextLength;
    kvCacheType = builder.kvCacheType;
    packedWeights = builder.packedWeights;
    chatFormat = builder.chatFormat;
    maxSequences = builder.maxSequences;
    maxWaiting = builder.maxWaiting;
  }

  /**
   * The default options.
   *
   * @return options with nothing set
   */
  public static LoadOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Starts new options.
   *
   * @return a builder with nothing set
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The number of worker threads.
   *
   * @return the number, or empty for one thread for each physical core that the process may use
   */
  public OptionalInt threads() {
    return threads;
  }

  /**
   * The number of tokens that the context of a session holds.
   *
   * @return the number, or empty for the length that the model was trained for
   */
  public OptionalInt contextLength() {
    return contextLength;
  }

  /**
   * The number format of the KV cache.
   *
   * @return the type, {@link KvCacheType#F16} unless set
   */
  public KvCacheType kvCacheType() {
    return kvCacheType;
  }

  /**
   * Whether there is a copy of the weights that generates faster.
   *
   * @return where it is, {@link PackedWeights#OFF} unless set
   */
  public PackedWeights packedWeights() {
    return packedWeights;
  }

  /**
   * The chat format to use instead of the one that the file asks for.
   *
   * @return the format, or empty to follow the file
   */
  public Optional<ChatFormat> chatFormat() {
    return chatFormat;
  }

  /**
   * The most sequences that are computed together.
   *
   * @return the number, 64 unless set
   */
  public int maxSequences() {
    return maxSequences;
  }

  /**
   * The most calls that may wait while {@link #maxSequences()} others are computed.
   *
   * @return the number, {@link Integer#MAX_VALUE} unless set
   */
  public int maxWaiting() {
    return maxWaiting;
  }

  /** Collects load options. Not thread-safe. */
  public static final class Builder {
    private OptionalInt threads = OptionalInt.empty();
    private OptionalInt contextLength = OptionalInt.empty();
    private KvCacheType kvCacheType = KvCacheType.F16;
    private PackedWeights packedWeights = PackedWeights.OFF;
    private Optional<ChatFormat> chatFormat = Optional.empty();
    private int maxSequences = 64;
    private int maxWaiting = Integer.MAX_VALUE;

    private Builder() {}

    /**
     * Sets the number of worker threads.
     *
     * @param threads from 1 to 1024
     * @return this builder
     * @throws IllegalArgumentException if the number is out of range
     */
    public Builder threads(int threads) {
      if (threads < 1 || threads > 1024) {
        throw new IllegalArgumentException("threads must be from 1 to 1024, not " + threads);
      }
      this.threads = OptionalInt.of(threads);
      return this;
    }

    /**
     * Sets the number of tokens that the context of a session holds, and thereby what a session may
     * come to cost in memory.
     *
     * @param contextLength at least 1; loading fails if the model was trained for fewer
     * @return this builder
     * @throws IllegalArgumentException if the number is below 1
     */
    public Builder contextLength(int contextLength) {
      if (contextLength < 1) {
        throw new IllegalArgumentException(
            "context length must be at least 1, not " + contextLength);
      }
      this.contextLength = OptionalInt.of(contextLength);
      return this;
    }

    /**
     * Sets the number format of the KV cache.
     *
     * @param kvCacheType the type
     * @return this builder
     */
    public Builder kvCacheType(KvCacheType kvCacheType) {
      this.kvCacheType = Objects.requireNonNull(kvCacheType, "kvCacheType");
      return this;
    }

    /**
     * Sets whether there is a copy of the weights that generates faster. It costs memory and time
     * to load, and rounds activations to 8 bits: see {@link PackedWeights}.
     *
     * @param packedWeights where the copy is
     * @return this builder
     */
    public Builder packedWeights(PackedWeights packedWeights) {
      this.packedWeights = Objects.requireNonNull(packedWeights, "packedWeights");
      return this;
    }

    /**
     * Sets the chat format, whatever the file asks for.
     *
     * @param chatFormat the format
     * @return this builder
     */
    public Builder chatFormat(ChatFormat chatFormat) {
      this.chatFormat = Optional.of(chatFormat);
      return this;
    }

    /**
     * Sets the most sequences that are computed together, in each pass over the weights. Of further
     * concurrent calls those that began first come first.
     *
     * @param maxSequences from 1 to 256
     * @return this builder
     * @throws IllegalArgumentException if the number is out of range
     */
    public Builder maxSequences(int maxSequences) {
      if (maxSequences < 1 || maxSequences > 256) {
        throw new IllegalArgumentException(
            "max sequences must be from 1 to 256, not " + maxSequences);
      }
      this.maxSequences = maxSequences;
      return this;
    }

    /**
     * Sets how many calls may wait while {@link #maxSequences(int)} others are computed. A call
     * beyond that is refused with a {@link java.util.concurrent.RejectedExecutionException}; with
     * {@link Integer#MAX_VALUE} none is, and each waits as long as it takes.
     *
     * @param maxWaiting at least 0
     * @return this builder
     * @throws IllegalArgumentException if the number is negative
     */
    public Builder maxWaiting(int maxWaiting) {
      if (maxWaiting < 0) {
        throw new IllegalArgumentException("max waiting must not be negative: " + maxWaiting);
      }
      this.maxWaiting = maxWaiting;
      return this;
    }

    /**
     * Makes the options.
     *
     * @return the options
     */
    public LoadOptions build() {
      return new LoadOptions(this);
    }
  }
}

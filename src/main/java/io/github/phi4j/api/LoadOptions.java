package io.github.phi4j.api;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/** How to load a model. Immutable; made by {@link #builder()}. */
public final class LoadOptions {

  private static final LoadOptions DEFAULTS = builder().build();

  private final OptionalInt threads;
  private final OptionalInt contextLength;
  private final KvCacheType kvKeyType;
  private final KvCacheType kvValueType;
  private final long prefixCacheBytes;
  private final PackedWeights packedWeights;
  private final Optional<Path> packedFolder;
  private final PackingListener packingListener;
  private final Optional<ThreadPool> threadPool;
  private final Optional<ChatFormat> chatFormat;
  private final int maxSequences;
  private final int maxWaiting;
  private final List<GenerationListener> listeners;

  private LoadOptions(Builder builder) {
    threads = builder.threads;
    contextLength = builder.contextLength;
    kvKeyType = builder.kvKeyType;
    kvValueType = builder.kvValueType;
    prefixCacheBytes = builder.prefixCacheBytes;
    packedWeights = builder.packedWeights;
    packedFolder = builder.packedFolder;
    packingListener = builder.packingListener;
    threadPool = builder.threadPool;
    chatFormat = builder.chatFormat;
    maxSequences = builder.maxSequences;
    maxWaiting = builder.maxWaiting;
    listeners = List.copyOf(builder.listeners);
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
   * The number format in which sessions keep keys.
   *
   * @return the type, {@link KvCacheType#F16} unless set
   */
  public KvCacheType kvKeyType() {
    return kvKeyType;
  }

  /**
   * The number format in which sessions keep values.
   *
   * @return the type, {@link KvCacheType#F16} unless set
   */
  public KvCacheType kvValueType() {
    return kvValueType;
  }

  /**
   * The memory that the prefix cache may take.
   *
   * @return bytes, a gibibyte unless set; 0 is none
   */
  public long prefixCacheBytes() {
    return prefixCacheBytes;
  }

  /**
   * Whether there is a copy of the weights that generates faster.
   *
   * @return where it is, {@link PackedWeights#AUTO} unless set
   */
  public PackedWeights packedWeights() {
    return packedWeights;
  }

  /**
   * The folder of files with packed weights.
   *
   * @return the folder, or empty for that of the system property {@code phi4j.packed.folder} or,
   *     where that is not set, the system's place for caches
   */
  public Optional<Path> packedFolder() {
    return packedFolder;
  }

  /**
   * Who learns how far the packing of weights has come.
   *
   * @return the listener, one that does nothing unless set
   */
  public PackingListener packingListener() {
    return packingListener;
  }

  /**
   * The threads to share with other generators.
   *
   * @return the pool, or empty for threads of the generator's own
   */
  public Optional<ThreadPool> threadPool() {
    return threadPool;
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
   * @return the number, 1,024 unless set
   */
  public int maxWaiting() {
    return maxWaiting;
  }

  /**
   * Listeners to what the generator does.
   *
   * @return the listeners, in the order in which they are called; none unless set
   */
  public List<GenerationListener> listeners() {
    return listeners;
  }

  /** Collects load options. Not thread-safe. */
  public static final class Builder {
    private OptionalInt threads = OptionalInt.empty();
    private OptionalInt contextLength = OptionalInt.empty();
    private KvCacheType kvKeyType = KvCacheType.F16;
    private KvCacheType kvValueType = KvCacheType.F16;
    private long prefixCacheBytes = 1L << 30;
    private PackedWeights packedWeights = PackedWeights.AUTO;
    private Optional<Path> packedFolder = Optional.empty();
    private PackingListener packingListener = (packed, total) -> {};
    private Optional<ThreadPool> threadPool = Optional.empty();
    private Optional<ChatFormat> chatFormat = Optional.empty();
    private int maxSequences = 64;
    private int maxWaiting = 1024;
    private final List<GenerationListener> listeners = new ArrayList<>();

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
     * Sets the number format of the KV cache, for keys and values alike.
     *
     * @param type the type
     * @return this builder
     */
    public Builder kvCacheType(KvCacheType type) {
      return kvCacheTypes(type, type);
    }

    /**
     * Sets the number formats of the KV cache. Rounding costs keys more exactness than values.
     *
     * @param keys the type of keys
     * @param values the type of values
     * @return this builder
     */
    public Builder kvCacheTypes(KvCacheType keys, KvCacheType values) {
      kvKeyType = Objects.requireNonNull(keys, "keys");
      kvValueType = Objects.requireNonNull(values, "values");
      return this;
    }

    /**
     * Sets the memory that the prefix cache may take: keys and values of what sessions have
     * computed, from which later sessions take what their contexts begin with. It fills as sessions
     * go on and close; what was not used for longest leaves first. Results do not depend on it.
     *
     * @param bytes 0 or above; 0 is none
     * @return this builder
     * @throws IllegalArgumentException if the number is negative
     */
    public Builder prefixCacheBytes(long bytes) {
      if (bytes < 0) {
        throw new IllegalArgumentException("the prefix cache takes 0 bytes or more, not " + bytes);
      }
      prefixCacheBytes = bytes;
      return this;
    }

    /**
     * Sets whether there is a copy of the weights that generates faster. It costs memory or disk
     * space, and of most types it rounds activations to 8 bits: see {@link PackedWeights}.
     *
     * @param packedWeights where the copy is
     * @return this builder
     */
    public Builder packedWeights(PackedWeights packedWeights) {
      this.packedWeights = Objects.requireNonNull(packedWeights, "packedWeights");
      return this;
    }

    /**
     * Sets the folder where files with packed weights are looked for and made, for instance that of
     * the model. It is made if it is not there.
     *
     * @param packedFolder the folder
     * @return this builder
     */
    public Builder packedFolder(Path packedFolder) {
      this.packedFolder = Optional.of(packedFolder);
      return this;
    }

    /**
     * Sets who learns how far the packing of weights has come, which may take a minute.
     *
     * @param packingListener the listener
     * @return this builder
     */
    public Builder packingListener(PackingListener packingListener) {
      this.packingListener = Objects.requireNonNull(packingListener, "packingListener");
      return this;
    }

    /**
     * Sets threads to share with other generators, in place of threads of the generator's own.
     *
     * @param threadPool a pool made by {@code Phi4.newThreadPool}, which must be closed after the
     *     generator
     * @return this builder
     */
    public Builder threadPool(ThreadPool threadPool) {
      this.threadPool = Optional.of(threadPool);
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
     * Adds a listener to what the generator does, for metrics, traces and logs.
     *
     * @param listener called after those that were added before
     * @return this builder
     */
    public Builder listener(GenerationListener listener) {
      listeners.add(Objects.requireNonNull(listener, "listener"));
      return this;
    }

    /**
     * Makes the options.
     *
     * @return the options
     * @throws IllegalArgumentException if both a thread pool and a number of threads are set
     */
    public LoadOptions build() {
      if (threadPool.isPresent() && threads.isPresent()) {
        throw new IllegalArgumentException(
            "a thread pool and a number of threads; the pool has its own number of them");
      }
      return new LoadOptions(this);
    }
  }
}

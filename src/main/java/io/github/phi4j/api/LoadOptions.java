package io.github.phi4j.api;

import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How to load a model. Immutable; made by {@link #builder()}.
 *
 * @since 0.1.0
 */
public final class LoadOptions {

  private static final PackingListener NO_LISTENER = (packed, total) -> {};

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
    listeners = builder.listeners;
  }

  /**
   * The default options.
   *
   * @return the default options
   */
  public static LoadOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Starts from the {@linkplain #defaults() defaults}.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Starts from these options.
   *
   * @return a builder
   */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * {@return the number of worker threads, or empty for one per physical core that the process may
   * use}
   */
  public OptionalInt threads() {
    return threads;
  }

  /**
   * {@return the number of tokens that the context of a session holds, or empty for the length that
   * the model was trained for}
   */
  public OptionalInt contextLength() {
    return contextLength;
  }

  /** {@return the number format of keys in the KV cache; {@link KvCacheType#F16} by default} */
  public KvCacheType kvKeyType() {
    return kvKeyType;
  }

  /** {@return the number format of values in the KV cache; {@link KvCacheType#F16} by default} */
  public KvCacheType kvValueType() {
    return kvValueType;
  }

  /** {@return the most memory of the prefix cache in bytes; 1 GiB by default, 0 is no cache} */
  public long prefixCacheBytes() {
    return prefixCacheBytes;
  }

  /**
   * {@return where the packed copy of the weights is, if there is one; {@link PackedWeights#AUTO}
   * by default}
   */
  public PackedWeights packedWeights() {
    return packedWeights;
  }

  /**
   * {@return the folder of files with packed weights, or empty for that of the system property
   * {@code phi4j.packed.folder} or, without that, the platform's cache folder}
   */
  public Optional<Path> packedFolder() {
    return packedFolder;
  }

  /** {@return the listener for packing progress; by default one that does nothing} */
  public PackingListener packingListener() {
    return packingListener;
  }

  /**
   * {@return the threads to share with other generators, or empty for threads of the generator's
   * own}
   */
  public Optional<ThreadPool> threadPool() {
    return threadPool;
  }

  /** {@return the chat format to use instead of the file's, or empty to follow the file} */
  public Optional<ChatFormat> chatFormat() {
    return chatFormat;
  }

  /** {@return the most sequences that are computed together; 64 by default} */
  public int maxSequences() {
    return maxSequences;
  }

  /**
   * {@return the most calls that may wait while {@link #maxSequences()} others are computed; 1,024
   * by default}
   */
  public int maxWaiting() {
    return maxWaiting;
  }

  /** {@return the listeners, in calling order, unmodifiable} */
  public List<GenerationListener> listeners() {
    return listeners;
  }

  /** All values by name: the one list that equality and text go by. */
  private Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("threads", threads);
    values.put("contextLength", contextLength);
    values.put("kvKeyType", kvKeyType);
    values.put("kvValueType", kvValueType);
    values.put("prefixCacheBytes", prefixCacheBytes);
    values.put("packedWeights", packedWeights);
    values.put("packedFolder", packedFolder);
    values.put("packingListener", packingListener);
    values.put("threadPool", threadPool);
    values.put("chatFormat", chatFormat);
    values.put("maxSequences", maxSequences);
    values.put("maxWaiting", maxWaiting);
    values.put("listeners", listeners);
    return values;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LoadOptions that && values().equals(that.values());
  }

  @Override
  public int hashCode() {
    return values().hashCode();
  }

  @Override
  public String toString() {
    return "LoadOptions" + values();
  }

  /** Collects load options. Setters check their arguments at once. Not thread-safe. */
  public static final class Builder {
    private OptionalInt threads = OptionalInt.empty();
    private OptionalInt contextLength = OptionalInt.empty();
    private KvCacheType kvKeyType = KvCacheType.F16;
    private KvCacheType kvValueType = KvCacheType.F16;
    private long prefixCacheBytes = 1L << 30;
    private PackedWeights packedWeights = PackedWeights.AUTO;
    private Optional<Path> packedFolder = Optional.empty();
    private PackingListener packingListener = NO_LISTENER;
    private Optional<ThreadPool> threadPool = Optional.empty();
    private Optional<ChatFormat> chatFormat = Optional.empty();
    private int maxSequences = 64;
    private int maxWaiting = 1024;
    private List<GenerationListener> listeners = List.of();

    private Builder() {}

    private Builder(LoadOptions from) {
      threads = from.threads;
      contextLength = from.contextLength;
      kvKeyType = from.kvKeyType;
      kvValueType = from.kvValueType;
      prefixCacheBytes = from.prefixCacheBytes;
      packedWeights = from.packedWeights;
      packedFolder = from.packedFolder;
      packingListener = from.packingListener;
      threadPool = from.threadPool;
      chatFormat = from.chatFormat;
      maxSequences = from.maxSequences;
      maxWaiting = from.maxWaiting;
      listeners = from.listeners;
    }

    /**
     * Sets the number of worker threads.
     *
     * @param threads from 1 to 1024
     * @return this builder
     * @throws IllegalArgumentException if the number is out of range
     */
    public Builder threads(int threads) {
      return threads(OptionalInt.of(threads));
    }

    /**
     * Sets or clears {@link LoadOptions#threads()}.
     *
     * @param threads from 1 to 1024, or empty for one per physical core
     * @return this builder
     * @throws IllegalArgumentException if the number is out of range
     */
    public Builder threads(OptionalInt threads) {
      int number = Objects.requireNonNull(threads, "threads").orElse(1);
      if (number < 1 || number > 1024) {
        throw new IllegalArgumentException("threads must be from 1 to 1024, not " + number);
      }
      this.threads = threads;
      return this;
    }

    /**
     * Sets the number of tokens that the context of a session holds, and with it the most memory
     * that a session may take.
     *
     * @param tokens at least 1; loading fails if the model was trained for fewer
     * @return this builder
     * @throws IllegalArgumentException if the number is below 1
     */
    public Builder contextLength(int tokens) {
      return contextLength(OptionalInt.of(tokens));
    }

    /**
     * Sets or clears {@link LoadOptions#contextLength()}.
     *
     * @param tokens at least 1, or empty for the length that the model was trained for
     * @return this builder
     * @throws IllegalArgumentException if the number is below 1
     */
    public Builder contextLength(OptionalInt tokens) {
      contextLength = Arguments.contextLength(tokens, "tokens");
      return this;
    }

    /**
     * Sets the number format of the KV cache, for keys and values alike.
     *
     * @param type the type
     * @return this builder
     */
    public Builder kvCacheType(KvCacheType type) {
      Objects.requireNonNull(type, "type");
      return kvKeyType(type).kvValueType(type);
    }

    /**
     * Sets the number format of keys in the KV cache. Keys lose more accuracy by rounding than
     * values do.
     *
     * @param type the type of keys
     * @return this builder
     */
    public Builder kvKeyType(KvCacheType type) {
      kvKeyType = Objects.requireNonNull(type, "type");
      return this;
    }

    /**
     * Sets the number format of values in the KV cache.
     *
     * @param type the type of values
     * @return this builder
     */
    public Builder kvValueType(KvCacheType type) {
      kvValueType = Objects.requireNonNull(type, "type");
      return this;
    }

    /**
     * Sets the most memory of the prefix cache: keys and values that sessions have computed, reused
     * by later sessions whose contexts begin alike. It fills as sessions go on and close, and
     * evicts the least recently used. Results do not depend on it.
     *
     * @param bytes 0 or above; 0 is no cache
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
     * Sets where the packed copy of the weights is, which generates faster. It costs memory or disk
     * space, and for most types it rounds activations to 8 bits: see {@link PackedWeights}.
     *
     * @param packedWeights where the copy is
     * @return this builder
     */
    public Builder packedWeights(PackedWeights packedWeights) {
      this.packedWeights = Objects.requireNonNull(packedWeights, "packedWeights");
      return this;
    }

    /**
     * Sets the folder in which files with packed weights are found and created, for instance that
     * of the model. It is created if it does not exist.
     *
     * @param folder the folder
     * @return this builder
     */
    public Builder packedFolder(Path folder) {
      return packedFolder(Optional.of(Objects.requireNonNull(folder, "folder")));
    }

    /**
     * Sets or clears {@link LoadOptions#packedFolder()}.
     *
     * @param folder the folder, or empty for the default
     * @return this builder
     */
    public Builder packedFolder(Optional<Path> folder) {
      packedFolder = Objects.requireNonNull(folder, "folder");
      return this;
    }

    /**
     * Sets a listener for packing progress; packing may take a minute.
     *
     * @param listener the listener
     * @return this builder
     */
    public Builder packingListener(PackingListener listener) {
      packingListener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Sets threads to share with other generators, in place of threads of the generator's own.
     *
     * @param threadPool a pool made by {@code Phi4.newThreadPool}, to be closed after the generator
     * @return this builder
     */
    public Builder threadPool(ThreadPool threadPool) {
      return threadPool(Optional.of(Objects.requireNonNull(threadPool, "threadPool")));
    }

    /**
     * Sets or clears {@link LoadOptions#threadPool()}.
     *
     * @param threadPool a pool, or empty for threads of the generator's own
     * @return this builder
     */
    public Builder threadPool(Optional<ThreadPool> threadPool) {
      this.threadPool = Objects.requireNonNull(threadPool, "threadPool");
      return this;
    }

    /**
     * Sets the chat format, whatever the file asks for.
     *
     * @param chatFormat the format
     * @return this builder
     */
    public Builder chatFormat(ChatFormat chatFormat) {
      return chatFormat(Optional.of(Objects.requireNonNull(chatFormat, "chatFormat")));
    }

    /**
     * Sets or clears {@link LoadOptions#chatFormat()}.
     *
     * @param chatFormat the format, or empty to follow the file
     * @return this builder
     */
    public Builder chatFormat(Optional<ChatFormat> chatFormat) {
      this.chatFormat = Objects.requireNonNull(chatFormat, "chatFormat");
      return this;
    }

    /**
     * Sets the most sequences that are computed together, in each pass over the weights. Further
     * concurrent calls wait in the order in which they began.
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
     * Sets the most calls that may wait while {@link #maxSequences(int)} others are computed. A
     * further call is refused with a {@link BusyException}; with {@link Integer#MAX_VALUE} none is,
     * and each waits as long as it takes.
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
     * Sets {@link LoadOptions#listeners()}, for metrics, traces and logs, in place of those set
     * before.
     *
     * @param listeners listeners in the order in which they are called
     * @return this builder
     */
    public Builder listeners(GenerationListener... listeners) {
      return listeners(Arguments.copy(listeners, "listeners"));
    }

    /**
     * Sets {@link LoadOptions#listeners()}, in place of those set before.
     *
     * @param listeners listeners in the order in which they are called
     * @return this builder
     */
    public Builder listeners(Collection<? extends GenerationListener> listeners) {
      this.listeners = Arguments.copy(listeners, "listeners");
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

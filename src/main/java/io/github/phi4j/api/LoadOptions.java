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
 * Options for loading a model. Immutable; created by {@link #builder()}.
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
   * Returns the default options.
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
   * {@return the number of computing threads, or empty for one per physical core that the process
   * may use; only Linux tells cores from hardware threads, elsewhere it is one per hardware thread}
   */
  public OptionalInt threads() {
    return threads;
  }

  /** {@return the context length of sessions in tokens, or empty for the model's trained length} */
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

  /** {@return the memory limit of the prefix cache in bytes; 1 GiB by default, 0 for no cache} */
  public long prefixCacheBytes() {
    return prefixCacheBytes;
  }

  /** {@return the mode of packed weights; {@link PackedWeights#AUTO} by default} */
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
   * {@return the thread pool to share with other generators, or empty for the generator's own
   * threads}
   */
  public Optional<ThreadPool> threadPool() {
    return threadPool;
  }

  /** {@return the chat format to use instead of the file's, or empty to follow the file} */
  public Optional<ChatFormat> chatFormat() {
    return chatFormat;
  }

  /** {@return the maximum number of sequences in a batch; 64 by default} */
  public int maxSequences() {
    return maxSequences;
  }

  /**
   * {@return the maximum number of calls that may wait while {@link #maxSequences()} others run;
   * 1,024 by default}
   */
  public int maxWaiting() {
    return maxWaiting;
  }

  /** {@return the listeners, in calling order, unmodifiable} */
  public List<GenerationListener> listeners() {
    return listeners;
  }

  /** Returns all values by name, for {@code equals}, {@code hashCode} and {@code toString}. */
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

  /**
   * Collects load options. Setters check their arguments at once. Not thread-safe.
   *
   * @since 0.1.0
   */
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
     * Sets {@link LoadOptions#threads()}.
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
     * Sets the context length of sessions, and thereby the maximum memory of a session.
     *
     * @param tokens at least 1; loading fails if this exceeds the model's trained length
     * @return this builder
     * @throws IllegalArgumentException if the number is below 1
     */
    public Builder contextLength(int tokens) {
      return contextLength(OptionalInt.of(tokens));
    }

    /**
     * Sets or clears {@link LoadOptions#contextLength()}.
     *
     * @param tokens at least 1, or empty for the model's trained length
     * @return this builder
     * @throws IllegalArgumentException if the number is below 1
     */
    public Builder contextLength(OptionalInt tokens) {
      contextLength = Arguments.contextLength(tokens, "tokens");
      return this;
    }

    /**
     * Sets the KV cache type for both keys and values.
     *
     * @param type the type
     * @return this builder
     */
    public Builder kvCacheType(KvCacheType type) {
      Objects.requireNonNull(type, "type");
      return kvKeyType(type).kvValueType(type);
    }

    /**
     * Sets the type of keys in the KV cache. Rounding of keys costs more accuracy than that of
     * values.
     *
     * @param type the type of keys
     * @return this builder
     */
    public Builder kvKeyType(KvCacheType type) {
      kvKeyType = Objects.requireNonNull(type, "type");
      return this;
    }

    /**
     * Sets the type of values in the KV cache.
     *
     * @param type the type of values
     * @return this builder
     */
    public Builder kvValueType(KvCacheType type) {
      kvValueType = Objects.requireNonNull(type, "type");
      return this;
    }

    /**
     * Sets the memory limit of the prefix cache, which keeps computed keys and values for later
     * contexts with a common prefix. It fills as sessions progress and close, and evicts the least
     * recently used entries. Results do not depend on it.
     *
     * @param bytes 0 or above; 0 for no cache
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
     * Sets the mode of packed weights, a copy for faster generation. It costs memory or disk space,
     * and for most types activations are rounded to 8 bits; see {@link PackedWeights}.
     *
     * @param packedWeights the mode
     * @return this builder
     */
    public Builder packedWeights(PackedWeights packedWeights) {
      this.packedWeights = Objects.requireNonNull(packedWeights, "packedWeights");
      return this;
    }

    /**
     * Sets the folder of packed weights, for instance the model's folder. It is created if it does
     * not exist.
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
     * Sets a thread pool to share with other generators, instead of the generator's own threads.
     *
     * @param threadPool a pool created by {@code Phi4.newThreadPool}, to be closed after the
     *     generator
     * @return this builder
     */
    public Builder threadPool(ThreadPool threadPool) {
      return threadPool(Optional.of(Objects.requireNonNull(threadPool, "threadPool")));
    }

    /**
     * Sets or clears {@link LoadOptions#threadPool()}.
     *
     * @param threadPool a pool, or empty for the generator's own threads
     * @return this builder
     */
    public Builder threadPool(Optional<ThreadPool> threadPool) {
      this.threadPool = Objects.requireNonNull(threadPool, "threadPool");
      return this;
    }

    /**
     * Sets the chat format, overriding the file's.
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
     * Sets the maximum number of sequences in a batch, that is, in each forward pass. Further calls
     * wait in order of arrival.
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
     * Sets the maximum number of calls that may wait while {@link #maxSequences(int)} others run.
     * Further calls fail with a {@link BusyException}; with {@link Integer#MAX_VALUE}, the queue is
     * unlimited.
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
     * Sets {@link LoadOptions#listeners()}, for metrics, traces and logs, replacing earlier ones.
     *
     * @param listeners listeners in calling order
     * @return this builder
     */
    public Builder listeners(GenerationListener... listeners) {
      return listeners(Arguments.copy(listeners, "listeners"));
    }

    /**
     * Sets {@link LoadOptions#listeners()}, replacing earlier ones.
     *
     * @param listeners listeners in calling order
     * @return this builder
     */
    public Builder listeners(Collection<? extends GenerationListener> listeners) {
      this.listeners = Arguments.copy(listeners, "listeners");
      return this;
    }

    /**
     * Builds the options.
     *
     * @return the options
     * @throws IllegalArgumentException if both a thread pool and a number of threads are set
     */
    public LoadOptions build() {
      if (threadPool.isPresent() && threads.isPresent()) {
        throw new IllegalArgumentException(
            "both a thread pool and a number of threads are set; the pool determines the number");
      }
      return new LoadOptions(this);
    }
  }
}

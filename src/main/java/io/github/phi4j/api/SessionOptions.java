package io.github.phi4j.api;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a session has of its own; what is empty is as the generator was loaded. Immutable; made by
 * {@link #builder()}.
 *
 * @param contextLength the number of tokens that the context holds
 * @param kvKeyType the number format of keys
 * @param kvValueType the number format of values
 */
public record SessionOptions(
    OptionalInt contextLength, Optional<KvCacheType> kvKeyType, Optional<KvCacheType> kvValueType) {

  private static final SessionOptions DEFAULTS = builder().build();

  /**
   * Creates options.
   *
   * @throws IllegalArgumentException if the context length is below 1
   */
  public SessionOptions {
    if (contextLength.orElse(1) < 1) {
      throw new IllegalArgumentException(
          "context length must be at least 1, not " + contextLength.getAsInt());
    }
    Objects.requireNonNull(kvKeyType, "kvKeyType");
    Objects.requireNonNull(kvValueType, "kvValueType");
  }

  /**
   * Everything as the generator was loaded.
   *
   * @return the default options
   */
  public static SessionOptions defaults() {
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

  /** Collects session options; they are checked by {@link #build()}. Not thread-safe. */
  public static final class Builder {
    private OptionalInt contextLength = OptionalInt.empty();
    private Optional<KvCacheType> kvKeyType = Optional.empty();
    private Optional<KvCacheType> kvValueType = Optional.empty();

    private Builder() {}

    /**
     * Sets {@link SessionOptions#contextLength()}.
     *
     * @param tokens at least 1, and at most what the model was trained for
     * @return this builder
     */
    public Builder contextLength(int tokens) {
      contextLength = OptionalInt.of(tokens);
      return this;
    }

    /**
     * Sets the number format of keys and values alike.
     *
     * @param type the type
     * @return this builder
     */
    public Builder kvCacheType(KvCacheType type) {
      return kvCacheTypes(type, type);
    }

    /**
     * Sets {@link SessionOptions#kvKeyType()} and {@link SessionOptions#kvValueType()}.
     *
     * @param keys the type of keys
     * @param values the type of values
     * @return this builder
     */
    public Builder kvCacheTypes(KvCacheType keys, KvCacheType values) {
      kvKeyType = Optional.of(keys);
      kvValueType = Optional.of(values);
      return this;
    }

    /**
     * Makes the options.
     *
     * @return the options
     * @throws IllegalArgumentException as {@link SessionOptions#SessionOptions}
     */
    public SessionOptions build() {
      return new SessionOptions(contextLength, kvKeyType, kvValueType);
    }
  }
}

package io.github.phi4j.api;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Options of one session; empty values default to the generator's. Immutable; created by {@link
 * #builder()}.
 *
 * @since 0.1.0
 */
public final class SessionOptions {

  private static final SessionOptions DEFAULTS = builder().build();

  private final OptionalInt contextLength;
  private final Optional<KvCacheType> kvKeyType;
  private final Optional<KvCacheType> kvValueType;

  private SessionOptions(Builder builder) {
    contextLength = builder.contextLength;
    kvKeyType = builder.kvKeyType;
    kvValueType = builder.kvValueType;
  }

  /**
   * Returns the default options: the generator's settings.
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

  /**
   * Starts from these options.
   *
   * @return a builder
   */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** {@return the context length in tokens, or empty for the generator's} */
  public OptionalInt contextLength() {
    return contextLength;
  }

  /** {@return the number format of keys in the KV cache, or empty for the generator's} */
  public Optional<KvCacheType> kvKeyType() {
    return kvKeyType;
  }

  /** {@return the number format of values in the KV cache, or empty for the generator's} */
  public Optional<KvCacheType> kvValueType() {
    return kvValueType;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SessionOptions that
        && contextLength.equals(that.contextLength)
        && kvKeyType.equals(that.kvKeyType)
        && kvValueType.equals(that.kvValueType);
  }

  @Override
  public int hashCode() {
    return Objects.hash(contextLength, kvKeyType, kvValueType);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "SessionOptions{contextLength=%s, kvKeyType=%s, kvValueType=%s}",
        contextLength,
        kvKeyType,
        kvValueType);
  }

  /**
   * Collects session options. Setters check their arguments at once. Not thread-safe.
   *
   * @since 0.1.0
   */
  public static final class Builder {
    private OptionalInt contextLength = OptionalInt.empty();
    private Optional<KvCacheType> kvKeyType = Optional.empty();
    private Optional<KvCacheType> kvValueType = Optional.empty();

    private Builder() {}

    private Builder(SessionOptions from) {
      contextLength = from.contextLength;
      kvKeyType = from.kvKeyType;
      kvValueType = from.kvValueType;
    }

    /**
     * Sets {@link SessionOptions#contextLength()}.
     *
     * @param tokens at least 1, and at most the model's trained context length
     * @return this builder
     * @throws IllegalArgumentException if the number is below 1
     */
    public Builder contextLength(int tokens) {
      return contextLength(OptionalInt.of(tokens));
    }

    /**
     * Sets or clears {@link SessionOptions#contextLength()}.
     *
     * @param tokens at least 1, and at most the model's trained context length; or empty for the
     *     generator's
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
     * Sets {@link SessionOptions#kvKeyType()}.
     *
     * @param type the type of keys
     * @return this builder
     */
    public Builder kvKeyType(KvCacheType type) {
      return kvKeyType(Optional.of(Objects.requireNonNull(type, "type")));
    }

    /**
     * Sets or clears {@link SessionOptions#kvKeyType()}.
     *
     * @param type the type of keys, or empty for the generator's
     * @return this builder
     */
    public Builder kvKeyType(Optional<KvCacheType> type) {
      kvKeyType = Objects.requireNonNull(type, "type");
      return this;
    }

    /**
     * Sets {@link SessionOptions#kvValueType()}.
     *
     * @param type the type of values
     * @return this builder
     */
    public Builder kvValueType(KvCacheType type) {
      return kvValueType(Optional.of(Objects.requireNonNull(type, "type")));
    }

    /**
     * Sets or clears {@link SessionOptions#kvValueType()}.
     *
     * @param type the type of values, or empty for the generator's
     * @return this builder
     */
    public Builder kvValueType(Optional<KvCacheType> type) {
      kvValueType = Objects.requireNonNull(type, "type");
      return this;
    }

    /**
     * Builds the options.
     *
     * @return the options
     */
    public SessionOptions build() {
      return new SessionOptions(this);
    }
  }
}

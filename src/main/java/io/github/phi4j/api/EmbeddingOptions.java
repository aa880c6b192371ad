package io.github.phi4j.api;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Options for embedding texts. Immutable; created by {@link #builder()}.
 *
 * @since 0.1.0
 */
public final class EmbeddingOptions {

  /**
   * The combination of the tokens' hidden states into one vector.
   *
   * @since 0.1.0
   */
  public enum Pooling {
    /** The mean of all tokens. */
    MEAN,
    /** The last token, the only one that depends on the whole text. */
    LAST
  }

  private static final EmbeddingOptions DEFAULTS = builder().build();

  private final Pooling pooling;
  private final boolean normalized;
  private final Optional<Duration> timeout;
  private final Optional<Cancellation> cancellation;

  private EmbeddingOptions(Builder builder) {
    pooling = builder.pooling;
    normalized = builder.normalized;
    timeout = builder.timeout;
    cancellation = builder.cancellation;
  }

  /**
   * Returns the default options: the normalized mean.
   *
   * @return the default options
   */
  public static EmbeddingOptions defaults() {
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

  /** {@return the pooling of the tokens' hidden states} */
  public Pooling pooling() {
    return pooling;
  }

  /**
   * {@return whether each vector is scaled to length 1} The dot product of two vectors is then
   * their cosine similarity.
   */
  public boolean normalized() {
    return normalized;
  }

  /**
   * {@return the time limit, if any, after which a call throws a {@link CallTimeoutException}} It
   * starts with the call and includes queueing. It is checked between the layers of a forward pass,
   * so a call may exceed it by a fraction of a pass.
   */
  public Optional<Duration> timeout() {
    return timeout;
  }

  /** {@return the handle that cancels the call from another thread, if any} */
  public Optional<Cancellation> cancellation() {
    return cancellation;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof EmbeddingOptions that
        && pooling == that.pooling
        && normalized == that.normalized
        && timeout.equals(that.timeout)
        && cancellation.equals(that.cancellation);
  }

  @Override
  public int hashCode() {
    return Objects.hash(pooling, normalized, timeout, cancellation);
  }

  @Override
  public String toString() {
    return "EmbeddingOptions{pooling="
        + pooling
        + ", normalized="
        + normalized
        + ", timeout="
        + timeout
        + ", cancellation="
        + cancellation
        + "}";
  }

  /**
   * Collects embedding options. Setters check their arguments at once. Not thread-safe.
   *
   * @since 0.1.0
   */
  public static final class Builder {
    private Pooling pooling = Pooling.MEAN;
    private boolean normalized = true;
    private Optional<Duration> timeout = Optional.empty();
    private Optional<Cancellation> cancellation = Optional.empty();

    private Builder() {}

    private Builder(EmbeddingOptions from) {
      pooling = from.pooling;
      normalized = from.normalized;
      timeout = from.timeout;
      cancellation = from.cancellation;
    }

    /**
     * Sets {@link EmbeddingOptions#pooling()}.
     *
     * @param pooling the pooling of the tokens' hidden states
     * @return this builder
     */
    public Builder pooling(Pooling pooling) {
      this.pooling = Objects.requireNonNull(pooling, "pooling");
      return this;
    }

    /**
     * Sets {@link EmbeddingOptions#normalized()}.
     *
     * @param normalized whether each vector is scaled to length 1
     * @return this builder
     */
    public Builder normalized(boolean normalized) {
      this.normalized = normalized;
      return this;
    }

    /**
     * Sets {@link EmbeddingOptions#timeout()}.
     *
     * @param timeout the time limit of a call, above zero
     * @return this builder
     * @throws IllegalArgumentException if the time is zero or negative
     */
    public Builder timeout(Duration timeout) {
      return timeout(Optional.of(Objects.requireNonNull(timeout, "timeout")));
    }

    /**
     * Sets or clears {@link EmbeddingOptions#timeout()}.
     *
     * @param timeout the time limit of a call, above zero, or empty for no limit
     * @return this builder
     * @throws IllegalArgumentException if the time is zero or negative
     */
    public Builder timeout(Optional<Duration> timeout) {
      this.timeout = Arguments.timeout(timeout, "timeout");
      return this;
    }

    /**
     * Sets {@link EmbeddingOptions#cancellation()}.
     *
     * @param cancellation the handle that cancels the call
     * @return this builder
     */
    public Builder cancellation(Cancellation cancellation) {
      return cancellation(Optional.of(Objects.requireNonNull(cancellation, "cancellation")));
    }

    /**
     * Sets or clears {@link EmbeddingOptions#cancellation()}.
     *
     * @param cancellation the handle that cancels the call, or empty for none
     * @return this builder
     */
    public Builder cancellation(Optional<Cancellation> cancellation) {
      this.cancellation = Objects.requireNonNull(cancellation, "cancellation");
      return this;
    }

    /**
     * Builds the options.
     *
     * @return the options
     */
    public EmbeddingOptions build() {
      return new EmbeddingOptions(this);
    }
  }
}

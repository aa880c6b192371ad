package io.github.phi4j.api;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Options for {@linkplain Completer#score scoring} a prompt and {@linkplain Completer#choose
 * choosing} among alternatives. Immutable; created by {@link #builder()}.
 *
 * @since 0.1.0
 */
public final class ScoringOptions {

  private static final ScoringOptions DEFAULTS = builder().build();

  private final Optional<Duration> timeout;
  private final Optional<Cancellation> cancellation;

  private ScoringOptions(Builder builder) {
    timeout = builder.timeout;
    cancellation = builder.cancellation;
  }

  /**
   * Returns the default options: no time limit and no cancellation.
   *
   * @return the default options
   */
  public static ScoringOptions defaults() {
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
    return other instanceof ScoringOptions that
        && timeout.equals(that.timeout)
        && cancellation.equals(that.cancellation);
  }

  @Override
  public int hashCode() {
    return Objects.hash(timeout, cancellation);
  }

  @Override
  public String toString() {
    return "ScoringOptions{timeout=" + timeout + ", cancellation=" + cancellation + "}";
  }

  /**
   * Collects scoring options. Setters check their arguments at once. Not thread-safe.
   *
   * @since 0.1.0
   */
  public static final class Builder {
    private Optional<Duration> timeout = Optional.empty();
    private Optional<Cancellation> cancellation = Optional.empty();

    private Builder() {}

    private Builder(ScoringOptions from) {
      timeout = from.timeout;
      cancellation = from.cancellation;
    }

    /**
     * Sets {@link ScoringOptions#timeout()}.
     *
     * @param timeout the time limit of a call, above zero
     * @return this builder
     * @throws IllegalArgumentException if the time is zero or negative
     */
    public Builder timeout(Duration timeout) {
      return timeout(Optional.of(Objects.requireNonNull(timeout, "timeout")));
    }

    /**
     * Sets or clears {@link ScoringOptions#timeout()}.
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
     * Sets {@link ScoringOptions#cancellation()}.
     *
     * @param cancellation the handle that cancels the call
     * @return this builder
     */
    public Builder cancellation(Cancellation cancellation) {
      return cancellation(Optional.of(Objects.requireNonNull(cancellation, "cancellation")));
    }

    /**
     * Sets or clears {@link ScoringOptions#cancellation()}.
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
    public ScoringOptions build() {
      return new ScoringOptions(this);
    }
  }
}

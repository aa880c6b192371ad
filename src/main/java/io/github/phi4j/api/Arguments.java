package io.github.phi4j.api;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/** Checks and copies arguments; a null argument or element is reported by name. */
final class Arguments {

  private Arguments() {}

  /** Returns an unmodifiable copy in the same order. */
  static <T> List<T> copy(Collection<? extends T> values, String name) {
    for (T value : Objects.requireNonNull(values, name)) {
      Objects.requireNonNull(value, () -> name + " contains null");
    }
    return List.copyOf(values);
  }

  /** Returns an unmodifiable copy in the same order. */
  static <T> List<T> copy(T[] values, String name) {
    return copy(Arrays.asList(Objects.requireNonNull(values, name)), name);
  }

  /** Returns token ids in the same order. */
  static int[] ids(Collection<Integer> values, String name) {
    return copy(values, name).stream().mapToInt(Integer::intValue).toArray();
  }

  /** Validates a context length, if present. */
  static OptionalInt contextLength(OptionalInt tokens, String name) {
    if (Objects.requireNonNull(tokens, name).orElse(1) < 1) {
      throw new IllegalArgumentException(
          "context length must be at least 1, not " + tokens.getAsInt());
    }
    return tokens;
  }

  /** Validates a time limit, if present. */
  static Optional<Duration> timeout(Optional<Duration> timeout, String name) {
    if (!Objects.requireNonNull(timeout, name).map(Duration::isPositive).orElse(true)) {
      throw new IllegalArgumentException("a timeout must be positive, not " + timeout.get());
    }
    return timeout;
  }
}

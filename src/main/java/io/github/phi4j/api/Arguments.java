package io.github.phi4j.api;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/** Defensive copies of collection arguments; the exception for a null names the argument. */
final class Arguments {

  private Arguments() {}

  /** An unmodifiable copy in the same order. */
  static <T> List<T> copy(Collection<? extends T> values, String name) {
    for (T value : Objects.requireNonNull(values, name)) {
      Objects.requireNonNull(value, () -> name + " contains null");
    }
    return List.copyOf(values);
  }

  /** An unmodifiable copy in the same order. */
  static <T> List<T> copy(T[] values, String name) {
    return copy(Arrays.asList(Objects.requireNonNull(values, name)), name);
  }

  /** Token ids in the same order. */
  static int[] ids(Collection<Integer> values, String name) {
    return copy(values, name).stream().mapToInt(Integer::intValue).toArray();
  }

  /** A context length, if any. */
  static OptionalInt contextLength(OptionalInt tokens, String name) {
    if (Objects.requireNonNull(tokens, name).orElse(1) < 1) {
      throw new IllegalArgumentException(
          "context length must be at least 1, not " + tokens.getAsInt());
    }
    return tokens;
  }
}

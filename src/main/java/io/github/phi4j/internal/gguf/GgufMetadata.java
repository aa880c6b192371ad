package io.github.phi4j.internal.gguf;

import io.github.phi4j.api.ModelException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The key-value pairs of a file. Numbers may have any width; a wrong kind of value is an error. */
public final class GgufMetadata {

  private static final int MAX_SHOWN = 500;

  private final Path file;
  private final Map<String, GgufValue> values;

  GgufMetadata(Path file, Map<String, GgufValue> values) {
    this.file = file;
    this.values = Collections.unmodifiableMap(values);
  }

  /** The file with the pairs. */
  public Path file() {
    return file;
  }

  /** All pairs, in file order. */
  public Map<String, GgufValue> values() {
    return values;
  }

  /** An integer. */
  public OptionalLong integer(String key) {
    return switch (values.get(key)) {
      case null -> OptionalLong.empty();
      case GgufValue.Int number -> OptionalLong.of(number.value());
      case GgufArray array when array.length() > 0 -> OptionalLong.of(equalElements(key, array));
      case GgufValue other -> throw wrong(key, other, "an integer");
    };
  }

  /** An integer or floating-point number. */
  public OptionalDouble number(String key) {
    return switch (values.get(key)) {
      case null -> OptionalDouble.empty();
      case GgufValue.Int number -> OptionalDouble.of((double) number.value());
      case GgufValue.Real number -> OptionalDouble.of(number.value());
      case GgufValue other -> throw wrong(key, other, "a number");
    };
  }

  /** A boolean. */
  public Optional<Boolean> bool(String key) {
    return switch (values.get(key)) {
      case null -> Optional.empty();
      case GgufValue.Bool bool -> Optional.of(bool.value());
      case GgufValue other -> throw wrong(key, other, "a bool");
    };
  }

  /** A string. */
  public Optional<String> string(String key) {
    return switch (values.get(key)) {
      case null -> Optional.empty();
      case GgufValue.Text text -> Optional.of(text.value());
      case GgufValue other -> throw wrong(key, other, "a string");
    };
  }

  /** An array of strings. */
  public Optional<GgufArray> strings(String key) {
    return switch (values.get(key)) {
      case null -> Optional.empty();
      case GgufArray array when array.type() == ElementType.STRING -> Optional.of(array);
      case GgufValue other -> throw wrong(key, other, "an array of strings");
    };
  }

  /** An array of integers. */
  public Optional<GgufArray> integers(String key) {
    return switch (values.get(key)) {
      case null -> Optional.empty();
      case GgufArray array when array.type().isInteger() -> Optional.of(array);
      case GgufValue other -> throw wrong(key, other, "an array of integers");
    };
  }

  /** Per-layer arrays are allowed if all layers agree. */
  private long equalElements(String key, GgufArray array) {
    if (!array.type().isInteger()) {
      throw wrong(key, array, "an integer");
    }
    for (int i = 0; i < array.length(); i++) {
      if (array.integer(i) != array.integer(0) || !array.isLong(i)) {
        throw wrong(key, array, "the same integer, below 2^63, for all layers");
      }
    }
    return array.integer(0);
  }

  /** An error about the value of a key, or about its absence. */
  public ModelException problem(String key, String found, String expected) {
    GgufValue value = values.get(key);
    return new ModelException(
        file,
        value == null ? -1 : value.offset(),
        "metadata key " + key + " " + GgufParser.shown(found, MAX_SHOWN),
        expected);
  }

  private ModelException wrong(String key, GgufValue value, String expected) {
    String found =
        switch (value) {
          case GgufValue.Int number -> "that is the integer " + number.value();
          case GgufValue.Real number -> "that is the number " + number.value();
          case GgufValue.Bool bool -> "that is the bool " + bool.value();
          case GgufValue.Text _ -> "that is a string";
          case GgufArray array ->
              "that is an array of " + array.length() + " elements of type " + array.type();
        };
    return problem(key, found, expected);
  }
}

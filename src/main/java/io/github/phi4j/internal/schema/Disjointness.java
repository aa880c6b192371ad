package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.json.Json;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Proves that what is written for one schema is never valid for another one. It may fail to prove
 * what is true, never the other way round.
 */
final class Disjointness {

  private static final int MAX_DEPTH = 6;

  private final SchemaTranslator translator;
  private int depth;

  Disjointness(SchemaTranslator translator) {
    this.translator = translator;
  }

  /** Whether nothing that is written for some alternatives is valid for any of others. */
  boolean excludes(List<Shape> written, List<Shape> others) {
    return written.stream().allMatch(a -> others.stream().allMatch(b -> excludes(a, b)));
  }

  private boolean excludes(Shape written, Shape other) {
    if (written.values.isPresent()) {
      return written.values.get().stream()
          .filter(value -> !written.admits(value).equals(Optional.of(false)))
          .allMatch(value -> other.admits(value).equals(Optional.of(false)));
    }
    if (other.values.isPresent()) {
      return other.values.get().stream()
          .allMatch(value ->
              written.admits(value).equals(Optional.of(false))
                  || !written.generatedTypes().contains(broad(value.type(), written)));
    }
    return written.generatedTypes().stream()
        .allMatch(type -> !mayBe(type, other) || typeExcludes(type, written, other));
  }

  private static String broad(String type, Shape written) {
    boolean integer = type.equals("integer") && !written.generatedTypes().contains("integer");
    return integer ? "number" : type;
  }

  private static boolean mayBe(String type, Shape other) {
    return other.allows(type) || (type.equals("number") && other.allows("integer"));
  }

  private boolean typeExcludes(String type, Shape written, Shape other) {
    return switch (type) {
      case "integer", "number" -> below(written.high, other.low) || below(other.high, written.low);
      case "string" -> written.maxLength < other.minLength || other.maxLength < written.minLength;
      case "array" -> written.maxItems < other.minItems || other.maxItems < written.minItems;
      case "object" -> objectExcludes(written, other);
      default -> false;
    };
  }

  private static boolean below(Optional<Numbers.Bound> high, Optional<Numbers.Bound> low) {
    if (high.isEmpty() || low.isEmpty()) {
      return false;
    }
    BigDecimal most = high.get().value();
    int order = most.compareTo(low.get().value());
    return order < 0 || (order == 0 && (high.get().exclusive() || low.get().exclusive()));
  }

  private boolean objectExcludes(Shape written, Shape other) {
    Set<String> declared = written.properties.keySet();
    boolean lacks =
        other.required.stream()
            .anyMatch(name ->
                !written.open() && !declared.contains(name) && !written.required.contains(name));
    return lacks
        || written.required.stream().anyMatch(name -> memberExcludes(name, written, other));
  }

  private boolean memberExcludes(String name, Shape written, Shape other) {
    Json anything = new Json.Truth(true);
    if (depth == MAX_DEPTH) {
      return false;
    }
    depth++;
    try {
      return excludes(
          translator.shapes(written.member(name).orElse(anything), written.pointer),
          translator.shapes(other.member(name).orElse(anything), other.pointer));
    } finally {
      depth--;
    }
  }
}

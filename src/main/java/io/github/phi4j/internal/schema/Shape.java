package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.json.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a schema says about values themselves: one that is freed of references, {@code allOf},
 * {@code anyOf} and {@code oneOf}. An absent keyword is an absent restriction.
 */
final class Shape {

  static final Set<String> TYPES =
      Set.of("null", "boolean", "number", "integer", "string", "array", "object");

  private static final Json.Truth FALSE = new Json.Truth(false);

  final String pointer;
  Optional<Set<String>> types = Optional.empty();
  final Set<String> mentioned = new TreeSet<>(); // types that keywords are about
  Optional<List<Json>> values = Optional.empty();
  Optional<Numbers.Bound> low = Optional.empty();
  Optional<Numbers.Bound> high = Optional.empty();
  int minLength;
  int maxLength = Integer.MAX_VALUE;
  Optional<String> pattern = Optional.empty();
  Optional<String> format = Optional.empty();
  final Map<String, Json> properties = new LinkedHashMap<>();
  Optional<Json> additional = Optional.empty();
  final Set<String> required = new LinkedHashSet<>();
  int minProperties;
  int maxProperties = Integer.MAX_VALUE;
  final List<Json> prefix = new ArrayList<>();
  Optional<Json> items = Optional.empty();
  int minItems;
  int maxItems = Integer.MAX_VALUE;
  boolean unique;

  Shape(String pointer) {
    this.pointer = pointer;
  }

  /** The types that are written: those allowed, or else those that the keywords are about. */
  Set<String> generatedTypes() {
    return types.orElse(mentioned.isEmpty() ? TYPES : mentioned);
  }

  boolean allows(String type) {
    return types.isEmpty()
        || types.get().contains(type)
        || (type.equals("integer") && types.get().contains("number"));
  }

  /** What the value of a member must be. */
  Optional<Json> member(String name) {
    return properties.containsKey(name) ? Optional.of(properties.get(name)) : additional;
  }

  /** What an element must be. */
  Optional<Json> element(int index) {
    return index < prefix.size() ? Optional.of(prefix.get(index)) : items;
  }

  /** Whether members that are not declared are written: those that are asked for. */
  boolean open() {
    return additional.isPresent() ? !additional.get().equals(FALSE) : properties.isEmpty();
  }

  /** Both at once, or empty if no value can be both. */
  Optional<Shape> and(Shape other) {
    Shape both = new Shape(pointer);
    both.types = common(types, other.types);
    both.mentioned.addAll(mentioned);
    both.mentioned.addAll(other.mentioned);
    both.values = values;
    if (other.values.isPresent()) {
      List<Json> others = other.values.get();
      both.values =
          Optional.of(
              values.map(own -> own.stream().filter(others::contains).toList()).orElse(others));
    }
    both.low = tighter(low, other.low, 1);
    both.high = tighter(high, other.high, -1);
    both.minLength = Math.max(minLength, other.minLength);
    both.maxLength = Math.min(maxLength, other.maxLength);
    both.pattern = same(pattern, other.pattern, "pattern");
    both.format = same(format, other.format, "format");
    both.minProperties = Math.max(minProperties, other.minProperties);
    both.maxProperties = Math.min(maxProperties, other.maxProperties);
    both.minItems = Math.max(minItems, other.minItems);
    both.maxItems = Math.min(maxItems, other.maxItems);
    both.unique = unique || other.unique;
    joinMembers(both, other);
    joinElements(both, other);
    return both.possible() ? Optional.of(both) : Optional.empty();
  }

  private void joinMembers(Shape both, Shape other) {
    Set<String> names = new LinkedHashSet<>(properties.keySet());
    names.addAll(other.properties.keySet());
    names.forEach(
        name -> both.properties.put(name, both(member(name), other.member(name)).orElseThrow()));
    both.additional = both(additional, other.additional);
    both.required.addAll(required);
    both.required.addAll(other.required);
  }

  private void joinElements(Shape both, Shape other) {
    for (int i = 0; i < Math.max(prefix.size(), other.prefix.size()); i++) {
      both.prefix.add(both(element(i), other.element(i)).orElse(new Json.Truth(true)));
    }
    both.items = both(items, other.items);
  }

  private static Optional<Json> both(Optional<Json> a, Optional<Json> b) {
    Json.Truth anything = new Json.Truth(true);
    if (a.isEmpty() || a.get().equals(anything) || a.equals(b)) {
      return b.or(() -> a);
    }
    if (b.isEmpty() || b.get().equals(anything)) {
      return a;
    }
    if (a.get().equals(FALSE) || b.get().equals(FALSE)) {
      return Optional.of(FALSE);
    }
    return Optional.of(
        new Json.Members(Map.of("allOf", new Json.Elements(List.of(a.get(), b.get())))));
  }

  private Optional<String> same(Optional<String> a, Optional<String> b, String keyword) {
    if (a.isPresent() && b.isPresent() && !a.equals(b)) {
      throw SchemaProblem.unenforceable(
          pointer, keyword, "allOf joins it with another one, " + Json.quote(b.get()));
    }
    return a.or(() -> b);
  }

  private static Optional<Set<String>> common(Optional<Set<String>> a, Optional<Set<String>> b) {
    if (a.isEmpty() || b.isEmpty()) {
      return a.or(() -> b);
    }
    Set<String> common = new TreeSet<>();
    for (String type : TYPES) {
      boolean integer = type.equals("integer");
      boolean inA = a.get().contains(type) || (integer && a.get().contains("number"));
      boolean inB = b.get().contains(type) || (integer && b.get().contains("number"));
      if (inA && inB) {
        common.add(type);
      }
    }
    return Optional.of(common);
  }

  private static Optional<Numbers.Bound> tighter(
      Optional<Numbers.Bound> a, Optional<Numbers.Bound> b, int sign) {
    if (a.isEmpty() || b.isEmpty()) {
      return a.or(() -> b);
    }
    int order = a.get().value().compareTo(b.get().value()) * sign;
    return order > 0 || (order == 0 && a.get().exclusive()) ? a : b;
  }

  /** Adds a bound to those that there are. */
  void bound(BigDecimal value, boolean lower, boolean exclusive) {
    Optional<Numbers.Bound> bound = Optional.of(new Numbers.Bound(value, exclusive));
    if (lower) {
      low = tighter(low, bound, 1);
    } else {
      high = tighter(high, bound, -1);
    }
  }

  private boolean possible() {
    boolean typed = types.isEmpty() || !types.get().isEmpty();
    boolean valued = values.isEmpty() || !values.get().isEmpty();
    boolean object = types.isPresent() && types.get().equals(Set.of("object"));
    boolean membered =
        !object || required.stream().noneMatch(name -> member(name).equals(Optional.of(FALSE)));
    return typed && valued && membered;
  }

  /** Whether a value has this shape, or empty where that is not looked into. */
  Optional<Boolean> admits(Json value) {
    if (!allows(value.type()) || (values.isPresent() && !values.get().contains(value))) {
      return Optional.of(false);
    }
    return switch (value) {
      case Json.Number number -> Optional.of(inBounds(number.value()));
      case Json.Text text -> {
        int length = text.value().codePointCount(0, text.value().length());
        if (length < minLength || length > maxLength) {
          yield Optional.of(false);
        }
        yield pattern.isEmpty() && format.isEmpty() ? Optional.of(true) : Optional.empty();
      }
      case Json.Members members -> {
        if (!members.map().keySet().containsAll(required)) {
          yield Optional.of(false);
        }
        yield properties.isEmpty()
                && additional.isEmpty()
                && members.map().size() >= minProperties
                && members.map().size() <= maxProperties
            ? Optional.of(true)
            : Optional.empty();
      }
      case Json.Elements elements -> {
        int size = elements.list().size();
        if (size < minItems || size > maxItems) {
          yield Optional.of(false);
        }
        yield prefix.isEmpty() && items.isEmpty() && !unique ? Optional.of(true) : Optional.empty();
      }
      case Json.Truth _, Json.Null _ -> Optional.of(true);
    };
  }

  private boolean inBounds(BigDecimal value) {
    int above = low.map(bound -> value.compareTo(bound.value())).orElse(1);
    int below = high.map(bound -> bound.value().compareTo(value)).orElse(1);
    return (above > 0 || (above == 0 && !low.get().exclusive()))
        && (below > 0 || (below == 0 && !high.get().exclusive()));
  }
}

package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.grammar.Dfa;
import io.github.phi4j.internal.grammar.Effort;
import io.github.phi4j.internal.json.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A set of JSON values, type by type: constraints on one type do not affect another, so
 * intersection, union and complement are computed per type.
 *
 * @param nulls whether null is in the set
 * @param booleans 1 for false, 2 for true, or their sum
 * @param arrays alternative shapes of arrays
 * @param objects alternative shapes of objects
 * @param typed whether a schema constrained the types themselves
 * @param mentioned the bits of types with other constraints
 */
record Values(
    boolean nulls,
    int booleans,
    NumberSet numbers,
    StringSet strings,
    List<ArrayShape> arrays,
    List<ObjectShape> objects,
    boolean typed,
    int mentioned) {

  static final int NULL = 1;
  static final int BOOLEAN = 2;
  static final int NUMBER = 4;
  static final int STRING = 8;
  static final int ARRAY = 16;
  static final int OBJECT = 32;

  private static final int MAX_SHAPES = 1024;
  private static final int MANY_SHAPES = 4; // from which containment is checked

  static final Values ALL =
      new Values(
          true,
          3,
          NumberSet.ALL,
          StringSet.ALL,
          List.of(ArrayShape.ANY),
          List.of(ObjectShape.ANY),
          false,
          0);

  static final Values NONE =
      new Values(false, 0, NumberSet.NONE, StringSet.NONE, List.of(), List.of(), true, 0);

  Values withNulls(boolean others) {
    return new Values(others, booleans, numbers, strings, arrays, objects, typed, mentioned);
  }

  Values withNumbers(NumberSet others) {
    return new Values(nulls, booleans, others, strings, arrays, objects, typed, mentioned);
  }

  Values withStrings(StringSet others) {
    return new Values(nulls, booleans, numbers, others, arrays, objects, typed, mentioned);
  }

  Values withArrays(List<ArrayShape> others) {
    return new Values(nulls, booleans, numbers, strings, others, objects, typed, mentioned);
  }

  Values withObjects(List<ObjectShape> others) {
    return new Values(nulls, booleans, numbers, strings, arrays, others, typed, mentioned);
  }

  Values typed(boolean isTyped, int types) {
    return new Values(nulls, booleans, numbers, strings, arrays, objects, isTyped, types);
  }

  /** Returns all values of some types. */
  Values ofTypes(int types) {
    return new Values(
        nulls && (types & NULL) != 0,
        (types & BOOLEAN) != 0 ? booleans : 0,
        (types & NUMBER) != 0 ? numbers : NumberSet.NONE,
        (types & STRING) != 0 ? strings : StringSet.NONE,
        (types & ARRAY) != 0 ? arrays : List.of(),
        (types & OBJECT) != 0 ? objects : List.of(),
        true,
        0);
  }

  /** Returns the set of the given values. */
  static Values of(Collection<Json> values, Effort effort) {
    boolean nulls = false;
    int booleans = 0;
    List<Json.Numeral> numbers = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    List<ArrayShape> arrays = new ArrayList<>();
    List<ObjectShape> objects = new ArrayList<>();
    for (Json value : values) {
      switch (value) {
        case Json.Null _ -> nulls = true;
        case Json.Truth truth -> booleans |= truth.value() ? 2 : 1;
        case Json.Numeral number -> numbers.add(number);
        case Json.Text text -> texts.add(text.value());
        case Json.Elements elements -> arrays.add(constant(elements));
        case Json.Members members -> objects.add(constant(members));
      }
    }
    effort.spend(20L * (numbers.size() + texts.size() + 1));
    return new Values(
        nulls,
        booleans,
        numbers.isEmpty() ? NumberSet.NONE : NumberSet.of(numbers, effort),
        texts.isEmpty()
            ? StringSet.NONE
            : new StringSet(Dfa.ofTexts(texts, false), StringSet.UNBOUNDED),
        arrays,
        objects,
        true,
        0);
  }

  private static ArrayShape constant(Json.Elements elements) {
    List<Node> prefix = new ArrayList<>();
    elements.list().forEach(element -> prefix.add(new Node.Constant(element)));
    int size = prefix.size();
    return ArrayShape.of(prefix, Node.none()).and(ArrayShape.counting(size, size));
  }

  private static ObjectShape constant(Json.Members members) {
    List<ObjectShape.Rule> rules = new ArrayList<>();
    members
        .map()
        .forEach((name, value) ->
            rules.add(new ObjectShape.Rule(Names.only(name), new Node.Constant(value))));
    Set<String> names = new LinkedHashSet<>(members.map().keySet());
    rules.add(new ObjectShape.Rule(Names.of(names).not(), Node.none()));
    return new ObjectShape(
        names, List.copyOf(rules), names, List.of(), 0, ObjectShape.UNBOUNDED, List.of(), false);
  }

  boolean isEmpty() {
    return !nulls
        && booleans == 0
        && numbers.isEmpty()
        && strings.isEmpty()
        && arrays.isEmpty()
        && objects.isEmpty();
  }

  /** Returns the intersection. */
  Values and(Values other, Effort effort) {
    if (equals(ALL) || other.equals(ALL)) {
      return equals(ALL) ? other : this;
    }
    return new Values(
        nulls && other.nulls,
        booleans & other.booleans,
        numbers.and(other.numbers, effort),
        strings.and(other.strings, effort),
        bothArrays(arrays, other.arrays, effort),
        bothObjects(objects, other.objects, effort),
        typed || other.typed,
        mentioned | other.mentioned);
  }

  /** Returns the union, with this set's {@code typed} and {@code mentioned}. */
  Values or(Values other, Effort effort) {
    Set<ArrayShape> allArrays = new LinkedHashSet<>(arrays);
    allArrays.addAll(other.arrays);
    Set<ObjectShape> allObjects = new LinkedHashSet<>(objects);
    allObjects.addAll(other.objects);
    effort.spend(5 + allArrays.size() + allObjects.size());
    return new Values(
        nulls || other.nulls,
        booleans | other.booleans,
        numbers.or(other.numbers, effort),
        strings.or(other.strings, effort),
        checkNumber(List.copyOf(allArrays)),
        checkNumber(List.copyOf(allObjects)),
        typed,
        mentioned);
  }

  /**
   * Returns the complement.
   *
   * @param evidentlyEmpty whether a shape can be dropped
   */
  Values not(Predicate<ObjectShape> evidentlyEmpty, Effort effort) {
    List<ArrayShape> otherArrays = List.of(ArrayShape.ANY);
    for (ArrayShape shape : arrays) {
      otherArrays = bothArrays(otherArrays, shape.not(), effort);
    }
    List<ObjectShape> otherObjects = List.of(ObjectShape.ANY);
    for (ObjectShape shape : objects) {
      otherObjects = bothObjects(otherObjects, shape.not(), effort);
      if (otherObjects.size() > MANY_SHAPES) {
        otherObjects = otherObjects.stream().filter(evidentlyEmpty.negate()).toList();
      }
    }
    return new Values(
        !nulls,
        3 & ~booleans,
        numbers.not(effort),
        strings.not(effort),
        otherArrays,
        otherObjects,
        true,
        0);
  }

  private static List<ArrayShape> bothArrays(
      List<ArrayShape> one, List<ArrayShape> other, Effort effort) {
    Set<ArrayShape> both = new LinkedHashSet<>();
    for (ArrayShape a : one) {
      List<ArrayShape> joined = other.stream().map(a::and).toList();
      effort.spend(5L * joined.size() * (1 + a.prefix().size()));
      if (joined.contains(a)) {
        both.add(a);
      } else {
        joined.stream().filter(shape -> !shape.isImpossible()).forEach(both::add);
      }
      checkNumber(both);
    }
    return List.copyOf(both);
  }

  private static List<ObjectShape> bothObjects(
      List<ObjectShape> one, List<ObjectShape> other, Effort effort) {
    Set<ObjectShape> both = new LinkedHashSet<>();
    for (ObjectShape a : one) {
      List<ObjectShape> joined = new ArrayList<>();
      for (ObjectShape b : other) {
        ObjectShape shape = a.and(b);
        effort.spend(
            10
                + 2L * shape.rules().size()
                + (long) shape.rules().size() * shape.required().size() / 4);
        if (shape.equals(a)) {
          joined = List.of(a);
          break;
        }
        if (!shape.isImpossible()) {
          joined.add(shape);
        }
      }
      both.addAll(joined);
      if (both.size() > MAX_SHAPES) {
        dropContained(both, effort);
      }
      checkNumber(both);
    }
    if (both.size() > MANY_SHAPES) {
      dropContained(both, effort);
    }
    return List.copyOf(both);
  }

  /** Drops shapes within another one; of equal ones the first stays. */
  private static void dropContained(Set<ObjectShape> shapes, Effort effort) {
    List<ObjectShape> all = List.copyOf(shapes);
    effort.spend((long) all.size() * all.size() / 2);
    for (int i = 0; i < all.size(); i++) {
      for (int j = 0; j < all.size(); j++) {
        if (i != j
            && all.get(i).isWithin(all.get(j))
            && (j < i || !all.get(j).isWithin(all.get(i)))) {
          shapes.remove(all.get(i));
          break;
        }
      }
    }
  }

  private static <T extends Collection<?>> T checkNumber(T shapes) {
    if (shapes.size() > MAX_SHAPES) {
      throw new TooManyShapesException(MAX_SHAPES);
    }
    return shapes;
  }
}

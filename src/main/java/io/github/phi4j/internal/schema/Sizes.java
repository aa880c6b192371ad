package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.grammar.Dfa;
import io.github.phi4j.internal.grammar.Effort;
import java.util.Collection;
import java.util.function.Function;

/** Counts values, for arrays of distinct elements. */
final class Sizes {

  private static final int MANY = 1 << 20;
  private static final int SHORT = 16; // longer strings count as MANY

  private final Function<Node, Values> written;
  private final Effort effort;

  /** Creates a count of formulas' written values. */
  Sizes(Function<Node, Values> written, Effort effort) {
    this.written = written;
    this.effort = effort;
  }

  /** Returns the number of values of a formula; many if there are objects or arrays. */
  long of(Node node) {
    Values values = written.apply(node);
    return values.arrays().isEmpty() && values.objects().isEmpty() ? scalars(values) : MANY;
  }

  private long scalars(Values values) {
    if (values.numbers().all()) {
      return MANY;
    }
    Dfa numbers = values.numbers().written(true, effort).orElse(Dfa.NONE);
    StringSet strings = values.strings();
    return (values.nulls() ? 1 : 0)
        + Integer.bitCount(values.booleans())
        + numbers.size(MANY)
        + (strings.most() <= SHORT ? strings.counted(effort) : strings).dfa().size(MANY);
  }

  /**
   * Returns whether an array of distinct elements can be completed after any of its beginnings, as
   * far as values are counted: the k-th element has at least k values. Elements that are all
   * scalars of one set pass: too few merely make the array impossible.
   *
   * @param elements the possible elements, each combination of met and unmet {@code contains}
   *     conditions
   * @param possible returns the values of a formula that can be completed
   */
  boolean areEnough(ArrayShape shape, Collection<Node> elements, Function<Node, Values> possible) {
    if (!areEnoughContained(shape, elements, possible)) {
      return false;
    }
    if (shape.min() < 2 || (shape.prefix().isEmpty() && of(shape.items()) < MANY)) {
      return true;
    }
    for (int i = 0; i < shape.min() && i < shape.prefix().size(); i++) {
      if (least(possible.apply(shape.element(i))) <= i) {
        return false;
      }
    }
    return shape.min() <= shape.prefix().size()
        || least(possible.apply(shape.items())) >= shape.min();
  }

  private boolean areEnoughContained(
      ArrayShape shape, Collection<Node> elements, Function<Node, Values> possible) {
    if (shape.contains().isEmpty()) {
      return true;
    }
    ArrayShape.Contained first = shape.contains().getFirst();
    if (shape.prefix().isEmpty() && shape.contains().size() == 1 && first.from() == 0) {
      // Elements that meet the condition count wherever they are, so none is missing later.
      Node met = Node.all(shape.items(), first.value());
      Node unmet = Node.all(shape.items(), first.value().not());
      return (first.min() < 2 || least(possible.apply(met)) >= first.min())
          && (first.max() == ArrayShape.UNBOUNDED
              || shape.min() == 0
              || least(possible.apply(unmet)) >= shape.min());
    }
    long needed = shape.min();
    for (ArrayShape.Contained contained : shape.contains()) {
      needed += contained.min();
    }
    long most = shape.prefix().size() + needed;
    return needed == 0
        || elements.stream().allMatch(element -> least(possible.apply(element)) >= most);
  }

  /** Returns a lower bound for the number of values, if there are any. */
  private long least(Values values) {
    boolean composite = !values.arrays().isEmpty() || !values.objects().isEmpty();
    boolean rich =
        values.arrays().stream().anyMatch(this::isRich)
            || values.objects().stream().anyMatch(this::isRich);
    return rich ? MANY : scalars(values) + (composite ? 1 : 0);
  }

  private boolean isRich(ArrayShape shape) {
    boolean anyLength = shape.max() == ArrayShape.UNBOUNDED && !shape.unique() && !shape.closed();
    return shape.max() > 0 && scalars(written.apply(shape.element(0))) >= (anyLength ? 1 : MANY);
  }

  private boolean isRich(ObjectShape shape) {
    boolean hasRoom = shape.max() > shape.required().size();
    boolean open =
        !shape.closed() && shape.rules().stream().noneMatch(rule -> rule.names().negated());
    return (open && hasRoom)
        || shape.order().stream()
            .filter(name -> shape.required().contains(name) || hasRoom)
            .anyMatch(name -> scalars(written.apply(shape.member(name))) >= MANY);
  }
}

package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.grammar.Dfa;
import io.github.phi4j.internal.grammar.Effort;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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
   * Returns whether an array's minimum of elements can be distinct, as far as values are counted:
   * the k-th smallest of their sets has at least k values. Elements that are all scalars of one set
   * pass: too few merely make the array impossible.
   *
   * @param possible returns the values of a formula that can be completed
   */
  boolean areEnough(ArrayShape shape, Function<Node, Values> possible) {
    if (shape.min() < 2 || (shape.prefix().isEmpty() && of(shape.items()) < MANY)) {
      return true;
    }
    List<Long> sizes = new ArrayList<>();
    for (int i = 0; i < shape.min() && i < shape.prefix().size(); i++) {
      sizes.add(least(possible.apply(shape.element(i))));
    }
    Collections.sort(sizes);
    for (int k = 0; k < sizes.size(); k++) {
      if (sizes.get(k) <= k) {
        return false;
      }
    }
    return shape.min() == sizes.size() || least(possible.apply(shape.items())) >= shape.min();
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

package io.github.phi4j.internal.grammar;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A set of Unicode scalar values. Immutable.
 *
 * @param ranges in ascending order, not adjacent, without surrogates
 */
public record CodePoints(List<Range> ranges) {

  private static final int FIRST_SURROGATE = 0xD800;
  private static final int LAST_SURROGATE = 0xDFFF;

  /** All scalar values. */
  public static final CodePoints ALL = of(new Range(0, Character.MAX_CODE_POINT));

  /**
   * A range of code points.
   *
   * @param from the first code point
   * @param to the last code point
   */
  public record Range(int from, int to) {

    /** Creates a range. */
    public Range {
      if (from < 0 || to < from || to > Character.MAX_CODE_POINT) {
        throw new IllegalArgumentException("no range of code points: " + from + " to " + to);
      }
    }
  }

  /** Creates a set of ranges in the normal form that {@link #of} establishes. */
  public CodePoints {
    ranges = List.copyOf(ranges);
  }

  /** Returns the union of ranges, in any order, without surrogates. */
  public static CodePoints of(Range... ranges) {
    return of(List.of(ranges));
  }

  /** Returns the union of ranges, in any order, without surrogates. */
  public static CodePoints of(List<Range> ranges) {
    List<Range> sorted = new ArrayList<>();
    for (Range range : ranges) {
      if (range.from < FIRST_SURROGATE) {
        sorted.add(new Range(range.from, Math.min(range.to, FIRST_SURROGATE - 1)));
      }
      if (range.to > LAST_SURROGATE) {
        sorted.add(new Range(Math.max(range.from, LAST_SURROGATE + 1), range.to));
      }
    }
    sorted.sort(Comparator.comparingInt(Range::from));
    List<Range> united = new ArrayList<>();
    for (Range range : sorted) {
      Range last = united.isEmpty() ? null : united.getLast();
      if (last != null && range.from <= last.to + 1) {
        united.set(united.size() - 1, new Range(last.from, Math.max(last.to, range.to)));
      } else {
        united.add(range);
      }
    }
    return new CodePoints(united);
  }

  /** Returns the complement. */
  public CodePoints negate() {
    List<Range> rest = new ArrayList<>();
    int next = 0;
    for (Range range : ranges) {
      if (range.from > next) {
        rest.add(new Range(next, range.from - 1));
      }
      next = range.to + 1;
    }
    if (next <= Character.MAX_CODE_POINT) {
      rest.add(new Range(next, Character.MAX_CODE_POINT));
    }
    return of(rest);
  }

  /** Returns the union of ranges, each a pair of first and last value. */
  public static CodePoints pairs(int... pairs) {
    List<Range> ranges = new ArrayList<>();
    for (int i = 0; i < pairs.length; i += 2) {
      ranges.add(new Range(pairs[i], pairs[i + 1]));
    }
    return of(ranges);
  }

  /** Returns the set of one scalar value. */
  public static CodePoints only(int c) {
    return pairs(c, c);
  }

  /** Returns the union. */
  public CodePoints or(CodePoints others) {
    List<Range> all = new ArrayList<>(ranges);
    all.addAll(others.ranges);
    return of(all);
  }

  /** Returns the intersection. */
  public CodePoints and(CodePoints others) {
    return negate().or(others.negate()).negate();
  }

  /** Returns whether a scalar value is in the set. */
  public boolean contains(int c) {
    int low = 0;
    int high = ranges.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      Range range = ranges.get(middle);
      if (c < range.from) {
        high = middle - 1;
      } else if (c > range.to) {
        low = middle + 1;
      } else {
        return true;
      }
    }
    return false;
  }

  /** Returns whether the set is empty. */
  public boolean isEmpty() {
    return ranges.isEmpty();
  }
}

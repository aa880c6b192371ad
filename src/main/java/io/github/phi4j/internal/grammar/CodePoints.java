package io.github.phi4j.internal.grammar;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A set of Unicode scalar values. Immutable.
 *
 * @param ranges ascending, neither touching each other nor holding surrogates
 */
public record CodePoints(List<Range> ranges) {

  private static final int FIRST_SURROGATE = 0xD800;
  private static final int LAST_SURROGATE = 0xDFFF;

  /** All of them. */
  public static final CodePoints ALL = of(new Range(0, Character.MAX_CODE_POINT));

  /**
   * Code points from one to another.
   *
   * @param from the first
   * @param to the last
   */
  public record Range(int from, int to) {

    /** Creates a range. */
    public Range {
      if (from < 0 || to < from || to > Character.MAX_CODE_POINT) {
        throw new IllegalArgumentException("no range of code points: " + from + " to " + to);
      }
    }
  }

  /** Creates a set of ranges that {@link #of} has put in order. */
  public CodePoints {
    ranges = List.copyOf(ranges);
  }

  /** Unites ranges, in any order; surrogates in them are left out. */
  public static CodePoints of(Range... ranges) {
    return of(List.of(ranges));
  }

  /** Unites ranges, in any order; surrogates in them are left out. */
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

  /** All scalar values but these. */
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

  /** The scalar values of pairs of a first and a last one. */
  public static CodePoints pairs(int... pairs) {
    List<Range> ranges = new ArrayList<>();
    for (int i = 0; i < pairs.length; i += 2) {
      ranges.add(new Range(pairs[i], pairs[i + 1]));
    }
    return of(ranges);
  }

  /** One scalar value alone. */
  public static CodePoints only(int c) {
    return pairs(c, c);
  }

  /** These and others. */
  public CodePoints or(CodePoints others) {
    List<Range> all = new ArrayList<>(ranges);
    all.addAll(others.ranges);
    return of(all);
  }

  /** Those that are among others, too. */
  public CodePoints and(CodePoints others) {
    return negate().or(others.negate()).negate();
  }

  /** Whether a scalar value is among these. */
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

  /** Whether there are none. */
  public boolean isEmpty() {
    return ranges.isEmpty();
  }
}

package io.github.phi4j.internal.schema;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A set of characters, as ranges in order. Surrogates, which UTF-8 does not have, are left out. */
record CodePoints(List<Range> ranges) {

  /** The characters from one to another, both included. */
  record Range(int from, int to) {}

  private static final Range BELOW = new Range(0, Character.MIN_SURROGATE - 1);
  private static final Range ABOVE =
      new Range(Character.MAX_SURROGATE + 1, Character.MAX_CODE_POINT);

  /** The characters of some ranges, given as pairs. */
  static CodePoints of(int... pairs) {
    List<Range> ranges = new ArrayList<>();
    for (int i = 0; i < pairs.length; i += 2) {
      ranges.add(new Range(pairs[i], pairs[i + 1]));
    }
    return joined(ranges).not().not();
  }

  static CodePoints none() {
    return new CodePoints(List.of());
  }

  static CodePoints all() {
    return new CodePoints(List.of(BELOW, ABOVE));
  }

  static CodePoints only(int c) {
    return of(c, c);
  }

  private static CodePoints joined(List<Range> ranges) {
    List<Range> joined = new ArrayList<>();
    for (Range range : ranges.stream().sorted(Comparator.comparingInt(Range::from)).toList()) {
      Range last = joined.isEmpty() ? null : joined.getLast();
      if (last != null && range.from() <= last.to() + 1) {
        joined.set(joined.size() - 1, new Range(last.from(), Math.max(last.to(), range.to())));
      } else {
        joined.add(range);
      }
    }
    return new CodePoints(List.copyOf(joined));
  }

  CodePoints or(CodePoints others) {
    return joined(Stream.concat(ranges.stream(), others.ranges.stream()).toList());
  }

  CodePoints not() {
    List<Range> rest = new ArrayList<>();
    for (Range whole : List.of(BELOW, ABOVE)) {
      int from = whole.from();
      for (Range range : ranges) {
        if (range.to() >= from && range.from() <= whole.to()) {
          if (range.from() > from) {
            rest.add(new Range(from, range.from() - 1));
          }
          from = range.to() + 1;
        }
      }
      if (from <= whole.to()) {
        rest.add(new Range(from, whole.to()));
      }
    }
    return new CodePoints(List.copyOf(rest));
  }

  CodePoints and(CodePoints others) {
    return not().or(others.not()).not();
  }

  boolean isEmpty() {
    return ranges.isEmpty();
  }

  /** These characters in a JSON string: as themselves, or escaped in a short way. */
  String inJson(Gbnf grammar) {
    CodePoints plain = and(JsonStrings.PLAIN);
    CodePoints escaped = and(JsonStrings.PLAIN.not());
    List<String> bodies = new ArrayList<>();
    if (!plain.isEmpty()) {
      bodies.add(plain.brackets());
    }
    if (escaped.equals(JsonStrings.PLAIN.not())) {
      bodies.add(JsonStrings.escaped(grammar));
    } else {
      for (Range range : escaped.ranges) {
        for (int c = range.from(); c <= range.to(); c++) {
          bodies.add(JsonStrings.escape(c));
        }
      }
    }
    return Gbnf.oneOf(bodies);
  }

  /** These characters in brackets. */
  String brackets() {
    StringBuilder brackets = new StringBuilder("[");
    for (Range range : ranges) {
      brackets.append(Gbnf.inClass(range.from()));
      if (range.to() > range.from()) {
        brackets.append('-').append(Gbnf.inClass(range.to()));
      }
    }
    return brackets.append(']').toString();
  }
}

package io.github.phi4j.internal.grammar;

import io.github.phi4j.internal.grammar.CodePoints.Range;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The UTF-8 encodings of a character set: a small deterministic graph with shared suffixes. Node 0
 * is the start; each path to {@link #DONE} is one character in well-formed UTF-8.
 */
final class Utf8Graph {

  /** The node that ends a character. */
  static final int DONE = -1;

  private static final int[] FIRST = {0x00, 0x80, 0x800, 0x10000}; // by the number of further bytes
  private static final int[] LEAD = {0x00, 0xC0, 0xE0, 0xF0};
  private static final int CONTINUATION = 0x80;
  private static final int CONTINUATIONS = 64;

  /** A range of bytes from one node to another. */
  record Edge(int from, int to, int target) {}

  /** The rest to match: the remaining bits of some values, in a number of bytes. */
  private record Rest(int bytes, List<Range> values) {}

  private final List<List<Edge>> nodes = new ArrayList<>();
  private final Map<Rest, Integer> made = new HashMap<>();

  Utf8Graph(CodePoints set) {
    List<Edge> start = new ArrayList<>();
    nodes.add(start);
    for (int further = 0; further < FIRST.length; further++) {
      int last = further + 1 < FIRST.length ? FIRST[further + 1] - 1 : Character.MAX_CODE_POINT;
      List<Range> values = cut(set.ranges(), FIRST[further], last, 0);
      int step = 1 << (6 * further);
      for (int value = FIRST[further] / step * step; value <= last; value += step) {
        addEdge(
            start,
            LEAD[further] | value / step,
            cut(values, value, value + step - 1, value),
            further);
      }
    }
  }

  /** Returns the edges of each node by ascending byte. */
  List<List<Edge>> nodes() {
    return nodes;
  }

  private void addEdge(List<Edge> edges, int value, List<Range> rest, int further) {
    if (rest.isEmpty()) {
      return;
    }
    int target = further == 0 ? DONE : node(new Rest(further, rest));
    Edge last = edges.isEmpty() ? null : edges.getLast();
    if (last != null && last.target == target && last.to == value - 1) {
      edges.set(edges.size() - 1, new Edge(last.from, value, target));
    } else {
      edges.add(new Edge(value, value, target));
    }
  }

  private int node(Rest rest) {
    Integer known = made.get(rest);
    if (known != null) {
      return known;
    }
    List<Edge> edges = new ArrayList<>();
    int step = 1 << (6 * (rest.bytes - 1));
    for (int i = 0; i < CONTINUATIONS; i++) {
      List<Range> values = cut(rest.values, i * step, (i + 1) * step - 1, i * step);
      addEdge(edges, CONTINUATION | i, values, rest.bytes - 1);
    }
    nodes.add(edges);
    made.put(rest, nodes.size() - 1);
    return nodes.size() - 1;
  }

  /** Intersects ranges with {@code first} to {@code last} and subtracts {@code origin}. */
  private static List<Range> cut(List<Range> ranges, int first, int last, int origin) {
    List<Range> part = new ArrayList<>();
    for (Range range : ranges) {
      if (range.from() <= last && range.to() >= first) {
        part.add(
            new Range(Math.max(range.from(), first) - origin, Math.min(range.to(), last) - origin));
      }
    }
    return part;
  }
}

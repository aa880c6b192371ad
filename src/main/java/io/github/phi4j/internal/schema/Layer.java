package io.github.phi4j.internal.schema;

import java.util.List;

/**
 * Counters over the members or elements so far; with the place among them, the state of a plan.
 *
 * @param least how many count towards the minimum, up to it
 * @param total how many there were, up to the maximum
 * @param others whether an undeclared one was among them
 * @param counts how many met each condition, up to its minimum
 */
record Layer(int least, int total, boolean others, List<Integer> counts) {

  /** Returns a measure that grows with every counted member or element. */
  int measure() {
    return least + total + (others ? 1 : 0) + counts.stream().mapToInt(Integer::intValue).sum();
  }
}

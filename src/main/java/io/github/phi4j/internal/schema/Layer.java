package io.github.phi4j.internal.schema;

import java.util.List;

/**
 * Counters over the members or elements so far; with the place among them, the state of a plan.
 *
 * @param least the number that counts towards the minimum, capped at it
 * @param total their number, capped at the maximum
 * @param others whether one is undeclared
 * @param counts the number that meet each condition, capped at its minimum
 */
record Layer(int least, int total, boolean others, List<Integer> counts) {

  /** Returns a measure that grows with every counted member or element. */
  int measure() {
    return least + total + (others ? 1 : 0) + counts.stream().mapToInt(Integer::intValue).sum();
  }
}

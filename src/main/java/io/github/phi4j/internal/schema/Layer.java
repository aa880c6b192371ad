package io.github.phi4j.internal.schema;

import java.util.List;

/**
 * What must be remembered of the members or elements so far, beside the place among them.
 *
 * @param least how many count towards the least number, up to that
 * @param total how many there were, up to the greatest number that there may be
 * @param others whether one was not declared
 * @param counts how many of each kind that is asked for, up to what is asked
 */
record Layer(int least, int total, boolean others, List<Integer> counts) {

  /** A number that grows with each member or element that is remembered. */
  int measure() {
    return least + total + (others ? 1 : 0) + counts.stream().mapToInt(Integer::intValue).sum();
  }
}

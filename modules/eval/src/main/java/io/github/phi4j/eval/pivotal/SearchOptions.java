package io.github.phi4j.eval.pivotal;

import java.util.ArrayList;
import java.util.List;

/** What the search along one answer is to find, and what it may cost. */
record SearchOptions(double gap, double alpha, long budget, int parallel) {

  private static final long NONE = Long.MAX_VALUE;

  /** Whether no more may be generated. */
  boolean spent(Paths paths) {
    return paths.generated() >= budget;
  }

  /**
   * The parts of some work between which the budget is looked at: as many rollouts as are computed
   * together, or one request that has more; all at once without a budget.
   */
  List<List<LeavingPoint.Request>> groups(List<LeavingPoint.Request> requests) {
    if (budget == NONE) {
      return List.of(requests);
    }
    List<List<LeavingPoint.Request>> groups = new ArrayList<>();
    int size = parallel;
    for (LeavingPoint.Request request : requests) {
      if (size + request.count() > parallel) {
        groups.add(new ArrayList<>());
        size = 0;
      }
      groups.getLast().add(request);
      size += request.count();
    }
    return groups;
  }
}

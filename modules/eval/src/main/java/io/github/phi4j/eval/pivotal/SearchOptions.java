package io.github.phi4j.eval.pivotal;

import java.util.ArrayList;
import java.util.List;

/** The targets and the budget of a search along one answer. */
record SearchOptions(double gap, double alpha, long budget, int parallel) {

  private static final long NONE = Long.MAX_VALUE;

  /** Returns whether the budget is spent. */
  boolean spent(Paths paths) {
    return paths.generated() >= budget;
  }

  /**
   * Splits requests into batches, each preceded by a check of the budget: up to {@code parallel}
   * rollouts, or a single larger request. Without a budget, there is one batch.
   */
  List<List<LeavingPoint.Request>> batches(List<LeavingPoint.Request> requests) {
    if (budget == NONE) {
      return List.of(requests);
    }
    List<List<LeavingPoint.Request>> batches = new ArrayList<>();
    int size = parallel;
    for (LeavingPoint.Request request : requests) {
      if (size + request.count() > parallel) {
        batches.add(new ArrayList<>());
        size = 0;
      }
      batches.getLast().add(request);
      size += request.count();
    }
    return batches;
  }
}

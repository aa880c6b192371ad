package io.github.phi4j.eval.pivotal;

import io.github.phi4j.eval.Item;
import io.github.phi4j.eval.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The search of the Phi-4 report: a part of the answer is split where the log-probability of its
 * tokens is halved, unless success at its ends differs by less than the gap; a remaining single
 * token is pivotal. It misses changes that cancel within a part.
 */
final class Bisection {

  private final Paths paths;
  private final SearchOptions options;
  private final int samples;
  private final long seed;
  private final int[] tokens;
  private final boolean verdict;
  private final double[] probabilities;
  private final Map<Integer, Double> known = new TreeMap<>();
  private final SuccessCurve.Status[] statuses;
  private int rollouts;

  Bisection(Paths paths, SearchOptions options, int samples, Paths.Path path, long seed) {
    this.paths = paths;
    this.options = options;
    this.samples = samples;
    this.seed = seed;
    tokens = path.ids();
    verdict = path.right();
    statuses = new SuccessCurve.Status[tokens.length];
    Arrays.fill(statuses, SuccessCurve.Status.SMALL);
    List<Distribution> distributions = paths.along(tokens);
    probabilities = new double[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      probabilities[i] = Math.max(1e-12, distributions.get(i).probability(tokens[i]));
    }
  }

  SuccessCurve search(Item item, String prompt, int[] promptTokens) {
    estimate(0);
    cut(0, tokens.length);
    List<SuccessCurve.Point> points = new ArrayList<>();
    double start = known.get(0);
    double last = start;
    for (int i = 0; i < tokens.length; i++) {
      double next = known.getOrDefault(i + 1, last);
      double error = Math.sqrt(error(last) + error(next));
      points.add(
          new SuccessCurve.Point(
              tokens[i],
              paths.text(tokens[i]),
              probabilities[i],
              last,
              next,
              error,
              Math.sqrt(error(next)),
              statuses[i],
              List.of()));
      last = next;
    }
    return new SuccessCurve(
        item,
        prompt,
        promptTokens,
        verdict,
        start,
        Math.sqrt(error(start)),
        points,
        0,
        rollouts,
        paths.generated());
  }

  private double error(double p) {
    return p * (1 - p) / samples;
  }

  private void cut(int from, int to) {
    if (from == to) {
      return;
    }
    if (!estimate(from) || !estimate(to)) {
      Arrays.fill(statuses, from, to, SuccessCurve.Status.UNDECIDED);
      return;
    }
    if (Math.abs(known.get(to) - known.get(from)) < options.gap()) {
      return;
    }
    if (to - from == 1) {
      statuses[from] = SuccessCurve.Status.PIVOTAL;
      return;
    }
    double half = 0;
    for (int i = from; i < to; i++) {
      half += Math.log(probabilities[i]) / 2;
    }
    int middle = from;
    for (double sum = 0; middle < to - 1 && (sum > half || middle == from); middle++) {
      sum += Math.log(probabilities[middle]);
    }
    cut(from, middle);
    cut(middle, to);
  }

  /** Estimates the success rate after a number of tokens; false if the budget is spent. */
  private boolean estimate(int length) {
    if (known.containsKey(length)) {
      return true;
    }
    if (!known.isEmpty() && options.spent(paths)) {
      return false;
    }
    rollouts += samples;
    long right =
        paths
            .rollOut(Arrays.copyOf(tokens, length), samples, Seeds.of(seed, "after " + length))
            .stream()
            .filter(Paths.Path::right)
            .count();
    known.put(length, right / (double) samples);
    return true;
  }
}

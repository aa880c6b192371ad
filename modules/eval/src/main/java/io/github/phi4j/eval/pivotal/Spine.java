package io.github.phi4j.eval.pivotal;

import io.github.phi4j.eval.Batch;
import io.github.phi4j.eval.Item;
import io.github.phi4j.eval.Seeds;
import io.github.phi4j.eval.Statistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The success curve of a sampled answer, from rollouts that leave it.
 *
 * <p>Let π be the probability that the sampler takes the answer's next token, p the success after
 * it and q that of answers that take another token. Before the token, success is exactly π p + (1 −
 * π) q. At the end the answer's own verdict is known; so the whole curve follows backwards from the
 * q alone, and a token with π above 1 − gap cannot be pivotal. Errors shrink backwards instead of
 * adding up.
 */
final class Spine {

  private static final int FIRST = 6;
  private static final int FIRST_OF_SMALL = 2;
  private static final int MORE = 6;
  private static final int FRESH = 10;
  private static final int FRESH_LOOKS = 4;
  private static final int MAX_ROLLOUTS = 160;
  private static final int LOOKS = 8;

  /** The maximum total effect of skipped points on the curve. */
  private static final double SKIPPED = 0.02;

  /**
   * A step with a standard error below this that is still not distinguishable from the gap remains
   * undecided.
   */
  private static final double TOLERANCE = 0.03;

  private final Paths paths;
  private final SearchOptions options;
  private final long seed;
  private final int[] tokens;
  private final boolean verdict;

  /** The leaving point before each token, and before the end. */
  private final List<LeavingPoint> points = new ArrayList<>();

  private final Set<Integer> active = new HashSet<>();
  private double skipped;
  private int rollouts;

  Spine(Paths paths, SearchOptions options, Paths.Path path, long seed) {
    this.paths = paths;
    this.options = options;
    this.seed = seed;
    tokens = path.ids();
    verdict = path.right();
    List<Distribution> distributions = paths.along(tokens);
    for (int i = 0; i < tokens.length; i++) {
      points.add(new LeavingPoint(tokens, i, distributions.get(i), tokens[i]));
    }
    if (path.ended()) {
      points.add(endPoint(distributions.get(tokens.length)));
    }
    choosePoints();
  }

  /**
   * Creates the point of the answer's end, where it might have continued; all stop tokens count as
   * one.
   */
  private LeavingPoint endPoint(Distribution distribution) {
    int[] ids = distribution.ids().clone();
    double[] probabilities = distribution.probabilities().clone();
    int end = -1;
    for (int i = 0; i < ids.length; i++) {
      if (paths.isEnd(ids[i])) {
        end = end < 0 ? i : end;
        if (end != i) {
          probabilities[end] += probabilities[i];
          probabilities[i] = 0;
        }
      }
    }
    int token = end < 0 ? -1 : ids[end];
    return new LeavingPoint(tokens, tokens.length, new Distribution(ids, probabilities), token);
  }

  /** Skips the points with the smallest leaving probability, up to the bound. */
  private void choosePoints() {
    List<Integer> order =
        IntStream.range(0, points.size())
            .boxed()
            .sorted(Comparator.comparingDouble(i -> points.get(i).leaves()))
            .toList();
    for (int i : order) {
      double leaves = points.get(i).leaves();
      if (skipped + leaves <= SKIPPED) {
        skipped += leaves;
      } else {
        active.add(i);
      }
    }
  }

  /** The curve's values: index i is before token i, the last index after the end. */
  private static final class Values {
    private final double[] success;
    private final double[] variance;

    Values(double[] success, double[] variance) {
      this.success = success;
      this.variance = variance;
    }
  }

  private Values values(List<LeavingPoint> known) {
    int n = points.size();
    double[] success = new double[n + 1];
    double[] variance = new double[n + 1];
    success[n] = verdict ? 1 : 0;
    for (int i = n - 1; i >= 0; i--) {
      LeavingPoint point = known.get(i);
      double leaves = point.leaves();
      if (active.contains(i) && point.rollouts() > 0) {
        success[i] = (1 - leaves) * success[i + 1] + leaves * point.success();
        variance[i] =
            (1 - leaves) * (1 - leaves) * variance[i + 1] + leaves * leaves * point.variance();
      } else {
        success[i] = success[i + 1];
        variance[i] = variance[i + 1];
      }
    }
    return new Values(success, variance);
  }

  private boolean isCandidate(int i) {
    return i < tokens.length && active.contains(i) && points.get(i).leaves() >= options.gap();
  }

  private double step(int i, Values values) {
    return values.success[i + 1] - values.success[i];
  }

  private double error(int i, Values values, List<LeavingPoint> known) {
    double leaves = known.get(i).leaves();
    return leaves * Math.sqrt(values.variance[i + 1] + known.get(i).variance());
  }

  SuccessCurve search(Item item, String prompt, int[] promptTokens) {
    List<Integer> candidates =
        IntStream.range(0, tokens.length).filter(this::isCandidate).boxed().toList();
    rollOut(firstRequests());
    double z = z(candidates.size());
    for (int look = 1; look < LOOKS && !options.spent(paths); look++) {
      List<Integer> open = undecided(candidates, z);
      if (open.isEmpty()) {
        break;
      }
      Set<Integer> next = new HashSet<>();
      open.forEach(candidate -> next.add(largestError(candidate)));
      next.removeIf(i -> points.get(i).rollouts() >= MAX_ROLLOUTS);
      List<LeavingPoint.Request> more = new ArrayList<>();
      for (int i : next) {
        more.addAll(points.get(i).request(MORE, seedOf("look " + look, i)));
      }
      if (more.isEmpty()) {
        break;
      }
      rollOut(more);
    }
    return curve(item, prompt, promptTokens, confirm(candidates));
  }

  /** A few at each point, the most informative points first, as the budget may run out. */
  private List<LeavingPoint.Request> firstRequests() {
    List<LeavingPoint.Request> requests = new ArrayList<>();
    active.stream()
        .sorted(Comparator.comparingDouble((Integer i) -> -points.get(i).leaves()))
        .forEach(i -> {
          boolean large = points.get(i).leaves() >= options.gap() / 2;
          int count = large ? FIRST : FIRST_OF_SMALL;
          requests.addAll(points.get(i).request(count, seedOf("first", i)));
        });
    return requests;
  }

  /** Returns the normal quantile, corrected for all candidates and looks. */
  private double z(int candidates) {
    return Statistics.normalQuantile(1 - options.alpha() / (2.0 * Math.max(1, candidates) * LOOKS));
  }

  /**
   * Returns candidates that look small but are uncertain; those that look pivotal are confirmed
   * anyway.
   */
  private List<Integer> undecided(List<Integer> candidates, double z) {
    Values values = values(points);
    return candidates.stream()
        .filter(i -> {
          double below = options.gap() - Math.abs(step(i, values));
          double half = z * error(i, values, points);
          return below > 0 && below <= half && half > TOLERANCE;
        })
        .toList();
  }

  /** Returns the point whose further rollouts reduce the error of a candidate's step most. */
  private int largestError(int candidate) {
    int best = candidate;
    double maxGain = points.get(candidate).variance() / points.get(candidate).rollouts();
    double reach = 1;
    for (int i = candidate + 1; i < points.size(); i++) {
      LeavingPoint point = points.get(i);
      if (active.contains(i) && point.rollouts() > 0) {
        double weight = reach * point.leaves();
        double gain = weight * weight * point.variance() / point.rollouts();
        if (gain > maxGain) {
          maxGain = gain;
          best = i;
        }
      }
      reach *= 1 - point.leaves();
    }
    return best;
  }

  /**
   * The estimate from fresh rollouts of a candidate; the estimates used for selection are biased.
   */
  private record Confirmed(
      int index,
      double before,
      double after,
      double error,
      double afterError,
      double p,
      LeavingPoint point) {}

  private List<Confirmed> confirm(List<Integer> candidates) {
    Values values = values(points);
    List<Integer> flagged =
        candidates.stream().filter(i -> Math.abs(step(i, values)) >= options.gap()).toList();
    List<Confirmed> confirmed =
        flagged.stream().map(index -> confirm(index, step(index, values), flagged.size())).toList();
    double[] p = confirmed.stream().mapToDouble(Confirmed::p).toArray();
    boolean[] stands = Statistics.falseDiscoveries(p, options.alpha());
    return IntStream.range(0, stands.length)
        .filter(i -> stands[i])
        .mapToObj(confirmed::get)
        .toList();
  }

  /**
   * Takes fresh rollouts at a point and at later ones, by weight, until it is clear whether the
   * step is at least the gap. The p-value is corrected for repeated looks.
   */
  private Confirmed confirm(int index, double expected, int flagged) {
    List<LeavingPoint> fresh = new ArrayList<>(points);
    for (int i = index; i < points.size(); i++) {
      fresh.set(i, points.get(i).fresh());
    }
    Confirmed found = null;
    for (int look = 0; look < FRESH_LOOKS; look++) {
      boolean whole = rollOut(freshRequests(index, fresh, FRESH << Math.max(0, look - 1)));
      Values anew = values(fresh);
      double error = error(index, anew, fresh);
      double step = step(index, anew) * Math.signum(expected);
      double p =
          whole ? FRESH_LOOKS * (1 - Statistics.normalCdf((step - options.gap()) / error)) : 1;
      found =
          new Confirmed(
              index,
              anew.success[index],
              anew.success[index + 1],
              error,
              Math.sqrt(anew.variance[index + 1]),
              Math.min(1, p),
              fresh.get(index));
      boolean hopeless = step + Statistics.Z95 * error < options.gap();
      if (!whole || hopeless || p <= options.alpha() / Math.max(1, flagged)) {
        break;
      }
    }
    return found;
  }

  private List<LeavingPoint.Request> freshRequests(
      int index, List<LeavingPoint> fresh, int rollouts) {
    List<LeavingPoint.Request> requests = new ArrayList<>();
    double reach = 1;
    for (int i = index; i < points.size(); i++) {
      LeavingPoint point = fresh.get(i);
      double weight = i == index ? 1 : reach * point.leaves();
      if (active.contains(i)) {
        int count = Math.max(FIRST_OF_SMALL, (int) Math.ceil(rollouts * weight));
        requests.addAll(
            point.request(count, seedOf("fresh of " + index + " from " + point.rollouts(), i)));
      }
      reach *= i == index ? 1 : 1 - point.leaves();
    }
    return requests;
  }

  private long seedOf(String purpose, int i) {
    return Seeds.of(seed, purpose + " at " + i);
  }

  /** Returns whether all were rolled out; the budget is checked before each batch. */
  private boolean rollOut(List<LeavingPoint.Request> requests) {
    boolean whole = true;
    for (List<LeavingPoint.Request> batch : options.batches(requests)) {
      if (options.spent(paths)) {
        batch.forEach(LeavingPoint.Request::withdraw);
        whole = false;
      } else {
        Batch.run(batch, LeavingPoint.Request::count, options.parallel(), this::rollOut);
        rollouts += batch.stream().mapToInt(LeavingPoint.Request::count).sum();
      }
    }
    return whole;
  }

  private void rollOut(LeavingPoint.Request request) {
    int[] beginning = request.beginning();
    int right;
    if (paths.isEnd(request.token())) {
      int[] ended = Arrays.copyOf(beginning, beginning.length - 1);
      right = paths.isRight(ended) ? request.count() : 0;
    } else {
      right =
          (int)
              paths.rollOut(beginning, request.count(), request.seed()).stream()
                  .filter(Paths.Path::right)
                  .count();
    }
    synchronized (request.point()) {
      request.add(right);
    }
  }

  private SuccessCurve curve(
      Item item, String prompt, int[] promptTokens, List<Confirmed> confirmed) {
    Values values = values(points);
    double z = z((int) IntStream.range(0, tokens.length).filter(this::isCandidate).count());
    List<SuccessCurve.Point> list = new ArrayList<>();
    for (int i = 0; i < tokens.length; i++) {
      int index = i;
      SuccessCurve.Status status = status(i, values, z);
      LeavingPoint point = points.get(i);
      double from = values.success[i];
      double to = values.success[i + 1];
      double error = active.contains(i) ? error(i, values, points) : 0;
      double afterError = Math.sqrt(values.variance[i + 1]);
      for (Confirmed fresh : confirmed.stream().filter(c -> c.index == index).toList()) {
        status = SuccessCurve.Status.PIVOTAL;
        from = fresh.before;
        to = fresh.after;
        error = fresh.error;
        afterError = fresh.afterError;
        point = fresh.point;
      }
      list.add(
          new SuccessCurve.Point(
              tokens[i],
              paths.text(tokens[i]),
              1 - points.get(i).leaves(),
              from,
              to,
              error,
              afterError,
              status,
              point.alternatives(paths)));
    }
    return new SuccessCurve(
        item,
        prompt,
        promptTokens,
        verdict,
        values.success[0],
        Math.sqrt(values.variance[0]),
        list,
        skipped + notReached(),
        rollouts,
        paths.generated());
  }

  /** The maximum error of the curve from points that the budget left without rollouts. */
  private double notReached() {
    return active.stream()
        .map(points::get)
        .filter(point -> point.rollouts() == 0)
        .mapToDouble(LeavingPoint::leaves)
        .sum();
  }

  private SuccessCurve.Status status(int i, Values values, double z) {
    if (!isCandidate(i)) {
      return points.get(i).leaves() < options.gap()
          ? SuccessCurve.Status.CERTAIN
          : SuccessCurve.Status.SMALL;
    }
    double distance = options.gap() - Math.abs(step(i, values));
    boolean known = active.stream().noneMatch(j -> j >= i && points.get(j).rollouts() == 0);
    return known && distance > z * error(i, values, points)
        ? SuccessCurve.Status.SMALL
        : SuccessCurve.Status.UNDECIDED;
  }
}

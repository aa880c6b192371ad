package io.github.phi4j.eval.pivotal;

import io.github.phi4j.eval.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A point where the answer could have continued with another token, with the success of answers
 * that leave the path there. Alternatives with at least one expected rollout get rollouts in
 * proportion to their probability (stratified sampling), so their choice adds no variance; the rare
 * rest is drawn at random.
 */
final class LeavingPoint {

  private final int[] beginning;
  private final double stays;
  private final int[] ids;
  private final double[] shares;
  private final int[] counts;
  private final int[] successes;
  private int rollouts;

  /** Creates the point before the token at an index of a path. */
  LeavingPoint(int[] path, int index, Distribution distribution, int token) {
    beginning = Arrays.copyOf(path, index);
    stays = distribution.probability(token);
    int n = distribution.ids().length;
    List<Integer> others = new ArrayList<>();
    double mass = 0;
    for (int i = 0; i < n; i++) {
      if (distribution.ids()[i] != token) {
        others.add(i);
        mass += distribution.probabilities()[i];
      }
    }
    ids = others.stream().mapToInt(i -> distribution.ids()[i]).toArray();
    double all = mass;
    shares = others.stream().mapToDouble(i -> distribution.probabilities()[i] / all).toArray();
    counts = new int[ids.length];
    successes = new int[ids.length];
  }

  /** Creates an independent copy at the same place. */
  private LeavingPoint(LeavingPoint other) {
    beginning = other.beginning;
    stays = other.stays;
    ids = other.ids;
    shares = other.shares;
    counts = new int[ids.length];
    successes = new int[ids.length];
  }

  LeavingPoint fresh() {
    return new LeavingPoint(this);
  }

  /** Returns the probability of the path's own token. */
  double stays() {
    return stays;
  }

  double leaves() {
    return ids.length == 0 ? 0 : Math.max(0, 1 - stays);
  }

  int rollouts() {
    return rollouts;
  }

  /** One alternative's share of further rollouts. */
  record Request(LeavingPoint point, int alternative, int count, long seed) {
    int[] beginning() {
      int[] tokens = Arrays.copyOf(point.beginning, point.beginning.length + 1);
      tokens[point.beginning.length] = point.ids[alternative];
      return tokens;
    }

    int token() {
      return point.ids[alternative];
    }

    void add(int right) {
      point.counts[alternative] += count;
      point.successes[alternative] += right;
    }

    /** Withdraws the request, which will not be rolled out. */
    void withdraw() {
      point.rollouts -= count;
    }
  }

  /** Returns the next rollouts, which bring each alternative to its share of the new total. */
  List<Request> request(int more, long seed) {
    if (ids.length == 0) {
      return List.of();
    }
    int total = rollouts + more;
    int[] next = new int[ids.length];
    int left = more;
    for (int i = 0; i < ids.length && left > 0; i++) {
      next[i] = Math.min(left, Math.max(0, (int) Math.floor(shares[i] * total) - counts[i]));
      left -= next[i];
    }
    SplittableRandom random = Seeds.random(seed, "alternatives " + rollouts);
    for (; left > 0; left--) {
      next[drawn(random, total, next)]++;
    }
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      if (next[i] > 0) {
        long own = Seeds.of(seed, "alternative " + ids[i] + " from " + counts[i]);
        requests.add(new Request(this, i, next[i], own));
      }
    }
    rollouts = total;
    return requests;
  }

  /** Draws an alternative with a fractional share of a rollout, in proportion to it. */
  private int drawn(SplittableRandom random, int total, int[] next) {
    double[] due = new double[ids.length];
    double sum = 0;
    for (int i = 0; i < ids.length; i++) {
      due[i] = Math.max(0, shares[i] * total - counts[i] - next[i]);
      sum += due[i];
    }
    double at = random.nextDouble() * sum;
    for (int i = 0; i < ids.length; i++) {
      at -= due[i];
      if (at < 0 && due[i] > 0) {
        return i;
      }
    }
    return 0;
  }

  /** Returns the success rate of answers that leave here; 0.5 without data. */
  double success() {
    double mean = 0;
    double rest = 0;
    int restCount = 0;
    int restSuccesses = 0;
    for (int i = 0; i < ids.length; i++) {
      if (isStratum(i)) {
        mean += shares[i] * successes[i] / counts[i];
      } else {
        rest += shares[i];
        restCount += counts[i];
        restSuccesses += successes[i];
      }
    }
    return mean + rest * (restCount == 0 ? 0.5 : restSuccesses / (double) restCount);
  }

  /**
   * Returns its variance, with half a success and half a failure added, since no rate is known to
   * be 0 or 1.
   */
  double variance() {
    double variance = 0;
    double rest = 0;
    int restCount = 0;
    int restSuccesses = 0;
    for (int i = 0; i < ids.length; i++) {
      if (isStratum(i)) {
        variance += shares[i] * shares[i] * variance(successes[i], counts[i]);
      } else {
        rest += shares[i];
        restCount += counts[i];
        restSuccesses += successes[i];
      }
    }
    double unknown = restCount == 0 ? 1 / 12.0 : variance(restSuccesses, restCount);
    return variance + rest * rest * unknown;
  }

  private static double variance(int successes, int count) {
    double p = (successes + 0.5) / (count + 1);
    return p * (1 - p) / count;
  }

  private boolean isStratum(int i) {
    return counts[i] > 0 && shares[i] * rollouts >= 1;
  }

  /** Returns the alternatives with rollouts. */
  List<SuccessCurve.Alternative> alternatives(Paths paths) {
    List<SuccessCurve.Alternative> list = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      if (counts[i] > 0) {
        list.add(
            new SuccessCurve.Alternative(
                ids[i],
                paths.text(ids[i]),
                shares[i] * leaves(),
                successes[i] / (double) counts[i],
                counts[i]));
      }
    }
    return list;
  }
}

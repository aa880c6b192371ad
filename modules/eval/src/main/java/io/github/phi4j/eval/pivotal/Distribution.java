package io.github.phi4j.eval.pivotal;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** The sampler's distribution: token ids with probabilities, in descending order. */
final class Distribution {

  /** Rarer tokens are dropped; their total is below rounding error. */
  private static final double NEGLIGIBLE = 1e-7;

  private final int[] ids;
  private final double[] probabilities;

  Distribution(int[] ids, double[] probabilities) {
    this.ids = ids;
    this.probabilities = probabilities;
  }

  int[] ids() {
    return ids;
  }

  double[] probabilities() {
    return probabilities;
  }

  /** Creates the distribution of the token after a session's context. */
  static Distribution of(double[] distribution) {
    int[] ids =
        IntStream.range(0, distribution.length)
            .filter(id -> distribution[id] > NEGLIGIBLE)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer id) -> -distribution[id]))
            .mapToInt(id -> id)
            .toArray();
    return new Distribution(ids, Arrays.stream(ids).mapToDouble(id -> distribution[id]).toArray());
  }

  double probability(int id) {
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] == id) {
        return probabilities[i];
      }
    }
    return 0;
  }
}

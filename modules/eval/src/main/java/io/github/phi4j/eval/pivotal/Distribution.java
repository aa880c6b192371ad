package io.github.phi4j.eval.pivotal;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** What the sampler may take next: token ids with their probabilities, the most probable first. */
final class Distribution {

  /** Rarer tokens are left out; they are all together rarer than rounding shows. */
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

  /** What a session says of the token after its context. */
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

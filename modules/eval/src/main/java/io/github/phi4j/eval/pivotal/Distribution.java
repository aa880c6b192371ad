package io.github.phi4j.eval.pivotal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

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

  /** The sampler's distribution: top-p by the model's own probabilities, then the temperature. */
  static Distribution of(float[] logits, float temperature, float topP) {
    double max = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      max = Math.max(max, logit);
    }
    List<Integer> order = new ArrayList<>();
    double sum = 0;
    for (int id = 0; id < logits.length; id++) {
      double weight = Math.exp(logits[id] - max);
      sum += weight;
      if (weight > NEGLIGIBLE * NEGLIGIBLE) {
        order.add(id);
      }
    }
    order.sort(Comparator.comparingDouble((Integer id) -> -logits[id]));
    int kept = 0;
    for (double mass = 0; kept < order.size() && mass < topP; kept++) {
      mass += Math.exp(logits[order.get(kept)] - max) / sum;
    }
    double[] weights = new double[kept];
    double total = 0;
    for (int i = 0; i < kept; i++) {
      weights[i] = Math.exp((logits[order.get(i)] - max) / temperature);
      total += weights[i];
    }
    int significant = 0;
    while (significant < kept && weights[significant] / total > NEGLIGIBLE) {
      significant++;
    }
    int[] ids = new int[significant];
    double[] probabilities = new double[significant];
    for (int i = 0; i < significant; i++) {
      ids[i] = order.get(i);
      probabilities[i] = weights[i] / total;
    }
    return new Distribution(ids, probabilities);
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

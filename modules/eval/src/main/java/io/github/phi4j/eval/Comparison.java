package io.github.phi4j.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A paired comparison of two results on the same questions, which has far more power than comparing
 * means (Miller 2024).
 *
 * @param first the first result
 * @param second the second result
 * @param difference the mean score difference, first minus second, over common questions
 * @param error its standard error, clustered by groups of related questions; NaN for fewer than two
 * @param pValue the two-sided p-value of a sign-flip test
 * @param questions the common questions, with their mean scores
 */
public record Comparison(
    EvalResult first,
    EvalResult second,
    double difference,
    double error,
    double pValue,
    List<Pair> questions) {

  /**
   * The mean scores of a question.
   *
   * @param item the item's id
   * @param first the mean of the first result's replies
   * @param second the mean of the second one's
   */
  public record Pair(String item, double first, double second) {}

  /** Creates a comparison. */
  public Comparison {
    questions = List.copyOf(questions);
  }

  /**
   * Compares two results.
   *
   * @param first the first result
   * @param second the second result
   * @return the comparison
   * @throws IllegalArgumentException if they are of different tasks or have no question in common
   */
  public static Comparison of(EvalResult first, EvalResult second) {
    if (!first.task().equals(second.task())) {
      throw new IllegalArgumentException(
          "results of the tasks " + first.task() + " and " + second.task() + " cannot be compared");
    }
    Map<String, List<Sample>> others = second.questions();
    List<Pair> pairs = new ArrayList<>();
    Map<String, double[]> groups = new LinkedHashMap<>();
    first
        .questions()
        .forEach((item, replies) -> {
          List<Sample> other = others.get(item);
          if (other != null) {
            Pair pair = new Pair(item, mean(replies), mean(other));
            pairs.add(pair);
            double[] sum =
                groups.computeIfAbsent(replies.getFirst().item().group(), _ -> new double[2]);
            sum[0] += pair.first - pair.second;
            sum[1]++;
          }
        });
    if (pairs.isEmpty()) {
      throw new IllegalArgumentException("the two results have no question in common");
    }
    int n = pairs.size();
    double mean = groups.values().stream().mapToDouble(group -> group[0]).sum() / n;
    double squares =
        groups.values().stream()
            .mapToDouble(group -> (group[0] - mean * group[1]) * (group[0] - mean * group[1]))
            .sum();
    int clusters = groups.size();
    double error = clusters < 2 ? Double.NaN : Math.sqrt(squares * clusters / (clusters - 1.0)) / n;
    double p =
        Statistics.signFlipTest(groups.values().stream().mapToDouble(group -> group[0]).toArray());
    return new Comparison(first, second, mean, error, p, pairs);
  }

  private static double mean(List<Sample> samples) {
    return samples.stream().mapToDouble(s -> s.grade().score()).average().orElseThrow();
  }
}

package io.github.phi4j.eval;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The result of an evaluation.
 *
 * @param task the task's name
 * @param version the task's version
 * @param metric the name of the metric of {@link #score()}
 * @param settings everything that determines the result, by name
 * @param samples the replies, ordered by question, in the order of the data, and run
 */
public record EvalResult(
    String task,
    String version,
    String metric,
    Map<String, Object> settings,
    List<Sample> samples) {

  /** The name of the mean score if the metric is another measure. */
  private static final String ACCURACY = "acc";

  /** Creates a result. */
  public EvalResult {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    samples = List.copyOf(samples);
    if (samples.isEmpty()) {
      throw new IllegalArgumentException("a result needs at least one sample");
    }
  }

  /**
   * Returns the main value: the measure with the metric's name, or else the mean score.
   *
   * @return the estimate
   */
  public Estimate score() {
    return estimates().get(metric);
  }

  /**
   * Returns all values.
   *
   * @return the estimates by metric, that of {@link #score()} first
   */
  public Map<String, Estimate> estimates() {
    Set<String> names = new LinkedHashSet<>();
    samples.forEach(sample -> names.addAll(sample.grade().measures().keySet()));
    Map<String, Estimate> estimates = new LinkedHashMap<>();
    boolean measured = names.contains(metric);
    estimates.put(metric, measured ? measure(metric) : scores());
    if (measured) {
      estimates.put(ACCURACY, scores());
    }
    names.forEach(name -> estimates.putIfAbsent(name, measure(name)));
    return Collections.unmodifiableMap(estimates);
  }

  private Estimate scores() {
    return Statistics.estimate(
        questions().values().stream()
            .map(replies ->
                new Statistics.Question(
                    replies.getFirst().item().group(),
                    replies.stream().map(s -> Measure.of(s.grade().score())).toList()))
            .toList());
  }

  private Estimate measure(String name) {
    return Statistics.estimate(
        questions().values().stream()
            .map(replies ->
                new Statistics.Question(
                    replies.getFirst().item().group(),
                    replies.stream()
                        .map(s -> s.grade().measures().getOrDefault(name, new Measure(0, 0)))
                        .toList()))
            .toList());
  }

  /**
   * Returns the replies by question.
   *
   * @return the samples by item id, in the order of the data
   */
  public Map<String, List<Sample>> questions() {
    Map<String, List<Sample>> questions = new LinkedHashMap<>();
    samples.forEach(s -> questions.computeIfAbsent(s.item().id(), _ -> new ArrayList<>()).add(s));
    return questions;
  }

  /**
   * Returns the number of replies by status.
   *
   * @return the number of replies of each status
   */
  public Map<Grade.Status, Integer> statuses() {
    Map<Grade.Status, Integer> statuses = new EnumMap<>(Grade.Status.class);
    for (Grade.Status status : Grade.Status.values()) {
      statuses.put(status, 0);
    }
    samples.forEach(sample -> statuses.merge(sample.grade().status(), 1, Integer::sum));
    return statuses;
  }

  /**
   * Returns the probability that at least one of k replies is right.
   *
   * @return the mean over questions for k = 1, 2, 4, … up to the number of runs
   */
  public Map<Integer, Double> passAtK() {
    return curve(
        (right, _, k) -> Statistics.passAtK(right.size(), Collections.frequency(right, true), k));
  }

  /**
   * Returns the probability that the most frequent answer of k replies is right.
   *
   * @return the mean over questions for k = 1, 2, 4, … up to the number of runs
   */
  public Map<Integer, Double> majorityAtK() {
    return curve((right, answers, k) -> Statistics.majorityAtK(answers, right, k));
  }

  @FunctionalInterface
  private interface AtK {
    double value(List<Boolean> right, List<String> answers, int k);
  }

  private Map<Integer, Double> curve(AtK value) {
    Map<String, List<Sample>> questions = questions();
    int runs = questions.values().stream().mapToInt(List::size).min().orElseThrow();
    Map<Integer, Double> curve = new TreeMap<>();
    for (int k = 1; k <= runs; k = k < runs && 2 * k > runs ? runs : 2 * k) {
      double sum = 0;
      for (List<Sample> replies : questions.values()) {
        List<Boolean> right =
            replies.stream().map(s -> s.grade().status() == Grade.Status.RIGHT).toList();
        List<String> answers = replies.stream().map(s -> s.grade().extracted()).toList();
        sum += value.value(right, answers, k);
      }
      curve.put(k, sum / questions.size());
    }
    return curve;
  }

  /**
   * Returns the number of generated tokens.
   *
   * @return the number
   */
  public long tokens() {
    return samples.stream().mapToLong(sample -> sample.reply().tokens()).sum();
  }
}

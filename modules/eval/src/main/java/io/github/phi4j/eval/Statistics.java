package io.github.phi4j.eval;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** The statistics of an evaluation. All methods are pure. */
public final class Statistics {

  /** The quantile of the normal distribution for intervals of 95 %. */
  public static final double Z95 = 1.959963984540054;

  /** The number of draws of {@link #majorityAtK}, a multiple of all small numbers of replies. */
  private static final int MAJORITY_DRAWS = 2520;

  private Statistics() {}

  /**
   * The values of the replies to one question.
   *
   * @param group its group of related questions
   * @param values a value for each reply, at least one
   */
  public record Question(String group, List<Measure> values) {
    /** Creates a question. */
    public Question {
      values = List.copyOf(values);
      if (values.isEmpty()) {
        throw new IllegalArgumentException("a question needs at least one reply");
      }
    }

    private double weight() {
      return values.stream().mapToDouble(Measure::weight).average().orElseThrow();
    }

    private double weighted() {
      return values.stream().mapToDouble(v -> v.value() * v.weight()).average().orElseThrow();
    }

    /** Returns the variance of the mean of weight · (value − center) over the runs. */
    private double varianceOfMean(double center) {
      double[] residuals =
          values.stream().mapToDouble(v -> v.weight() * (v.value() - center)).toArray();
      return variance(residuals) / residuals.length;
    }
  }

  /**
   * Returns the mean over questions and runs. It is a ratio of sums, with errors of the linearized
   * ratio, which for equal weights are the usual ones.
   *
   * @param questions the questions, at least one
   * @return the mean with its errors; NaN if all weights are 0. If all values are from 0 to 1, the
   *     interval is Wilson's with the effective number of independent questions, otherwise a normal
   *     interval
   */
  public static Estimate estimate(List<Question> questions) {
    double weights = 0;
    double sum = 0;
    int samples = 0;
    boolean proportion = true;
    for (Question question : questions) {
      weights += question.weight();
      sum += question.weighted();
      samples += question.values.size();
      proportion &= question.values.stream().allMatch(v -> v.value() >= 0 && v.value() <= 1);
    }
    double mean = sum / weights;
    double runVariance = 0;
    Map<String, Double> groups = new LinkedHashMap<>();
    for (Question question : questions) {
      runVariance += question.varianceOfMean(mean);
      groups.merge(question.group, question.weighted() - mean * question.weight(), Double::sum);
    }
    double squares = groups.values().stream().mapToDouble(r -> r * r).sum();
    int n = groups.size();
    double questionError = n < 2 ? Double.NaN : Math.sqrt(squares * n / (n - 1.0)) / weights;
    Interval interval = interval(mean, questionError, n, proportion);
    return new Estimate(
        mean,
        Math.sqrt(runVariance) / weights,
        questionError,
        interval.low(),
        interval.high(),
        questions.size(),
        n,
        samples);
  }

  private static Interval interval(double mean, double error, int groups, boolean proportion) {
    if (!proportion) {
      return new Interval(mean - Z95 * error, mean + Z95 * error);
    }
    double spread = mean * (1 - mean);
    double effective = error > 0 && spread > 0 ? spread / (error * error) : groups;
    return wilson(mean * effective, effective, Z95);
  }

  /**
   * Returns Wilson's interval for a probability (1927), which has good coverage even for few trials
   * and for probabilities near 0 and 1.
   *
   * @param successes the number of successes, not necessarily an integer
   * @param trials the number of trials, above 0
   * @param z the normal quantile, such as {@link #Z95}
   * @return the interval, within 0 and 1
   */
  public static Interval wilson(double successes, double trials, double z) {
    double p = successes / trials;
    double squared = z * z / trials;
    double center = (p + squared / 2) / (1 + squared);
    double half = z * Math.sqrt(p * (1 - p) / trials + squared / (4 * trials)) / (1 + squared);
    return new Interval(Math.max(0, center - half), Math.min(1, center + half));
  }

  /**
   * Returns an unbiased estimate, from n replies, of the probability that at least one of k is
   * right (Chen et al. 2021).
   *
   * @param n the number of replies
   * @param right the number of right ones
   * @param k the number of draws, from 1 to n
   * @return 1 − C(n − right, k) / C(n, k)
   */
  public static double passAtK(int n, int right, int k) {
    if (k < 1 || k > n || right < 0 || right > n) {
      throw new IllegalArgumentException(
          "pass@" + k + " of " + n + " replies, " + right + " of them right, has no value");
    }
    double none = 1;
    for (int i = 0; i < k; i++) {
      none *= Math.max(0, n - right - i) / (double) (n - i);
    }
    return 1 - none;
  }

  /**
   * Returns the probability that the most frequent answer of k replies is right. Replies without an
   * answer do not vote; ties are broken uniformly.
   *
   * @param answers the answer of each reply, empty if there is none
   * @param right whether each reply is right
   * @param k the number of draws, from 1 to all
   * @return the probability, by random draws with a fixed seed unless k is the number of replies
   */
  public static double majorityAtK(List<String> answers, List<Boolean> right, int k) {
    int n = answers.size();
    if (k < 1 || k > n) {
      throw new IllegalArgumentException("majority@" + k + " of " + n + " replies has no value");
    }
    if (k == 1) {
      return right.stream().filter(r -> r).count() / (double) n;
    }
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    SplittableRandom random = Seeds.random(n, "majority@" + k);
    int draws = k == n ? 1 : MAJORITY_DRAWS;
    double sum = 0;
    for (int draw = 0; draw < draws; draw++) {
      for (int i = 0; i < k && k < n; i++) {
        int other = random.nextInt(i, n);
        int swapped = order[i];
        order[i] = order[other];
        order[other] = swapped;
      }
      sum += vote(answers, right, order, k);
    }
    return sum / draws;
  }

  private static double vote(List<String> answers, List<Boolean> right, int[] order, int k) {
    Map<String, Integer> votes = new HashMap<>();
    Map<String, Boolean> verdicts = new HashMap<>();
    int maxVotes = 0;
    for (int i = 0; i < k; i++) {
      String answer = answers.get(order[i]);
      if (!answer.isEmpty()) {
        maxVotes = Math.max(maxVotes, votes.merge(answer, 1, Integer::sum));
        verdicts.merge(answer, right.get(order[i]), Boolean::logicalOr);
      }
    }
    int tied = 0;
    int tiedRight = 0;
    for (Map.Entry<String, Integer> entry : votes.entrySet()) {
      if (entry.getValue() == maxVotes) {
        tied++;
        tiedRight += verdicts.get(entry.getKey()) ? 1 : 0;
      }
    }
    return tied == 0 ? 0 : tiedRight / (double) tied;
  }

  /**
   * Computes the two-sided p-value of a sign-flip test, a paired permutation test of the sum of
   * differences: exact for up to 16 non-zero differences, otherwise by 19,999 draws with a fixed
   * seed.
   *
   * @param differences one per group of related questions
   * @return the two-sided p-value
   */
  public static double signFlipTest(double... differences) {
    List<Double> others = new ArrayList<>();
    for (double difference : differences) {
      if (difference != 0) {
        others.add(Math.abs(difference));
      }
    }
    double observed = 0;
    for (double difference : differences) {
      observed += difference;
    }
    double threshold = Math.abs(observed) * (1 - 1e-12);
    int n = others.size();
    boolean exact = n <= 16;
    int draws = exact ? 1 << n : 19_999;
    SplittableRandom random = Seeds.random(n, "sign flips");
    int extreme = 0;
    for (int draw = 0; draw < draws; draw++) {
      double sum = 0;
      long bits = draw;
      for (int i = 0; i < n; i++) {
        if (!exact && i % 64 == 0) {
          bits = random.nextLong();
        }
        sum += (bits >>> (i % 64) & 1) == 0 ? others.get(i) : -others.get(i);
      }
      extreme += Math.abs(sum) >= threshold ? 1 : 0;
    }
    return exact ? extreme / (double) draws : (extreme + 1.0) / (draws + 1.0);
  }

  /**
   * Selects findings at a false discovery rate (Benjamini and Hochberg 1995).
   *
   * @param pValues the p-value of each finding
   * @param rate the rate, such as 0.05
   * @return whether each finding is selected
   */
  public static boolean[] falseDiscoveries(double[] pValues, double rate) {
    double[] sorted = pValues.clone();
    java.util.Arrays.sort(sorted);
    double threshold = -1;
    for (int i = 0; i < sorted.length; i++) {
      if (sorted[i] <= rate * (i + 1) / sorted.length) {
        threshold = sorted[i];
      }
    }
    boolean[] stands = new boolean[pValues.length];
    for (int i = 0; i < stands.length; i++) {
      stands[i] = pValues[i] <= threshold;
    }
    return stands;
  }

  /**
   * Returns the sample variance.
   *
   * @param values the values
   * @return the sum of squared distances from the mean divided by n − 1; NaN for fewer than two
   *     values
   */
  public static double variance(double... values) {
    double mean = java.util.Arrays.stream(values).average().orElse(Double.NaN);
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return values.length < 2 ? Double.NaN : squares / (values.length - 1);
  }

  /**
   * Returns the distribution function of the standard normal distribution.
   *
   * @param x a number
   * @return the probability of a value of at most x, to about 1e-15
   */
  public static double normalCdf(double x) {
    return x >= 0 ? 1 - upperTail(x) : upperTail(-x);
  }

  /** Uses a series near 0, and the continued fraction of the Mills ratio beyond. */
  private static double upperTail(double x) {
    double density = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    if (x < 3) {
      double term = x;
      double sum = x;
      for (int i = 1; Math.abs(term) > 1e-17 * Math.abs(sum); i++) {
        term *= x * x / (2 * i + 1);
        sum += term;
      }
      return 0.5 - density * sum;
    }
    double fraction = x;
    for (int i = 60; i > 0; i--) {
      fraction = x + i / fraction;
    }
    return density / fraction;
  }

  /**
   * Returns the quantile of the standard normal distribution.
   *
   * @param p a probability, above 0 and below 1
   * @return the x with {@link #normalCdf} of p
   */
  public static double normalQuantile(double p) {
    if (!(p > 0 && p < 1)) {
      throw new IllegalArgumentException("a probability above 0 and below 1, not " + p);
    }
    double low = -40;
    double high = 40;
    for (int i = 0; i < 200 && high - low > 1e-14; i++) {
      double middle = (low + high) / 2;
      if (normalCdf(middle) < p) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return (low + high) / 2;
  }
}

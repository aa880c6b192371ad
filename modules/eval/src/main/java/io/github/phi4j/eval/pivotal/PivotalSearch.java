package io.github.phi4j.eval.pivotal;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.eval.Interval;
import io.github.phi4j.eval.Item;
import io.github.phi4j.eval.Seeds;
import io.github.phi4j.eval.Statistics;
import io.github.phi4j.eval.Task;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds pivotal tokens (section 4.3 of the Phi-4 report): those after which an answer is right much
 * more or less often than before.
 *
 * <p>The search follows one sampled answer and continues it from the places where it might have
 * been left: see {@link SuccessCurve}. That takes far fewer tokens than continuing it after each of
 * its tokens, and loses none. Tokens that look pivotal are confirmed by fresh continuations, whose
 * estimates are the ones reported.
 *
 * <p>Only tokens of questions that are answered rightly sometimes are worth a search; others are
 * told by {@link #difficulty}. Not thread-safe.
 */
public final class PivotalSearch {

  /** How success is looked for along an answer. */
  public enum Method {
    /** By continuations that leave the answer. */
    SPINE,
    /** By cutting the answer in two, as the report describes, for comparison. */
    BISECT
  }

  private static final int BLOCK = 8;
  private static final int MOST = 64;

  private final Generator model;
  private final Task task;
  private double gap = 0.2;
  private double alpha = 0.05;
  private long budget = Long.MAX_VALUE;
  private float temperature = 0.5f;
  private float topP = 1;
  private long seed;
  private int parallel = 32;
  private Method method = Method.SPINE;
  private int samples = 100;

  private PivotalSearch(Generator model, Task task) {
    this.model = model;
    this.task = task;
  }

  /**
   * A search with a gap of 0.2 at temperature 0.5.
   *
   * @param model the model
   * @param task the task, which says what a right answer is
   * @return the search, to be set up further
   */
  public static PivotalSearch of(Generator model, Task task) {
    return new PivotalSearch(model, task);
  }

  /**
   * Sets the least step of a pivotal token.
   *
   * @param value above 0 and below 1
   * @return this search
   */
  public PivotalSearch gap(double value) {
    gap = share("gap", value);
    return this;
  }

  /**
   * Sets the share of false ones among the pivotal tokens that is put up with.
   *
   * @param value above 0 and below 1; 0.05 unless set
   * @return this search
   */
  public PivotalSearch alpha(double value) {
    alpha = share("alpha", value);
    return this;
  }

  private static double share(String name, double value) {
    if (!(value > 0 && value < 1)) {
      throw new IllegalArgumentException(name + " must be above 0 and below 1: " + value);
    }
    return value;
  }

  /**
   * Sets after how many tokens an answer's search takes no more continuations than those that
   * confirm what it found.
   *
   * @param tokens the number; without limit unless set
   * @return this search
   */
  public PivotalSearch budget(long tokens) {
    budget = tokens;
    return this;
  }

  /**
   * Sets the temperature.
   *
   * @param value above 0; 0.5 unless set
   * @return this search
   */
  public PivotalSearch temperature(float value) {
    if (!(value > 0)) {
      throw new IllegalArgumentException("pivotal tokens need a temperature above 0: " + value);
    }
    temperature = value;
    return this;
  }

  /**
   * Sets the nucleus.
   *
   * @param value the sum of probabilities to keep; 1, all, unless set
   * @return this search
   */
  public PivotalSearch topP(float value) {
    topP = value;
    return this;
  }

  /**
   * Sets the seed.
   *
   * @param value any number; 0 unless set
   * @return this search
   */
  public PivotalSearch seed(long value) {
    seed = value;
    return this;
  }

  /**
   * Sets how many continuations are computed together.
   *
   * @param value at least 1; 32 unless set
   * @return this search
   */
  public PivotalSearch parallel(int value) {
    parallel = value;
    return this;
  }

  /**
   * Sets how success is looked for.
   *
   * @param value the method
   * @param count for {@link Method#BISECT}, the continuations for each estimate
   * @return this search
   */
  public PivotalSearch method(Method value, int count) {
    method = value;
    samples = count;
    return this;
  }

  /**
   * How often a question is answered rightly, as well as it takes to know whether that is from 0.2
   * to 0.8: no more replies are drawn once the interval is outside.
   *
   * @param item the question
   * @return the share of right answers; empty if it is outside
   */
  public Optional<Double> difficulty(Item item) {
    Paths paths = new GeneratorPaths(model, task, item, temperature, topP);
    int right = 0;
    for (int n = BLOCK; n <= MOST; n += BLOCK) {
      long own = Seeds.of(seed, "difficulty of " + item.id()) + n;
      right +=
          (int) paths.rollOut(new int[0], BLOCK, own).stream().filter(Paths.Path::right).count();
      Interval interval = Statistics.wilson(right, n, Statistics.Z95);
      if (interval.high() < 0.2 || interval.low() > 0.8 || (n >= 2 * BLOCK && right % n == 0)) {
        return Optional.empty();
      }
    }
    double share = right / (double) MOST;
    return share >= 0.2 && share <= 0.8 ? Optional.of(share) : Optional.empty();
  }

  /**
   * Samples an answer to a question and finds its pivotal tokens.
   *
   * @param item the question
   * @return the answer's success curve
   * @throws IllegalArgumentException if the question has no prompt whose answers can be searched
   * @throws java.util.concurrent.CancellationException if the thread is interrupted or the model
   *     closed
   */
  public SuccessCurve search(Item item) {
    GeneratorPaths paths = new GeneratorPaths(model, task, item, temperature, topP);
    long own = Seeds.of(seed, "answer to " + item.id());
    Paths.Path answer = paths.rollOut(new int[0], 1, own).getFirst();
    SearchOptions options = new SearchOptions(gap, alpha, budget, parallel);
    List<Integer> prompt = Arrays.stream(paths.prompt()).boxed().toList();
    String text = text(task.prompt(item));
    return method == Method.SPINE
        ? new Spine(paths, options, answer, own).search(item, text, prompt)
        : new Bisection(paths, options, samples, answer, own).search(item, text, prompt);
  }

  private static String text(Prompt prompt) {
    return switch (prompt) {
      case Prompt.Chat chat ->
          chat.messages().stream().map(Message::content).collect(Collectors.joining("\n\n"));
      case Prompt.Raw raw -> raw.text();
      default -> prompt.toString();
    };
  }
}

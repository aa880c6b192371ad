package io.github.phi4j.eval.pivotal;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.eval.Interval;
import io.github.phi4j.eval.Item;
import io.github.phi4j.eval.Seeds;
import io.github.phi4j.eval.Statistics;
import io.github.phi4j.eval.Task;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Finds pivotal tokens (section 4.3 of the Phi-4 report): tokens that change the success rate of an
 * answer substantially.
 *
 * <p>The search samples one answer and, at each token, continuations that leave it; see {@link
 * SuccessCurve}. That takes far fewer tokens than continuing after each token, and misses none.
 * Candidates are confirmed by fresh continuations, whose estimates are reported.
 *
 * <p>A search is worthwhile only for questions that are sometimes answered correctly; see {@link
 * #difficulty}. With a {@linkplain #folder folder}, an interrupted search of many questions
 * resumes, even after a crash, and leaves the same files as an uninterrupted one. Not thread-safe.
 */
public final class PivotalSearch {

  /** The method of estimating success along an answer. */
  public enum Method {
    /** By continuations that leave the answer. */
    SPINE,
    /** By bisection of the answer, as in the report, for comparison. */
    BISECT
  }

  private static final int BLOCK = 8;
  private static final int MAX_ANSWERS = 64;

  private static final long NO_BUDGET = Long.MAX_VALUE;

  /**
   * The progress of a search of many questions.
   *
   * @param done the number of finished questions
   * @param total the number of all questions
   * @param generated the number of tokens generated for them
   * @param curve the last question's curve; empty if it was skipped
   */
  public record Progress(int done, int total, long generated, Optional<SuccessCurve> curve) {}

  private final Generator model;
  private final Task task;
  private double gap = 0.2;
  private double alpha = 0.05;
  private long budget = NO_BUDGET;
  private long generated;
  private float temperature = 0.5f;
  private float topP = 1;
  private long seed;
  private int parallel = 32;
  private Method method = Method.SPINE;
  private int samples = 100;
  private String modelName = "model";
  private Optional<Path> folder = Optional.empty();
  private final Map<String, Object> extraSettings = new LinkedHashMap<>();
  private Consumer<Progress> listener = _ -> {};

  private PivotalSearch(Generator model, Task task) {
    this.model = model;
    this.task = task;
  }

  /**
   * Creates a search with a gap of 0.2 at temperature 0.5.
   *
   * @param model the model
   * @param task the task, which grades answers
   * @return the search, to be configured further
   */
  public static PivotalSearch of(Generator model, Task task) {
    return new PivotalSearch(model, task);
  }

  /**
   * Sets the minimum step of a pivotal token.
   *
   * @param value above 0 and below 1
   * @return this search
   */
  public PivotalSearch gap(double value) {
    gap = share("gap", value);
    return this;
  }

  /**
   * Sets the false discovery rate.
   *
   * @param value above 0 and below 1; 0.05 by default
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
   * Sets the maximum number of tokens that this search generates. The budget is checked before each
   * batch of continuations: at most {@link #parallel}, or 40, or with bisection those of one
   * estimate. The last batch may exceed it. A curve that it cuts short has {@linkplain
   * SuccessCurve.Status#UNDECIDED undecided} tokens.
   *
   * @param tokens the number; unlimited by default
   * @return this search
   */
  public PivotalSearch budget(long tokens) {
    budget = tokens;
    return this;
  }

  /**
   * Sets the temperature.
   *
   * @param value above 0; 0.5 by default
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
   * Sets top-p.
   *
   * @param value the cumulative probability to keep; 1 (all) by default
   * @return this search
   */
  public PivotalSearch topP(float value) {
    topP = value;
    return this;
  }

  /**
   * Sets the seed.
   *
   * @param value any number; 0 by default
   * @return this search
   */
  public PivotalSearch seed(long value) {
    seed = value;
    return this;
  }

  /**
   * Sets the number of concurrent continuations.
   *
   * @param value at least 1; 32 by default
   * @return this search
   */
  public PivotalSearch parallel(int value) {
    parallel = value;
    return this;
  }

  /**
   * Sets the method.
   *
   * @param value the method
   * @param count for {@link Method#BISECT}, the number of continuations per estimate
   * @return this search
   */
  public PivotalSearch method(Method value, int count) {
    method = value;
    samples = count;
    return this;
  }

  /**
   * Sets the name of the model in the folder.
   *
   * @param value its identity, such as its file and a fingerprint; "model" by default
   * @return this search
   */
  public PivotalSearch modelName(String value) {
    modelName = value;
    return this;
  }

  /**
   * Sets the folder for {@code run.json} and {@code curves.jsonl}. A search started there resumes.
   *
   * @param value the folder; without one, nothing is written
   * @return this search
   */
  public PivotalSearch folder(Path value) {
    folder = Optional.of(value);
    return this;
  }

  /**
   * Adds a setting that affects the result, such as a fingerprint of the data.
   *
   * @param name the setting's name
   * @param value its value, a text or number
   * @return this search
   */
  public PivotalSearch setting(String name, Object value) {
    extraSettings.put(name, value);
    return this;
  }

  /**
   * Sets a listener for progress, called after each question, including those already in the
   * folder.
   *
   * @param value the listener
   * @return this search
   */
  public PivotalSearch listener(Consumer<Progress> value) {
    listener = value;
    return this;
  }

  /**
   * Searches the answers to all questions of the task that are answered correctly 20 to 80 % of the
   * time.
   *
   * @return their curves, in the order of the questions; fewer if the budget ended
   * @throws IllegalArgumentException if the folder holds a search with other settings, or a
   *     question's answers cannot be searched
   * @throws java.util.concurrent.CancellationException if the thread is interrupted or the model
   *     closed; the folder keeps the results so far
   */
  public List<SuccessCurve> run() {
    return run(task.items(), true);
  }

  /**
   * Searches the answers to some questions, whatever their difficulty.
   *
   * @param items the questions
   * @return their curves, in their order; fewer if the budget ended
   * @throws IllegalArgumentException as for {@link #run()}
   * @throws java.util.concurrent.CancellationException as for {@link #run()}
   */
  public List<SuccessCurve> run(List<Item> items) {
    return run(items, false);
  }

  private List<SuccessCurve> run(List<Item> items, boolean choosing) {
    List<SuccessCurve> curves = new ArrayList<>();
    Optional<CurveLog> log = folder.map(path -> CurveLog.open(path, settings(items, choosing)));
    try {
      int done = 0;
      for (Item item : items) {
        Optional<CurveLog.Entry> known = log.flatMap(file -> file.next(item.id()));
        known.ifPresent(entry -> generated += entry.generated());
        if (known.isEmpty() && isSpent()) {
          break;
        }
        CurveLog.Entry entry = known.orElseGet(() -> entry(item, choosing));
        if (known.isEmpty()) {
          log.ifPresent(file -> file.add(entry));
        }
        if (entry.outcome() == CurveLog.Outcome.BUDGET_SPENT) {
          break;
        }
        Optional<SuccessCurve> curve = Optional.ofNullable(entry.curve());
        curve.ifPresent(curves::add);
        done++;
        listener.accept(new Progress(done, items.size(), generated, curve));
      }
    } finally {
      log.ifPresent(CurveLog::close);
    }
    return curves;
  }

  private CurveLog.Entry entry(Item item, boolean choosing) {
    long before = generated;
    Difficulty difficulty = choosing ? measure(item) : new Difficulty(0, 0);
    CurveLog.Outcome outcome = choosing ? outcome(difficulty) : CurveLog.Outcome.SEARCHED;
    SuccessCurve curve = outcome == CurveLog.Outcome.SEARCHED ? search(item) : null;
    return new CurveLog.Entry(
        item.id(), outcome, difficulty.right, difficulty.asked, generated - before, curve);
  }

  private CurveLog.Outcome outcome(Difficulty difficulty) {
    if (difficulty.isKnown() && !difficulty.isMedium()) {
      return CurveLog.Outcome.PASSED_OVER;
    }
    return isSpent() ? CurveLog.Outcome.BUDGET_SPENT : CurveLog.Outcome.SEARCHED;
  }

  private Map<String, Object> settings(List<Item> items, boolean choosing) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("task", task.name());
    settings.put("version", task.version());
    settings.put("model", modelName);
    settings.put("items", choosing ? "all" : items.stream().map(Item::id).toList());
    settings.put("gap", gap);
    settings.put("alpha", alpha);
    settings.put("budget", budget == NO_BUDGET ? "none" : budget);
    settings.put("parallel", budget == NO_BUDGET ? "any" : parallel);
    settings.put("temperature", Float.toString(temperature));
    settings.put("top_p", Float.toString(topP));
    settings.put("seed", seed);
    settings.put("method", method.name());
    settings.put("samples", method == Method.BISECT ? samples : "as needed");
    settings.putAll(extraSettings);
    return settings;
  }

  /**
   * Returns the number of tokens generated so far, including those of the folder.
   *
   * @return the number
   */
  public long generated() {
    return generated;
  }

  /**
   * Returns whether the budget is spent.
   *
   * @return whether nothing more is generated
   */
  public boolean isSpent() {
    return generated >= budget;
  }

  /** The answers sampled to decide whether a question is worth a search. */
  private record Difficulty(int right, int asked) {
    boolean isKnown() {
      Interval interval = Statistics.wilson(right, asked, Statistics.Z95);
      return asked >= MAX_ANSWERS
          || interval.high() < 0.2
          || interval.low() > 0.8
          || (asked >= 2 * BLOCK && right % asked == 0);
    }

    boolean isMedium() {
      return asked >= MAX_ANSWERS && share() >= 0.2 && share() <= 0.8;
    }

    double share() {
      return right / (double) asked;
    }
  }

  private Difficulty measure(Item item) {
    GeneratorPaths paths = new GeneratorPaths(model, task, item, temperature, topP);
    Difficulty found = new Difficulty(0, 0);
    do {
      int asked = found.asked + BLOCK;
      long own = Seeds.of(seed, "difficulty of " + item.id()) + asked;
      int right =
          (int) paths.rollOut(new int[0], BLOCK, own).stream().filter(Paths.Path::right).count();
      found = new Difficulty(found.right + right, asked);
    } while (!found.isKnown() && generated + paths.generated() < budget);
    generated += paths.generated();
    return found;
  }

  /**
   * Estimates how often a question is answered correctly, just precisely enough to know whether the
   * rate is from 0.2 to 0.8: sampling stops once the confidence interval is outside that range, or
   * the budget is spent.
   *
   * @param item the question
   * @return the success rate; empty if it is outside the range or unknown
   */
  public Optional<Double> difficulty(Item item) {
    Difficulty difficulty = measure(item);
    return difficulty.isMedium() ? Optional.of(difficulty.share()) : Optional.empty();
  }

  /**
   * Samples an answer to a question and finds its pivotal tokens.
   *
   * @param item the question
   * @return the answer's success curve
   * @throws IllegalArgumentException if the question's answers cannot be searched
   * @throws java.util.concurrent.CancellationException if the thread is interrupted or the model
   *     closed
   */
  public SuccessCurve search(Item item) {
    GeneratorPaths paths = new GeneratorPaths(model, task, item, temperature, topP);
    long own = Seeds.of(seed, "answer to " + item.id());
    Paths.Path answer = paths.rollOut(new int[0], 1, own).getFirst();
    long left = budget == NO_BUDGET ? NO_BUDGET : budget - generated;
    SearchOptions options = new SearchOptions(gap, alpha, left, parallel);
    int[] prompt = paths.prompt();
    String text = text(task.prompt(item));
    SuccessCurve curve =
        method == Method.SPINE
            ? new Spine(paths, options, answer, own).search(item, text, prompt)
            : new Bisection(paths, options, samples, answer, own).search(item, text, prompt);
    generated += curve.generated();
    return curve;
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

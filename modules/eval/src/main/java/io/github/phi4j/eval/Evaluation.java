package io.github.phi4j.eval;

import io.github.phi4j.api.Completer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Evaluates a model by repeated sampling, as in the Phi-4 report: each question is sampled several
 * times, and the result has error bars.
 *
 * <pre>{@code
 * EvalResult result = Evaluation.of(generator, task).runs(10).temperature(0.5f).run();
 * }</pre>
 *
 * <p>The prompt of a question is computed once for all its runs, and replies are batched. Each
 * reply depends only on the seed, its item's id and its run: with a {@linkplain #folder folder}, an
 * interrupted evaluation resumes, even after a crash, and produces the same files as an
 * uninterrupted one. Not thread-safe.
 */
public final class Evaluation {

  private static final int CHUNK = 8;

  /** The minimum number of questions for an estimate of all, even if their replies are alike. */
  private static final int MIN_QUESTIONS = 30;

  private static final String NO_LIMIT = "none";

  /** The minimum time between progress reports, since each examines all samples. */
  private static final long INTERVAL = 500_000_000;

  private final Completer model;
  private final Task task;
  private String modelName = "model";
  private int runs = 1;
  private float temperature = 0.5f;
  private float topP = 1;
  private long seed;
  private int limit = Integer.MAX_VALUE;
  private OptionalDouble until = OptionalDouble.empty();
  private OptionalLong budget = OptionalLong.empty();
  private Optional<Path> folder = Optional.empty();
  private int parallel = 32;
  private Set<Exact> exact = EnumSet.allOf(Exact.class);
  private final Map<String, Object> extraSettings = new LinkedHashMap<>();
  private Consumer<Progress> listener = _ -> {};

  private Evaluation(Completer model, Task task) {
    this.model = model;
    this.task = task;
  }

  /**
   * Creates an evaluation of one run at temperature 0.5.
   *
   * @param model the model; it must allow calls from several threads, as generators do
   * @param task the task
   * @return the evaluation, to be configured further
   */
  public static Evaluation of(Completer model, Task task) {
    return new Evaluation(model, task);
  }

  /**
   * Sets the name of the model in the results.
   *
   * @param value its identity, such as its file and a fingerprint; "model" by default
   * @return this evaluation
   */
  public Evaluation modelName(String value) {
    modelName = value;
    return this;
  }

  /**
   * Sets the number of samples per question.
   *
   * @param value at least 1, the default
   * @return this evaluation
   */
  public Evaluation runs(int value) {
    runs = atLeastOne("runs", value);
    return this;
  }

  /**
   * Sets the temperature.
   *
   * @param value 0 (greedy) or above; 0.5 by default
   * @return this evaluation
   */
  public Evaluation temperature(float value) {
    temperature = value;
    return this;
  }

  /**
   * Sets top-p.
   *
   * @param value the cumulative probability to keep, above 0; 1 (all) by default
   * @return this evaluation
   */
  public Evaluation topP(float value) {
    topP = value;
    return this;
  }

  /**
   * Sets the seed, from which the seeds of replies are derived.
   *
   * @param value any number; 0 by default
   * @return this evaluation
   */
  public Evaluation seed(long value) {
    seed = value;
    return this;
  }

  /**
   * Limits the evaluation to the first questions of the data.
   *
   * @param value at least 1; all by default
   * @return this evaluation
   */
  public Evaluation limit(int value) {
    limit = atLeastOne("limit", value);
    return this;
  }

  /**
   * Ends the evaluation early, once two standard errors of the score are small enough: the error of
   * the runs, combined with that of sampling questions until all are asked; with one run, the error
   * of the questions alone. Questions are asked in random order, so that the estimate is unbiased.
   *
   * @param points two standard errors, in percentage points for scores from 0 to 1
   * @return this evaluation
   */
  public Evaluation until(double points) {
    until = OptionalDouble.of(points);
    return this;
  }

  /**
   * Stops the evaluation after a number of generated tokens. The budget is checked before each
   * batch of at most {@link #parallel} replies, or 8 to one question. The last batch may exceed it.
   *
   * @param tokens the number
   * @return this evaluation
   */
  public Evaluation budget(long tokens) {
    budget = OptionalLong.of(tokens);
    return this;
  }

  /**
   * Sets the output folder. An evaluation started there resumes.
   *
   * @param value the folder; without one, nothing is written
   * @return this evaluation
   */
  public Evaluation folder(Path value) {
    folder = Optional.of(value);
    return this;
  }

  /**
   * Sets the number of concurrent replies.
   *
   * @param value at least 1; 32 by default
   * @return this evaluation
   */
  public Evaluation parallel(int value) {
    parallel = atLeastOne("parallel", value);
    return this;
  }

  /**
   * Sets the uses of the engine's probabilities.
   *
   * @param value the uses; all by default
   * @return this evaluation
   */
  public Evaluation exact(Set<Exact> value) {
    exact = value.isEmpty() ? EnumSet.noneOf(Exact.class) : EnumSet.copyOf(value);
    return this;
  }

  /**
   * Adds a setting that affects the result, such as a fingerprint of the data.
   *
   * @param name the setting's name
   * @param value its value, a text or number
   * @return this evaluation
   */
  public Evaluation setting(String name, Object value) {
    extraSettings.put(name, value);
    return this;
  }

  /**
   * Sets a listener for progress, called after each batch of replies.
   *
   * @param value the listener, which must be quick
   * @return this evaluation
   */
  public Evaluation listener(Consumer<Progress> value) {
    listener = value;
    return this;
  }

  private static int atLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1: " + value);
    }
    return value;
  }

  /**
   * Runs or resumes the evaluation.
   *
   * @return the result
   * @throws IllegalArgumentException if the folder has a run with other settings, or an option is
   *     invalid
   * @throws java.util.concurrent.CancellationException if the thread is interrupted or the model
   *     closed; the folder keeps the results so far
   */
  public EvalResult run() {
    Optional<RunFolder> run = folder.map(RunFolder::of);
    run.ifPresent(files -> files.begin(settings()));
    EvalResult result;
    try (Samples samples = new Samples(task, run)) {
      result = compute(samples);
    }
    run.ifPresent(files -> files.finish(task, result));
    return result;
  }

  private Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("task", task.name());
    settings.put("version", task.version());
    settings.put("metric", task.metric());
    settings.put("model", modelName);
    settings.put("runs", runs);
    settings.put("temperature", Float.toString(temperature));
    settings.put("top_p", Float.toString(topP));
    settings.put("seed", seed);
    settings.put("limit", limit == Integer.MAX_VALUE ? "all" : limit);
    settings.put("until", until.isPresent() ? until.getAsDouble() : NO_LIMIT);
    settings.put("budget", budget.isPresent() ? budget.getAsLong() : NO_LIMIT);
    settings.put("parallel", until.isPresent() || budget.isPresent() ? parallel : "any");
    settings.put("exact", exact.toString());
    settings.put("secret", task.secret());
    settings.putAll(extraSettings);
    return settings;
  }

  private EvalResult compute(Samples samples) {
    List<Runs> units = units();
    int total = units.stream().mapToInt(Runs::count).sum();
    boolean mayEndEarly = until.isPresent() || budget.isPresent();
    int wave = mayEndEarly ? Math.max(1, parallel / Math.min(CHUNK, runs)) : units.size();
    List<Runs> done = new ArrayList<>();
    Meter meter = new Meter(total, samples);
    Interview interview = new Interview(model, task, seed, temperature, topP, exact);
    for (int from = 0; from < units.size(); from += wave) {
      List<Runs> next = units.subList(from, Math.min(units.size(), from + wave));
      List<Runs> missing = next.stream().flatMap(unit -> samples.missing(unit).stream()).toList();
      Batch.run(
          missing, Runs::count, parallel, unit -> meter.add(samples.add(interview.ask(unit))));
      done.addAll(next);
      if (mayEndEarly && isEnough(samples.of(done))) {
        break;
      }
    }
    return result(samples.of(done));
  }

  private List<Runs> units() {
    List<Item> items = new ArrayList<>(task.items());
    if (items.isEmpty()) {
      throw new IllegalArgumentException("task " + task.name() + " has no items");
    }
    items = items.subList(0, Math.min(limit, items.size()));
    Map<String, Long> order = new HashMap<>();
    items.forEach(item -> order.put(item.id(), Seeds.of(seed, "order of " + item.id())));
    List<Item> shuffled =
        items.stream().sorted(Comparator.comparing(item -> order.get(item.id()))).toList();
    List<Runs> units = new ArrayList<>();
    for (int first = 0; first < runs; first += CHUNK) {
      for (Item item : shuffled) {
        int repeats = task.alternatives(item).isEmpty() ? runs : 1;
        if (first < repeats) {
          units.add(new Runs(item, first, Math.min(CHUNK, repeats - first)));
        }
      }
    }
    return units;
  }

  private boolean isEnough(List<Sample> samples) {
    EvalResult soFar = result(samples);
    if (budget.isPresent() && soFar.tokens() >= budget.getAsLong()) {
      return true;
    }
    boolean share =
        soFar.samples().stream().noneMatch(s -> s.grade().measures().containsKey(task.metric()));
    return until.isPresent() && twoErrors(soFar.score()) * (share ? 100 : 1) <= until.getAsDouble();
  }

  /**
   * Two standard errors of the score of all questions. While some have not been asked, this
   * includes the error of sampling questions, from the interval, which has a width even if all
   * replies are alike.
   */
  private double twoErrors(Estimate score) {
    int all = Math.min(limit, task.items().size());
    if (score.groups() < MIN_QUESTIONS && score.questions() < all) {
      return Double.POSITIVE_INFINITY;
    }
    double questions = (score.high() - score.low()) / 2;
    double notAsked = 1 - score.questions() / (double) all;
    return runs > 1 ? Math.hypot(2 * score.runError(), Math.sqrt(notAsked) * questions) : questions;
  }

  private EvalResult result(List<Sample> samples) {
    Map<String, Integer> numbers = RunFolder.numbers(task);
    List<Sample> sorted =
        samples.stream()
            .sorted(
                Comparator.comparing((Sample sample) -> numbers.get(sample.item().id()))
                    .thenComparingInt(Sample::run))
            .toList();
    return new EvalResult(task.name(), task.version(), task.metric(), settings(), sorted);
  }

  /** Reports progress to the listener. */
  private final class Meter {
    private final int total;
    private final Samples samples;
    private final AtomicInteger computed = new AtomicInteger();
    private final long start = System.nanoTime();
    private long reported = start - INTERVAL;

    Meter(int total, Samples samples) {
      this.total = total;
      this.samples = samples;
    }

    synchronized void add(int count) {
      int now = computed.addAndGet(count);
      boolean last = samples.size() >= total;
      if (System.nanoTime() - reported < INTERVAL && !last) {
        return;
      }
      reported = System.nanoTime();
      List<Sample> all = samples.all();
      listener.accept(
          new Progress(
              all.size(),
              total,
              now,
              Duration.ofNanos(System.nanoTime() - start),
              result(all).score()));
    }
  }
}

package io.github.phi4j.eval;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.eval.data.DataException;
import io.github.phi4j.eval.data.RunLog;
import io.github.phi4j.eval.internal.Json;
import io.github.phi4j.eval.internal.WholeFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The folder of an evaluation: {@code run.json} with everything that determines the result, {@code
 * samples_TASK.jsonl} with all replies, and {@code results.json}. An interrupted run resumes in it;
 * a run with other settings is refused.
 */
public final class RunFolder {

  private static final String SETTINGS = "run.json";
  private static final String RESULTS = "results.json";

  private final Path path;

  private RunFolder(Path path) {
    this.path = path;
  }

  /**
   * Returns a run folder.
   *
   * @param path its path, whether or not it exists
   * @return the folder
   */
  public static RunFolder of(Path path) {
    return new RunFolder(path);
  }

  /**
   * Creates the folder and writes its settings, or compares them with existing ones.
   *
   * @param settings everything that determines the folder's contents, by name
   * @throws IllegalArgumentException if settings differ; the message names them
   * @throws UncheckedIOException if the folder cannot be written
   */
  public void begin(Map<String, Object> settings) {
    Path file = path.resolve(SETTINGS);
    try {
      Files.createDirectories(path);
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": the folder cannot be created: " + e.getMessage(), e);
    }
    JsonNode wanted = Json.parse(Json.line(Json.tree(settings)), false, "settings");
    if (!Files.exists(file)) {
      WholeFile.write(file, Json.pretty(wanted));
      return;
    }
    JsonNode found = Json.read(file);
    List<String> differences = new ArrayList<>();
    wanted
        .fieldNames()
        .forEachRemaining(name -> {
          if (!wanted.get(name).equals(found.get(name))) {
            differences.add(
                name + " (there " + found.get(name) + ", here " + wanted.get(name) + ")");
          }
        });
    if (!differences.isEmpty()) {
      throw new IllegalArgumentException(
          path
              + ": found a run with other settings: "
              + String.join(", ", differences)
              + ". Choose another folder, or the same settings to continue it");
    }
  }

  private Path samplesFile(String task) {
    return path.resolve("samples_" + task + ".jsonl");
  }

  /** Opens the sample log. */
  RunLog log(Task task) {
    return RunLog.open(samplesFile(task.name()));
  }

  /** Returns the logged samples for the items of a task. */
  List<Sample> samples(RunLog log, Task task) {
    Map<String, Item> items =
        task.items().stream().collect(Collectors.toMap(Item::id, item -> item));
    List<Sample> samples = new ArrayList<>();
    for (Map<String, Object> entry : log.found()) {
      Item item = items.get(String.valueOf(entry.get("item")));
      if (item == null) {
        throw new DataException(
            samplesFile(task.name())
                + ": found an item '"
                + entry.get("item")
                + "' that the task does not have");
      }
      samples.add(Sample.of(entry, item, samplesFile(task.name()).toString()));
    }
    return samples;
  }

  /** Writes the samples in order, and the results. */
  void finish(Task task, EvalResult result) {
    Map<String, Integer> numbers = numbers(task);
    StringBuilder lines = new StringBuilder();
    for (Sample sample : result.samples()) {
      lines.append(Json.line(Json.tree(sample.toRecord(task, numbers.get(sample.item().id())))));
      lines.append('\n');
    }
    WholeFile.write(samplesFile(task.name()), lines);
    WholeFile.write(path.resolve(RESULTS), Json.pretty(results(result)));
  }

  static Map<String, Integer> numbers(Task task) {
    Map<String, Integer> numbers = new HashMap<>();
    task.items().forEach(item -> numbers.put(item.id(), numbers.size()));
    return numbers;
  }

  static String promptText(Task task, Item item) {
    return switch (task.prompt(item)) {
      case Prompt.Raw raw -> raw.text();
      case Prompt.Tokens tokens -> Arrays.toString(tokens.ids());
      case Prompt.Chat chat ->
          chat.messages().stream().map(RunFolder::messageText).collect(Collectors.joining("\n\n"));
      case Prompt other -> other.toString();
    };
  }

  private static String messageText(Message message) {
    return message.role() == Message.Role.USER
        ? message.content()
        : message.role().name().toLowerCase(java.util.Locale.ROOT) + ": " + message.content();
  }

  /**
   * Reads a finished or interrupted run, without the task's data.
   *
   * @return its result
   * @throws IllegalArgumentException if there is none, or a file is damaged
   */
  public EvalResult read() {
    Map<String, Object> settings = Json.map(Json.read(path.resolve(SETTINGS)));
    String task = String.valueOf(settings.get("task"));
    Path file = samplesFile(task);
    List<Sample> samples = new ArrayList<>();
    try {
      long number = 0;
      for (String line : Files.readString(file, UTF_8).split("\n", 0)) {
        number++;
        Map<String, Object> entry = Json.map(Json.parse(line, false, file + ", line " + number));
        @SuppressWarnings("unchecked")
        Map<String, Object> doc = (Map<String, Object>) entry.get("doc");
        Item item = new Item(String.valueOf(entry.get("item")), group(entry), doc);
        samples.add(Sample.of(entry, item, file.toString()));
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(file + ": cannot be read: " + e.getMessage(), e);
    }
    return new EvalResult(
        task,
        String.valueOf(settings.get("version")),
        String.valueOf(settings.get("metric")),
        settings,
        samples);
  }

  private static String group(Map<String, Object> entry) {
    return String.valueOf(entry.getOrDefault("group", entry.get("item")));
  }

  /**
   * Regrades the replies of a run, without a model, and rewrites samples and results.
   *
   * @param task the current task
   * @return the new result
   * @throws IllegalArgumentException if the folder has no run of the task
   */
  public EvalResult rescore(Task task) {
    Map<String, Object> settings = Json.map(Json.read(path.resolve(SETTINGS)));
    if (!task.name().equals(settings.get("task"))) {
      throw new IllegalArgumentException(
          path
              + ": found a run of the task '"
              + settings.get("task")
              + "'; expected '"
              + task.name()
              + "'");
    }
    settings.put("version", task.version());
    List<Sample> samples;
    try (RunLog log = log(task)) {
      samples =
          samples(log, task).stream()
              .map(s ->
                  new Sample(
                      s.item(),
                      s.prompt(),
                      s.run(),
                      s.seed(),
                      s.reply(),
                      task.grade(s.item(), s.reply())))
              .toList();
    }
    EvalResult result =
        new EvalResult(task.name(), task.version(), task.metric(), settings, samples);
    finish(task, result);
    WholeFile.write(path.resolve(SETTINGS), Json.pretty(Json.tree(settings)));
    return result;
  }

  /** Returns the results in lm-evaluation-harness's format, with additional values separately. */
  static ObjectNode results(EvalResult result) {
    String task = result.task();
    ObjectNode root = Json.object();
    ObjectNode values = root.putObject("results").putObject(task);
    values.put("alias", task);
    ObjectNode own = Json.object();
    ObjectNode estimates = own.putObject("estimates");
    result
        .estimates()
        .forEach((metric, estimate) -> {
          put(values, metric + ",none", estimate.value());
          put(values, metric + "_stderr,none", estimate.questionError());
          ObjectNode node = estimates.putObject(metric);
          put(node, "value", estimate.value());
          put(node, "stderr_runs", estimate.runError());
          put(node, "stderr_questions", estimate.questionError());
          put(node, "low95", estimate.low());
          put(node, "high95", estimate.high());
          node.put("questions", estimate.questions());
          node.put("groups", estimate.groups());
          node.put("samples", estimate.samples());
        });
    ObjectNode passes = own.putObject("pass_at_k");
    result.passAtK().forEach((k, value) -> passes.put(k.toString(), value));
    ObjectNode majorities = own.putObject("majority_at_k");
    result.majorityAtK().forEach((k, value) -> majorities.put(k.toString(), value));
    ObjectNode statuses = own.putObject("statuses");
    result.statuses().forEach((status, count) -> statuses.put(status.name(), count));
    own.put("tokens", result.tokens());
    root.putObject("group_subtasks").putArray(task);
    ObjectNode config = root.putObject("configs").putObject(task);
    config.put("task", task);
    config.set("metadata", Json.object().put("version", result.version()));
    root.putObject("versions").put(task, result.version());
    root.putObject("n-shot").put(task, 0);
    int questions = result.questions().size();
    root.putObject("n-samples")
        .putObject(task)
        .put("original", questions)
        .put("effective", questions);
    root.set("config", Json.tree(result.settings()));
    root.putObject("phi4j").set(task, own);
    return root;
  }

  private static void put(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.put(name, "N/A");
    }
  }
}

package io.github.phi4j.eval;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.phi4j.eval.internal.Json;
import io.github.phi4j.eval.internal.WholeFile;
import io.github.phi4j.eval.pivotal.SuccessCurve;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * An HTML report: one self-contained file, in light and dark. It also contains its data as JSON, in
 * the element {@code data}.
 */
public final class Report {

  private final List<EvalResult> results;
  private final Map<String, TaskDefinition> definitions;
  private boolean showSecret;

  private Report(List<EvalResult> results, Map<String, TaskDefinition> definitions) {
    this.results = List.copyOf(results);
    this.definitions = Map.copyOf(definitions);
  }

  /**
   * Creates a report.
   *
   * @param results the results
   * @param definitions the tasks' definitions by name, for published values; may be empty
   * @return the report
   */
  public static Report of(List<EvalResult> results, Map<String, TaskDefinition> definitions) {
    return new Report(results, definitions);
  }

  /**
   * Sets whether to show texts whose authors ask not to publish them.
   *
   * @param value false by default
   * @return this report
   */
  public Report showSecret(boolean value) {
    showSecret = value;
    return this;
  }

  /**
   * Writes the page.
   *
   * @param file the file, which is replaced atomically
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public void write(Path file) {
    write(file, data());
  }

  /** Writes a page for some data. */
  static void write(Path file, ObjectNode data) {
    // Only these could end a script element.
    String json = Json.line(data).replace("<", "\\u003c");
    WholeFile.write(file, TaskDefinition.resource("report.html").replace("{{data}}", json));
  }

  private ObjectNode data() {
    ObjectNode data = Json.object();
    ArrayNode list = data.putArray("results");
    results.forEach(result -> list.add(result(result)));
    ArrayNode comparisons = data.putArray("comparisons");
    for (int i = 0; i < results.size(); i++) {
      for (int j = i + 1; j < results.size(); j++) {
        if (results.get(i).task().equals(results.get(j).task())) {
          comparisons.add(comparison(i, j));
        }
      }
    }
    return data;
  }

  /**
   * Writes a page of success curves: each answer is coloured by the success probability after each
   * token, and pivotal tokens are marked.
   *
   * @param curves the curves
   * @param file the file, which is replaced atomically
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public static void writePivotal(List<SuccessCurve> curves, Path file) {
    ObjectNode data = Json.object();
    ArrayNode list = data.putArray("pivotal");
    curves.forEach(curve -> list.add(curve(curve)));
    write(file, data);
  }

  private static ObjectNode curve(SuccessCurve curve) {
    ObjectNode node = Json.object();
    node.put("item", curve.item().id()).put("prompt", curve.prompt());
    node.put("success", curve.success()).put("start", curve.start());
    node.put("startError", curve.startError()).put("skipped", curve.skipped());
    node.put("rollouts", curve.rollouts()).put("generated", curve.generated());
    ArrayNode tokens = node.putArray("tokens");
    for (SuccessCurve.Point point : curve.points()) {
      ObjectNode token = tokens.addObject().put("text", point.text());
      token.put("probability", point.probability());
      token.put("before", point.before()).put("after", point.after());
      token.put("error", point.afterError()).put("stepError", point.error());
      token.put("pivotal", point.status() == SuccessCurve.Status.PIVOTAL);
      token.put("undecided", point.status() == SuccessCurve.Status.UNDECIDED);
      ArrayNode alternatives = token.putArray("alternatives");
      for (SuccessCurve.Alternative other : point.alternatives()) {
        ObjectNode alternative = alternatives.addObject().put("text", other.text());
        alternative.put("probability", other.probability()).put("success", other.success());
        alternative.put("rollouts", other.rollouts());
      }
    }
    return node;
  }

  private ObjectNode comparison(int first, int second) {
    Comparison comparison = Comparison.of(results.get(first), results.get(second));
    ObjectNode node = Json.object().put("first", first).put("second", second);
    node.put("difference", comparison.difference());
    number(node, "error", comparison.error());
    node.put("p", comparison.pValue());
    ArrayNode pairs = node.putArray("pairs");
    comparison
        .questions()
        .forEach(pair -> pairs.addArray().add(pair.item()).add(pair.first()).add(pair.second()));
    return node;
  }

  private ObjectNode result(EvalResult result) {
    ObjectNode node = Json.object();
    node.put("task", result.task());
    node.put("metric", result.metric());
    node.put("model", String.valueOf(result.settings().getOrDefault("model", "model")));
    node.set("settings", Json.tree(result.settings()));
    ObjectNode estimates = node.putObject("estimates");
    result
        .estimates()
        .forEach((metric, estimate) -> {
          ObjectNode value = estimates.putObject(metric).put("value", estimate.value());
          number(value, "runs", estimate.runError());
          number(value, "questions", estimate.questionError());
          number(value, "low", estimate.low());
          number(value, "high", estimate.high());
        });
    node.set("statuses", Json.tree(result.statuses()));
    node.set("pass", Json.tree(result.passAtK()));
    node.set("majority", Json.tree(result.majorityAtK()));
    node.put("tokens", result.tokens());
    TaskDefinition definition = definitions.get(result.task());
    if (definition != null) {
      node.set("paper", Json.tree(definition.paper()));
      node.put("paperSetting", definition.paperSetting());
    }
    boolean hidden = Boolean.TRUE.equals(result.settings().get("secret")) && !showSecret;
    node.put("hidden", hidden);
    ArrayNode questions = node.putArray("questions");
    result.questions().values().forEach(samples -> questions.add(question(samples, hidden)));
    return node;
  }

  private static ObjectNode question(List<Sample> samples, boolean hidden) {
    Sample first = samples.getFirst();
    ObjectNode node = Json.object().put("id", first.item().id());
    node.put("prompt", hidden ? "" : first.prompt());
    node.put("key", hidden ? "" : String.join(" | ", first.item().texts(Scorer.KEY)));
    double score = samples.stream().mapToDouble(s -> s.grade().score()).average().orElseThrow();
    Interval interval = Statistics.wilson(score * samples.size(), samples.size(), Statistics.Z95);
    node.put("score", score).put("low", interval.low()).put("high", interval.high());
    ArrayNode replies = node.putArray("replies");
    for (Sample sample : samples) {
      ObjectNode reply = replies.addObject();
      reply.put("text", hidden ? "" : sample.reply().text());
      reply.put("extracted", hidden ? "" : sample.grade().extracted());
      reply.put("status", sample.grade().status().name());
      reply.put("score", sample.grade().score());
      reply.put("why", hidden ? "" : sample.grade().why());
      reply.put("tokens", sample.reply().tokens());
      reply.put("finish", sample.reply().finishReason().name());
    }
    return node;
  }

  private static void number(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.putNull(name);
    }
  }
}

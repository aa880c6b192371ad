package io.github.phi4j.eval.synth;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.phi4j.api.Completer;
import io.github.phi4j.eval.Batch;
import io.github.phi4j.eval.RunFolder;
import io.github.phi4j.eval.data.Records;
import io.github.phi4j.eval.data.RunLog;
import io.github.phi4j.eval.internal.Json;
import io.github.phi4j.eval.internal.WholeFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/**
 * A recipe that generates training data from seeds, as in section 2 and appendix A of the Phi-4
 * report. A workflow is a file of steps; a JSON schema constrains the reply of each step, so it can
 * always be parsed.
 *
 * <p>The folder of a run has {@code run.json}, {@code records.jsonl} (each record with its lineage:
 * source, steps, seeds, verdicts, and the reason why it was kept or dropped) and {@code
 * outputs.jsonl}. An interrupted run resumes in it. Not thread-safe during configuration.
 */
public final class Workflow {

  private static final List<String> BUILT_IN =
      List.of(
          "reversal",
          "revision",
          "conversation",
          "questions",
          "plurality",
          "middle",
          "refusals",
          "preferences");
  private static final String RECORDS = "records.jsonl";

  private final Recipe recipe;
  private final String hash;
  private OptionalInt rounds = OptionalInt.empty();
  private int votes = 5;
  private float temperature = 0.7f;
  private long seed;
  private int parallel = 16;
  private int maxTokens = 1024;
  private BiConsumer<Integer, Integer> listener = (_, _) -> {};

  private Workflow(Recipe recipe, String hash) {
    this.recipe = recipe;
    this.hash = hash;
  }

  /**
   * Returns the names of the built-in workflows.
   *
   * @return the names
   */
  public static List<String> builtIn() {
    return BUILT_IN;
  }

  /**
   * Returns the file of a built-in workflow, as a template.
   *
   * @param name its name
   * @return the YAML text
   * @throws IllegalArgumentException if there is no workflow of this name
   */
  public static String text(String name) {
    if (!BUILT_IN.contains(name)) {
      throw new IllegalArgumentException(
          "found the workflow '"
              + name
              + "'; expected a file (.yaml, .json) or one of "
              + String.join(", ", BUILT_IN));
    }
    try (InputStream stream = Workflow.class.getResourceAsStream(name + ".yaml")) {
      if (stream == null) {
        throw new IllegalStateException("the resource " + name + ".yaml is missing");
      }
      return new String(stream.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns a built-in workflow.
   *
   * @param name its name
   * @return the workflow
   * @throws IllegalArgumentException if there is no workflow of this name
   */
  public static Workflow of(String name) {
    return parse(Json.parse(text(name), true, "workflow " + name), "workflow " + name);
  }

  /**
   * Reads a workflow file.
   *
   * @param file a YAML or JSON file
   * @return the workflow
   * @throws IllegalArgumentException if the file is invalid; the message has the position
   */
  public static Workflow read(Path file) {
    return parse(Json.read(file), file.toString());
  }

  private static Workflow parse(JsonNode node, String place) {
    try {
      return new Workflow(Json.mapper().treeToValue(node, Recipe.class), Json.hash(node));
    } catch (JsonMappingException e) {
      Throwable reason = e.getCause() == null ? e : e.getCause();
      String message =
          reason instanceof JsonProcessingException json
              ? json.getOriginalMessage()
              : String.valueOf(reason.getMessage());
      throw new IllegalArgumentException(
          place + ": " + message.lines().findFirst().orElse(message), e);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(place + ": " + e.getOriginalMessage(), e);
    }
  }

  /**
   * Returns a description of the workflow and its input.
   *
   * @return a sentence or two
   */
  public String description() {
    return recipe.description() + " Input: " + recipe.input();
  }

  /**
   * Sets the number of repetitions of steps with rounds.
   *
   * @param value at least 1; by default, as in the file
   * @return this workflow
   */
  public Workflow rounds(int value) {
    rounds = OptionalInt.of(value);
    return this;
  }

  /**
   * Sets the number of replies per voting step.
   *
   * @param value at least 1; 5 by default
   * @return this workflow
   */
  public Workflow votes(int value) {
    votes = value;
    return this;
  }

  /**
   * Sets the temperature.
   *
   * @param value 0 or above; 0.7 by default
   * @return this workflow
   */
  public Workflow temperature(float value) {
    temperature = value;
    return this;
  }

  /**
   * Sets the seed.
   *
   * @param value any number; 0 by default
   * @return this workflow
   */
  public Workflow seed(long value) {
    seed = value;
    return this;
  }

  /**
   * Sets the number of concurrent records.
   *
   * @param value at least 1; 16 by default
   * @return this workflow
   */
  public Workflow parallel(int value) {
    parallel = value;
    return this;
  }

  /**
   * Sets the maximum number of tokens per reply; a record with a longer reply is dropped.
   *
   * @param value at least 1; 1,024 by default
   * @return this workflow
   */
  public Workflow maxTokens(int value) {
    maxTokens = value;
    return this;
  }

  /**
   * Sets a listener for progress.
   *
   * @param value receives the number of finished records and the total
   * @return this workflow
   */
  public Workflow listener(BiConsumer<Integer, Integer> value) {
    listener = value;
    return this;
  }

  /**
   * Runs or resumes the workflow.
   *
   * @param model the model
   * @param judge the model for grading steps; may be the same
   * @param modelNames the identity of both
   * @param input the seeds
   * @param folder the output folder
   * @return the number of kept records
   * @throws IllegalArgumentException if the folder has another run, or the input or the workflow is
   *     invalid
   * @throws java.util.concurrent.CancellationException if the thread is interrupted; the folder
   *     keeps the results so far
   */
  public int run(Completer model, Completer judge, String modelNames, Path input, Path folder) {
    List<Map<String, Object>> seeds = Records.read(input, List.of());
    RunFolder.of(folder).begin(settings(modelNames, seeds));
    StepRunner runner = new StepRunner(model, judge, seed, temperature, maxTokens, votes);
    Map<Integer, Map<String, Object>> done = new ConcurrentHashMap<>();
    try (RunLog log = RunLog.open(folder.resolve(RECORDS))) {
      log.found().forEach(entry -> done.put(((Number) entry.get("number")).intValue(), entry));
      List<Integer> missing =
          IntStream.range(0, seeds.size()).filter(i -> !done.containsKey(i)).boxed().toList();
      Batch.run(
          missing,
          _ -> 1,
          parallel,
          number -> {
            Map<String, Object> made = make(number, seeds.get(number), runner);
            log.append(made);
            log.force();
            done.put(number, made);
            listener.accept(done.size(), seeds.size());
          });
    }
    return finish(folder, done);
  }

  private Map<String, Object> settings(String modelNames, List<Map<String, Object>> seeds) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("workflow", recipe.name());
    settings.put("version", recipe.version());
    settings.put("prompts", hash);
    settings.put("model", modelNames);
    settings.put("input", Json.hash(Json.tree(seeds)));
    settings.put("rounds", rounds.isPresent() ? rounds.getAsInt() : "as the file says");
    settings.put("votes", votes);
    settings.put("temperature", Float.toString(temperature));
    settings.put("max_tokens", maxTokens);
    settings.put("seed", seed);
    return settings;
  }

  private Map<String, Object> make(int number, Map<String, Object> source, StepRunner runner) {
    String place = "record " + number;
    Map<String, Object> context = new LinkedHashMap<>(source);
    context.putAll(recipe.start());
    Map<String, Object> made = new LinkedHashMap<>();
    made.put("number", number);
    made.put("source", Json.hash(Json.tree(source)));
    made.put("workflow", recipe.name() + " " + recipe.version() + " " + hash);
    List<Map<String, Object>> trail = new ArrayList<>();
    String why = "";
    try {
      for (Step step : recipe.steps()) {
        trail.add(runner.run(step, context, place));
      }
      if (recipe.rounds() != null) {
        for (int round = 1; round <= rounds.orElse(recipe.rounds().times()); round++) {
          for (Step step : recipe.rounds().steps()) {
            trail.add(runner.run(step, context, place + ", round " + round));
          }
        }
      }
      for (Step step : recipe.after()) {
        trail.add(runner.run(step, context, place));
      }
      for (Step.Condition condition : recipe.keep()) {
        if (!runner.holds(condition, context, place)) {
          why = "not " + condition;
        }
      }
    } catch (DroppedException e) {
      why = e.getMessage();
    }
    made.put("steps", trail);
    List<Map<String, Object>> outputs = new ArrayList<>();
    if (why.isEmpty()) {
      for (Step.Output output : recipe.outputs()) {
        if (output.when().stream().allMatch(c -> runner.holds(c, context, place))) {
          outputs.add(runner.fill(output.fields(), context, place));
        }
      }
    }
    made.put("kept", why.isEmpty() && !outputs.isEmpty());
    made.put("why", why.isEmpty() && outputs.isEmpty() ? "no output's conditions hold" : why);
    made.put("outputs", outputs);
    return made;
  }

  private int finish(Path folder, Map<Integer, Map<String, Object>> done) {
    StringBuilder records = new StringBuilder();
    StringBuilder outputs = new StringBuilder();
    int kept = 0;
    List<Map.Entry<Integer, Map<String, Object>>> sorted =
        done.entrySet().stream().sorted(Comparator.comparing(Map.Entry::getKey)).toList();
    for (Map.Entry<Integer, Map<String, Object>> entry : sorted) {
      records.append(Json.line(Json.tree(entry.getValue()))).append('\n');
      kept += Boolean.TRUE.equals(entry.getValue().get("kept")) ? 1 : 0;
      for (Object output : (List<?>) entry.getValue().get("outputs")) {
        outputs.append(Json.line(Json.tree(output))).append('\n');
      }
    }
    WholeFile.write(folder.resolve(RECORDS), records);
    WholeFile.write(folder.resolve("outputs.jsonl"), outputs);
    return kept;
  }
}

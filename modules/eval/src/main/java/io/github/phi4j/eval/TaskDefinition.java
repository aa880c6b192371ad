package io.github.phi4j.eval;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.phi4j.eval.data.DataException;
import io.github.phi4j.eval.data.Records;
import io.github.phi4j.eval.internal.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A task file in JSON or YAML: data format, prompt, answer extraction and grading. The built-in
 * tasks are such files.
 */
public final class TaskDefinition {

  private static final List<String> BUILT_IN =
      List.of(
          "sums",
          "gsm8k",
          "mgsm",
          "svamp",
          "math",
          "mmlu",
          "mmlu-pro",
          "gpqa",
          "drop",
          "simpleqa",
          "humaneval",
          "humaneval+",
          "mbpp",
          "ifeval",
          "contest",
          "hellaswag",
          "winogrande",
          "choices",
          "rubric",
          "grounding",
          "defects");

  private final Spec spec;

  private TaskDefinition(Spec spec) {
    this.spec = spec;
  }

  /**
   * Returns the names of the built-in tasks.
   *
   * @return the names
   */
  public static List<String> builtIn() {
    return BUILT_IN;
  }

  /**
   * Returns a built-in task.
   *
   * @param name its name
   * @return the definition
   * @throws IllegalArgumentException if there is no task of this name
   */
  public static TaskDefinition of(String name) {
    if (!BUILT_IN.contains(name)) {
      throw new IllegalArgumentException(
          "found the task '"
              + name
              + "'; expected a file (.json, .yaml) or one of "
              + String.join(", ", BUILT_IN));
    }
    return parse(resource("tasks/" + name + ".yaml"), true, "task " + name);
  }

  /**
   * Reads a task file.
   *
   * @param file a JSON or YAML file
   * @return the definition
   * @throws IllegalArgumentException if the file is invalid; the message has the position
   */
  public static TaskDefinition read(Path file) {
    return parse(Json.read(file), file.toString());
  }

  private static TaskDefinition parse(String text, boolean yaml, String place) {
    return parse(Json.parse(text, yaml, place), place);
  }

  private static TaskDefinition parse(JsonNode node, String place) {
    try {
      Spec spec = Json.mapper().treeToValue(node, Spec.class);
      if (!Scorer.NAMES.contains(spec.score())) {
        throw new IllegalArgumentException(
            place + ": found the score '" + spec.score() + "'; expected one of " + Scorer.NAMES);
      }
      return new TaskDefinition(spec);
    } catch (JsonMappingException e) {
      String field =
          e.getPath().isEmpty() ? "" : " at '" + e.getPath().getLast().getFieldName() + "'";
      Throwable reason = e.getCause() == null ? e : e.getCause();
      throw new IllegalArgumentException(
          place
              + field
              + ": "
              + firstLine(
                  reason instanceof JsonProcessingException j
                      ? j.getOriginalMessage()
                      : reason.getMessage()),
          e);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(place + ": " + e.getOriginalMessage(), e);
    }
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse(text);
  }

  static String resource(String name) {
    try (InputStream stream = TaskDefinition.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("the resource " + name + " is missing");
      }
      return new String(stream.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the task's name.
   *
   * @return the name
   */
  public String name() {
    return spec.name();
  }

  /**
   * Returns a description of the task.
   *
   * @return a sentence
   */
  public String description() {
    return spec.description();
  }

  /**
   * Returns a description of the data and its source.
   *
   * @return a sentence; empty if the data are built in
   */
  public String dataHelp() {
    return spec.dataHelp();
  }

  /**
   * Returns whether it runs the code of replies.
   *
   * @return whether {@link TaskOptions#codeRunner()} is needed
   */
  public boolean runsCode() {
    return spec.score().equals("code");
  }

  /**
   * Returns whether it needs a judge.
   *
   * @return whether {@link TaskOptions#judge()} is needed
   */
  public boolean needsJudge() {
    return spec.score().equals("verdict") || spec.score().equals("grade");
  }

  /**
   * Returns published results.
   *
   * @return values from 0 to 100, or points, by model; empty if unknown
   */
  public Map<String, Double> paper() {
    return spec.paper();
  }

  /**
   * Returns how published values were measured, and differences from this task.
   *
   * @return a sentence; empty if unknown
   */
  public String paperSetting() {
    return spec.paperSetting();
  }

  /**
   * Reads the data.
   *
   * @param options the data and the means of grading
   * @return the task
   * @throws IllegalArgumentException if something is missing or the data are wrong
   */
  public Task load(TaskOptions options) {
    if (runsCode() && options.codeRunner().isEmpty()) {
      throw new IllegalArgumentException(
          "task "
              + name()
              + " runs model-generated code, which must be allowed:"
              + " --allow-code isolated, or TaskOptions.codeRunner");
    }
    if (needsJudge() && options.judge().isEmpty()) {
      throw new IllegalArgumentException(
          "task " + name() + " needs a judge: --judge MODEL, or TaskOptions.judge");
    }
    List<Map<String, Object>> records = records(options.data());
    List<Item> items = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (Map<String, Object> record : records) {
      if (!isWithin(record)) {
        continue;
      }
      Object file = record.get("file");
      int index = counts.merge(String.valueOf(file), 1, Integer::sum) - 1;
      Item item = item(record, counts.size() > 1 ? file + "-" + index : String.valueOf(index));
      if (!ids.add(item.id())) {
        throw new DataException(
            "task "
                + name()
                + ": found two items with the id '"
                + item.id()
                + "'; expected"
                + " different ids");
      }
      items.add(item);
    }
    return new DefinedTask(spec, items, Scorer.of(spec, options));
  }

  private boolean isWithin(Map<String, Object> record) {
    return spec.between().entrySet().stream()
        .allMatch(range ->
            !(record.get(range.getKey()) instanceof Number number)
                || (number.intValue() >= range.getValue().get(0)
                    && number.intValue() <= range.getValue().get(1)));
  }

  private List<Map<String, Object>> records(Optional<Path> data) {
    if (data.isPresent()) {
      return Records.read(data.get(), columns(data.get()));
    }
    if (spec.data() == null) {
      throw new IllegalArgumentException(
          "task " + name() + " needs data: --data FILE. " + spec.dataHelp());
    }
    List<Map<String, Object>> records = new ArrayList<>();
    resource("tasks/" + spec.data())
        .lines()
        .forEach(line -> records.add(Json.map(Json.parse(line, false, "task " + name()))));
    return records;
  }

  /** Column names are for tables without a header; other files name their fields. */
  private List<String> columns(Path data) {
    String name = data.toString().replaceAll("\\.gz$", "");
    boolean table = !name.endsWith(".json") && !name.endsWith(".jsonl");
    return table && !spec.columns().isEmpty() ? spec.columns() : List.of();
  }

  private Item item(Map<String, Object> record, String number) {
    Map<String, Object> fields = new LinkedHashMap<>(record);
    Matcher named = Pattern.compile(spec.fileFields()).matcher(String.valueOf(record.get("file")));
    if (named.find()) {
      named.namedGroups().keySet().forEach(name -> fields.putIfAbsent(name, named.group(name)));
    }
    spec.aliases()
        .forEach((name, others) ->
            others.stream()
                .filter(record::containsKey)
                .findFirst()
                .ifPresent(other -> fields.putIfAbsent(name, record.get(other))));
    String place = "task " + name() + ", item " + number;
    if (!spec.texts().isEmpty()) {
      fields.put("text", texts(fields, place));
    }
    String id = spec.id().isEmpty() ? number : Template.fill(spec.id(), fields, place);
    addChoices(fields, id);
    if (!spec.key().isEmpty() && !fields.containsKey(Scorer.KEY)) {
      fields.put(Scorer.KEY, key(fields, place));
    }
    String group = spec.group().isEmpty() ? id : Template.fill(spec.group(), fields, place);
    return new Item(id, group, fields);
  }

  private Map<String, String> texts(Map<String, Object> fields, String place) {
    String which = String.valueOf(fields.get(spec.textsBy()));
    Map<String, String> texts = spec.texts().get(which);
    if (texts == null) {
      throw new DataException(
          place
              + ": found "
              + spec.textsBy()
              + " '"
              + which
              + "'; expected one of "
              + spec.texts().keySet());
    }
    return texts;
  }

  private Object key(Map<String, Object> fields, String place) {
    Object value = fields.get(spec.key());
    if (value == null) {
      throw new DataException(
          place
              + ": found the fields "
              + fields.keySet()
              + "; expected the key in '"
              + spec.key()
              + "'");
    }
    if (value instanceof List<?>) {
      return value;
    }
    String text = value.toString().strip();
    if (!spec.keyAfter().isEmpty()) {
      int at = text.lastIndexOf(spec.keyAfter());
      if (at < 0) {
        throw new DataException(
            place
                + ": found no '"
                + spec.keyAfter()
                + "' in '"
                + spec.key()
                + "'; the key is"
                + " expected after it");
      }
      text = text.substring(at + spec.keyAfter().length()).strip();
    }
    return switch (spec.keyIs()) {
      case "text", "letter" -> text;
      case "boxed" -> Answers.boxed(text).orElse(text);
      case "alternatives" -> Arrays.asList(text.split("\\|"));
      case "index" -> text.matches("\\d+") ? text : String.valueOf("ABCDEFGHIJ".indexOf(text));
      case "index1" -> String.valueOf(Integer.parseInt(text) - 1);
      case "letter_or_index" ->
          text.matches("\\d+") ? String.valueOf((char) ('A' + Integer.parseInt(text))) : text;
      default ->
          throw new IllegalArgumentException(
              place
                  + ": found key_is '"
                  + spec.keyIs()
                  + "'; expected text, letter, boxed,"
                  + " alternatives, index, index1, letter_or_index or first");
    };
  }

  /** Puts the choices in display order. */
  private void addChoices(Map<String, Object> fields, String id) {
    if (spec.choices().isEmpty()) {
      return;
    }
    List<String> choices = new ArrayList<>();
    for (String field : spec.choices()) {
      switch (fields.get(field)) {
        case null -> {}
        case List<?> list -> list.forEach(choice -> choices.add(String.valueOf(choice)));
        case Object one -> choices.add(one.toString());
      }
    }
    if (choices.isEmpty()) {
      throw new DataException(
          "task "
              + name()
              + ", item "
              + id
              + ": found the fields "
              + fields.keySet()
              + "; expected choices in "
              + spec.choices());
    }
    String first = choices.getFirst();
    if (spec.shuffle()) {
      SplittableRandom random = Seeds.random(0, "choices of " + id);
      for (int i = choices.size() - 1; i > 0; i--) {
        int other = random.nextInt(i + 1);
        String swapped = choices.get(i);
        choices.set(i, choices.get(other));
        choices.set(other, swapped);
      }
    }
    fields.put(Scorer.CHOICES, choices);
    if (spec.keyIs().equals("first")) {
      fields.put(Scorer.KEY, String.valueOf((char) ('A' + choices.indexOf(first))));
    }
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < choices.size(); i++) {
      shown.append(i == 0 ? "" : "\n").append((char) ('A' + i)).append(") ").append(choices.get(i));
    }
    fields.put("shown_choices", shown.toString());
  }
}

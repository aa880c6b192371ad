package io.github.phi4j.eval.synth;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.phi4j.api.Completer;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.GrammarException;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.eval.MathEquality;
import io.github.phi4j.eval.Replies;
import io.github.phi4j.eval.Seeds;
import io.github.phi4j.eval.Template;
import io.github.phi4j.eval.internal.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Runs the steps of a workflow; a step's result becomes a field with its name. */
final class StepRunner {

  private final Completer model;
  private final Completer judge;
  private final long seed;
  private final float temperature;
  private final int maxTokens;
  private final int votes;

  StepRunner(
      Completer model, Completer judge, long seed, float temperature, int maxTokens, int votes) {
    this.model = model;
    this.judge = judge;
    this.seed = seed;
    this.temperature = temperature;
    this.maxTokens = maxTokens;
    this.votes = votes;
  }

  /** Runs a step, adds its result to the fields, and returns its lineage entry. */
  Map<String, Object> run(Step step, Map<String, Object> context, String place) {
    long own = Seeds.of(seed, place + ", step " + step.name());
    Object result;
    if (step.asks()) {
      result = ask(step, context, place, own);
    } else if (step.plurality() != null) {
      result = plurality(step.plurality(), context, place);
    } else if (step.rank() != null) {
      result = rank(step.rank(), context, place);
    } else {
      Step.Append append = step.append();
      String text = Template.fill(append.text(), context, place);
      result = context.getOrDefault(append.to(), "") + text;
      context.put(append.to(), result);
    }
    context.put(step.name(), result);
    Map<String, Object> trail = new LinkedHashMap<>();
    trail.put("step", step.name());
    if (step.asks()) {
      trail.put("seed", own);
    }
    trail.put("result", result);
    return trail;
  }

  private Object ask(Step step, Map<String, Object> context, String place, long own) {
    if (step.each().isEmpty()) {
      int count = count(step.votes());
      List<Map<String, Object>> replies = replies(step, context, place, own, count);
      return step.votes().isEmpty() ? replies.getFirst() : replies;
    }
    List<Object> results = new ArrayList<>();
    for (Object element : list(step.each(), context, place)) {
      Map<String, Object> inner = new LinkedHashMap<>(context);
      inner.put("each", element);
      Map<String, Object> result = new LinkedHashMap<>();
      if (element instanceof Map<?, ?> map) {
        map.forEach((name, value) -> result.put(String.valueOf(name), value));
      }
      result.putAll(replies(step, inner, place, own + results.size(), 1).getFirst());
      results.add(result);
    }
    return results;
  }

  /** The file has a number, or "votes" for the user's option. */
  private int count(String text) {
    return text.isEmpty() ? 1 : text.equals("votes") ? votes : Integer.parseInt(text);
  }

  private List<Map<String, Object>> replies(
      Step step, Map<String, Object> context, String place, long own, int count) {
    List<Message> messages = new ArrayList<>();
    if (!step.system().isEmpty()) {
      messages.add(Message.system(Template.fill(step.system(), context, place).strip()));
    }
    messages.add(Message.user(Template.fill(step.prompt(), context, place).strip()));
    GenerationOptions options =
        GenerationOptions.builder()
            .maxTokens(maxTokens)
            .sampling(Sampling.builder().temperature(temperature).seed(own).build())
            .grammar(Grammar.jsonSchema(Json.line(step.schema())))
            .build();
    Completer asked = step.judge() ? judge : model;
    try {
      return Replies.generate(asked, Prompt.chat(messages), options, count, _ -> false).stream()
          .map(completion -> read(completion, step))
          .toList();
    } catch (GrammarException e) {
      throw new IllegalArgumentException("step '" + step.name() + "': " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      // The prompt does not fit: other records may.
      throw new DroppedException("step '" + step.name() + "': " + e.getMessage());
    }
  }

  private static Map<String, Object> read(Completion completion, Step step) {
    if (completion.finishReason() != FinishReason.STOP) {
      throw new DroppedException(
          "step '"
              + step.name()
              + "' was cut off after "
              + completion.usage().completionTokens()
              + " tokens");
    }
    try {
      return Json.map(Json.read(completion.text()));
    } catch (JsonProcessingException e) {
      throw new DroppedException(
          "step '" + step.name() + "' gave no JSON: " + e.getOriginalMessage());
    }
  }

  private static List<?> list(String name, Map<String, Object> context, String place) {
    Object value = Template.find(name, context).orElse(null);
    if (value instanceof List<?> list) {
      return list;
    }
    throw new IllegalArgumentException(
        place
            + ": found "
            + (value == null ? "nothing" : "no list")
            + " named '"
            + name
            + "'; expected the result of a step with votes or each");
  }

  private static Map<String, Object> plurality(
      Step.Plurality plurality, Map<String, Object> context, String place) {
    List<String> answers = new ArrayList<>();
    for (Object element : list(plurality.of(), context, place)) {
      answers.add(Template.fill("{{" + plurality.field() + "}}", asMap(element), place).strip());
    }
    int max = 0;
    String best = "";
    for (String answer : answers) {
      int count = (int) answers.stream().filter(other -> same(answer, other)).count();
      if (count > max) {
        max = count;
        best = answer;
      }
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("answer", best);
    result.put("agreement", max / (double) answers.size());
    result.put("most", max);
    if (plurality.key() != null) {
      String key = Template.fill(plurality.key(), context, place);
      result.put(
          "right",
          answers.stream().filter(answer -> same(answer, key)).count() / (double) answers.size());
      result.put(
          "wrong_answer", answers.stream().filter(a -> !same(a, key)).findFirst().orElse(""));
    }
    return result;
  }

  private static boolean same(String left, String right) {
    return plain(left).equals(plain(right)) || MathEquality.equal(left, right);
  }

  private static String plain(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", " ").strip();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> asMap(Object element) {
    return element instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of("value", element);
  }

  private static Map<String, Object> rank(
      Step.Rank rank, Map<String, Object> context, String place) {
    Map<String, Object> result = new LinkedHashMap<>();
    double best = Double.NEGATIVE_INFINITY;
    double worst = Double.POSITIVE_INFINITY;
    for (Object element : list(rank.of(), context, place)) {
      double sum = 0;
      for (String field : rank.by()) {
        sum += number(field, asMap(element), place);
      }
      double mean = sum / rank.by().size();
      if (mean > best) {
        best = mean;
        result.put("best", element);
      }
      if (mean < worst) {
        worst = mean;
        result.put("worst", element);
      }
    }
    result.put("gap", best - worst);
    return result;
  }

  boolean holds(Step.Condition condition, Map<String, Object> context, String place) {
    return condition.holds(number(condition.value(), context, place));
  }

  private static double number(String name, Map<String, Object> fields, String place) {
    Object value = Template.find(name, fields).orElse("nothing");
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw new IllegalArgumentException(
        place + ": found '" + value + "' for '" + name + "'; expected a number");
  }

  Map<String, Object> fill(Map<String, String> fields, Map<String, Object> context, String place) {
    Map<String, Object> filled = new LinkedHashMap<>();
    fields.forEach((name, template) -> filled.put(name, Template.fill(template, context, place)));
    return filled;
  }
}

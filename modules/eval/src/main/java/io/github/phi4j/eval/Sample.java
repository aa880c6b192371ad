package io.github.phi4j.eval;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.eval.data.DataException;
import io.github.phi4j.eval.internal.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One reply to one question, with its grade.
 *
 * @param item the question
 * @param prompt the prompt, as text
 * @param run the index among the question's replies, from 0
 * @param seed its seed
 * @param reply the reply
 * @param grade the grade
 */
public record Sample(Item item, String prompt, int run, long seed, Reply reply, Grade grade) {

  /** Converts this sample to a record with lm-evaluation-harness's field names. */
  Map<String, Object> toRecord(Task task, int number) {
    ObjectNode node = Json.object();
    node.put("doc_id", number);
    node.put("item", item.id());
    node.put("group", item.group());
    node.put("run", run);
    node.put("seed", seed);
    node.set("doc", Json.tree(item.fields()));
    node.put("target", String.join(" | ", item.texts(Scorer.KEY)));
    node.putObject("arguments").putObject("gen_args_0").put("arg_0", prompt);
    node.putArray("resps").addArray().add(reply.text());
    node.putArray("filtered_resps").add(grade.extracted());
    node.put("filter", "none");
    ArrayNode metrics = node.putArray("metrics");
    metrics.add(task.metric());
    grade.measures().keySet().stream().filter(m -> !m.equals(task.metric())).forEach(metrics::add);
    node.put(task.metric(), grade.score());
    ObjectNode measures = node.putObject("measures");
    grade
        .measures()
        .forEach((metric, measure) -> {
          node.put(metric, measure.value());
          measures.putArray(metric).add(measure.value()).add(measure.weight());
        });
    node.put("score", grade.score());
    node.put("status", grade.status().name());
    node.put("why", grade.why());
    node.put("finish", reply.finishReason().name());
    node.put("tokens", reply.tokens());
    ArrayNode likelihoods = node.putArray("likelihoods");
    reply.likelihoods().forEach(l -> likelihoods.addArray().add(l.logProb()).add(l.bytes()));
    reply.probabilities().forEach(node.putArray("probabilities")::add);
    node.put("chosen", reply.chosen());
    return Json.map(node);
  }

  /** Reads a record of {@link #toRecord}. */
  static Sample of(Map<String, Object> entry, Item item, String place) {
    try {
      List<Reply.Likelihood> likelihoods = new ArrayList<>();
      for (Object pair : (List<?>) entry.get("likelihoods")) {
        likelihoods.add(
            new Reply.Likelihood(
                number(((List<?>) pair).get(0)), (int) number(((List<?>) pair).get(1))));
      }
      List<Double> probabilities =
          ((List<?>) entry.get("probabilities")).stream().map(Sample::number).toList();
      Reply reply =
          new Reply(
              (String) ((List<?>) ((List<?>) entry.get("resps")).get(0)).get(0),
              FinishReason.valueOf((String) entry.get("finish")),
              (int) number(entry.get("tokens")),
              likelihoods,
              probabilities,
              (String) entry.get("chosen"));
      Map<String, Measure> measures = new LinkedHashMap<>();
      ((Map<?, ?>) entry.get("measures"))
          .forEach((metric, value) -> {
            List<?> pair = (List<?>) value;
            measures.put((String) metric, new Measure(number(pair.get(0)), number(pair.get(1))));
          });
      Grade grade =
          new Grade(
              number(entry.get("score")),
              Grade.Status.valueOf((String) entry.get("status")),
              (String) ((List<?>) entry.get("filtered_resps")).get(0),
              (String) entry.get("why"),
              measures);
      long seed = ((Number) entry.get("seed")).longValue();
      String prompt =
          (String)
              ((Map<?, ?>) ((Map<?, ?>) entry.get("arguments")).get("gen_args_0")).get("arg_0");
      return new Sample(item, prompt, (int) number(entry.get("run")), seed, reply, grade);
    } catch (ClassCastException
        | NullPointerException
        | IndexOutOfBoundsException
        | IllegalArgumentException e) {
      throw new DataException(
          place
              + ": found a record of item '"
              + item.id()
              + "' that this program did not "
              + "write",
          e);
    }
  }

  private static double number(Object value) {
    return ((Number) value).doubleValue();
  }
}

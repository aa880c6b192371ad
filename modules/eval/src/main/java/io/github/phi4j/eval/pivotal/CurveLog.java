package io.github.phi4j.eval.pivotal;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.phi4j.eval.RunFolder;
import io.github.phi4j.eval.data.DataException;
import io.github.phi4j.eval.data.RunLog;
import io.github.phi4j.eval.internal.Json;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/**
 * The folder of a search: {@code run.json} with its settings, and {@code curves.jsonl} with a line
 * for each question. Questions are searched in order, so that a resumed search adds the same lines
 * as an uninterrupted one.
 */
final class CurveLog implements AutoCloseable {

  private static final String FILE = "curves.jsonl";

  /** The outcome for a question. */
  enum Outcome {
    SEARCHED,
    /** It is answered correctly too rarely or too often. */
    PASSED_OVER,
    /** The budget ended before its difficulty was known. */
    BUDGET_SPENT
  }

  /**
   * A line of the file.
   *
   * @param item the question's id
   * @param outcome the outcome
   * @param right the number of right answers among those sampled for its difficulty
   * @param asked the number of answers sampled for its difficulty
   * @param generated the number of tokens generated for it
   * @param curve its success curve, or null if it was not searched
   */
  record Entry(
      String item, Outcome outcome, int right, int asked, long generated, SuccessCurve curve) {}

  private final RunLog log;
  private final Queue<Map<String, Object>> found;

  private CurveLog(RunLog log) {
    this.log = log;
    found = new ArrayDeque<>(log.found());
  }

  static CurveLog open(Path folder, Map<String, Object> settings) {
    RunFolder.of(folder).begin(settings);
    return new CurveLog(RunLog.open(folder.resolve(FILE)));
  }

  /** Returns the next line of an earlier run, which must be for this question. */
  Optional<Entry> next(String item) {
    if (found.isEmpty()) {
      return Optional.empty();
    }
    try {
      Entry entry = Json.mapper().treeToValue(Json.tree(found.remove()), Entry.class);
      if (!entry.item().equals(item)) {
        throw new DataException(
            FILE
                + ": found item '"
                + entry.item()
                + "'; expected '"
                + item
                + "'. Choose another folder");
      }
      return Optional.of(entry);
    } catch (JsonProcessingException e) {
      throw new DataException(FILE + ": found an invalid record for item '" + item + "'", e);
    }
  }

  void add(Entry entry) {
    log.append(Json.map(Json.tree(entry)));
    log.force();
  }

  @Override
  public void close() {
    log.close();
  }
}

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
 * for each question. Questions are searched in their order, so a search that resumes adds the lines
 * that an uninterrupted one would.
 */
final class CurveLog implements AutoCloseable {

  private static final String FILE = "curves.jsonl";

  /** What became of a question. */
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
   * @param outcome what became of it
   * @param right how many of the answers that were asked for its difficulty are right
   * @param asked how many there were
   * @param generated the tokens that all of it took
   * @param curve the curve of a question that was searched, or null
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

  /** The next line that an earlier run left, which must be of a certain question. */
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
                + "' where '"
                + item
                + "' is next; choose another folder");
      }
      return Optional.of(entry);
    } catch (JsonProcessingException e) {
      throw new DataException(
          FILE + ": found no record of this program's for item '" + item + "'", e);
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

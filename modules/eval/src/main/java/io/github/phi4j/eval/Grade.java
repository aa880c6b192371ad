package io.github.phi4j.eval;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The grade of a reply.
 *
 * @param score from 0 (wrong) to 1 (right); in between for a share or a probability
 * @param status the outcome
 * @param extracted the answer extracted from the reply, empty if there is none
 * @param why the reason, in a few words
 * @param measures further values, by metric
 */
public record Grade(
    double score, Status status, String extracted, String why, Map<String, Measure> measures) {

  /** The outcome for a question. */
  public enum Status {
    /** The answer is right. */
    RIGHT,
    /** The answer is wrong or partly right. */
    WRONG,
    /** The reply has no answer. */
    UNANSWERED,
    /** The reply has no answer and was cut off by a limit. */
    CUT_OFF,
    /** The answer could not be graded, for instance because code timed out or crashed. */
    ERROR
  }

  /**
   * Creates a grade.
   *
   * @throws IllegalArgumentException if the score is not from 0 to 1
   */
  public Grade {
    if (!(score >= 0 && score <= 1)) {
      throw new IllegalArgumentException("a score is from 0 to 1, not " + score);
    }
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(extracted, "extracted");
    Objects.requireNonNull(why, "why");
    measures = Collections.unmodifiableMap(new LinkedHashMap<>(measures));
  }

  /**
   * Returns a grade for an answer that is right or wrong.
   *
   * @param right whether it is right
   * @param extracted the answer
   * @param why the reason
   * @return the grade, 1 or 0
   */
  public static Grade of(boolean right, String extracted, String why) {
    return new Grade(right ? 1 : 0, right ? Status.RIGHT : Status.WRONG, extracted, why, Map.of());
  }

  /**
   * Returns a grade for a reply without an answer.
   *
   * @param reply the reply
   * @param why the reason
   * @return the grade, 0; its status is {@link Status#CUT_OFF} if the reply ended at a limit
   */
  public static Grade none(Reply reply, String why) {
    return new Grade(0, reply.cutOff() ? Status.CUT_OFF : Status.UNANSWERED, "", why, Map.of());
  }

  /**
   * Returns this grade with another measure.
   *
   * @param metric the metric's name
   * @param measure the value
   * @return the grade
   */
  public Grade with(String metric, Measure measure) {
    Map<String, Measure> more = new LinkedHashMap<>(measures);
    more.put(metric, measure);
    return new Grade(score, status, extracted, why, more);
  }
}

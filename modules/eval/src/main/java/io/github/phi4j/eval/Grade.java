package io.github.phi4j.eval;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What a reply is worth.
 *
 * @param score from 0, wrong, to 1, right; between them for a share or a probability
 * @param status what became of the question
 * @param extracted the answer found in the reply, empty if there is none
 * @param why what decided, in a few words
 * @param measures further values, by the names of their metrics
 */
public record Grade(
    double score, Status status, String extracted, String why, Map<String, Measure> measures) {

  /** What became of a question. */
  public enum Status {
    /** The answer is right. */
    RIGHT,
    /** The answer is wrong, or right in part. */
    WRONG,
    /** There is no answer in the reply. */
    UNANSWERED,
    /** There is no answer, and the reply was cut off by the limit of tokens. */
    CUT_OFF,
    /** The answer could not be judged, as code that ran out of time or crashed. */
    ERROR
  }

  /**
   * Creates a grade.
   *
   * @throws IllegalArgumentException if the score is outside of 0 to 1
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
   * A grade for an answer that is right or wrong.
   *
   * @param right whether it is right
   * @param extracted the answer
   * @param why what decided
   * @return the grade, 1 or 0
   */
  public static Grade of(boolean right, String extracted, String why) {
    return new Grade(right ? 1 : 0, right ? Status.RIGHT : Status.WRONG, extracted, why, Map.of());
  }

  /**
   * A grade for a reply without an answer.
   *
   * @param reply the reply
   * @param why what was looked for
   * @return the grade, 0, {@link Status#CUT_OFF} if the reply ended at a limit
   */
  public static Grade none(Reply reply, String why) {
    return new Grade(0, reply.cutOff() ? Status.CUT_OFF : Status.UNANSWERED, "", why, Map.of());
  }

  /**
   * This grade with another measure.
   *
   * @param metric the metric's name
   * @param measure the value
   * @return a grade with it
   */
  public Grade with(String metric, Measure measure) {
    Map<String, Measure> more = new LinkedHashMap<>(measures);
    more.put(metric, measure);
    return new Grade(score, status, extracted, why, more);
  }
}

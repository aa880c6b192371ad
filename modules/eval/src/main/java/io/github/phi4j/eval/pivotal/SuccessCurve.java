package io.github.phi4j.eval.pivotal;

import io.github.phi4j.eval.Item;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The success probability along one sampled answer.
 *
 * @param item the question
 * @param prompt the prompt, as text
 * @param promptTokens the prompt, as token ids
 * @param success whether the answer is correct
 * @param start the probability of a correct answer before the first token
 * @param startError its standard error
 * @param points the tokens in order
 * @param skipped the maximum error of p from skipping nearly certain tokens
 * @param rollouts the number of sampled continuations
 * @param generated the number of generated tokens, including the answer
 */
public record SuccessCurve(
    Item item,
    String prompt,
    @SuppressWarnings("ArrayRecordComponent") int[] promptTokens, // copied, compared by contents
    boolean success,
    double start,
    double startError,
    List<Point> points,
    double skipped,
    int rollouts,
    long generated) {

  /** The classification of a token. */
  public enum Status {
    /** It cannot be pivotal: the token was nearly certain. */
    CERTAIN,
    /** Its step is smaller than the gap. */
    SMALL,
    /** Its step is too close to the gap to decide, or the budget was used up. */
    UNDECIDED,
    /** Its step is at least the gap, confirmed by fresh rollouts. */
    PIVOTAL
  }

  /**
   * A token of the answer.
   *
   * @param token its id
   * @param text its text
   * @param probability its sampling probability
   * @param before the probability of a correct answer before it
   * @param after the probability after it
   * @param error the standard error of the step
   * @param afterError the standard error of the probability after it
   * @param status the classification
   * @param alternatives alternative tokens with rollouts
   */
  public record Point(
      int token,
      String text,
      double probability,
      double before,
      double after,
      double error,
      double afterError,
      Status status,
      List<Alternative> alternatives) {

    /** Creates a point. */
    public Point {
      alternatives = List.copyOf(alternatives);
    }

    /**
     * Returns the token's change of the success probability.
     *
     * @return after minus before
     */
    public double step() {
      return after - before;
    }
  }

  /**
   * An alternative token.
   *
   * @param token its id
   * @param text its text
   * @param probability its sampling probability
   * @param success the success rate after it
   * @param rollouts the number of rollouts
   */
  public record Alternative(
      int token, String text, double probability, double success, int rollouts) {}

  /** Creates a curve. */
  public SuccessCurve {
    promptTokens = promptTokens.clone();
    points = List.copyOf(points);
  }

  /** {@return a copy of the prompt's token ids} */
  @Override
  public int[] promptTokens() {
    return promptTokens.clone();
  }

  /**
   * Returns the pivotal tokens.
   *
   * @return the indices of their points
   */
  public List<Integer> pivotal() {
    return IntStream.range(0, points.size())
        .filter(i -> points.get(i).status() == Status.PIVOTAL)
        .boxed()
        .toList();
  }

  /** Returns all values by name, for {@code equals}, {@code hashCode} and {@code toString}. */
  private Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("item", item);
    values.put("prompt", prompt);
    values.put("promptTokens", Arrays.stream(promptTokens).boxed().toList());
    values.put("success", success);
    values.put("start", start);
    values.put("startError", startError);
    values.put("points", points);
    values.put("skipped", skipped);
    values.put("rollouts", rollouts);
    values.put("generated", generated);
    return values;
  }

  /** Returns whether all values are equal, token ids by content. */
  @Override
  public boolean equals(Object other) {
    return other instanceof SuccessCurve that && values().equals(that.values());
  }

  @Override
  public int hashCode() {
    return values().hashCode();
  }

  @Override
  public String toString() {
    return "SuccessCurve" + values();
  }
}

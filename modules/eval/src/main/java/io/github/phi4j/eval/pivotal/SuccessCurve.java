package io.github.phi4j.eval.pivotal;

import io.github.phi4j.eval.Item;
import java.util.List;

/**
 * How probable a right answer was along one sampled answer.
 *
 * @param item the question
 * @param prompt how it was put, as text
 * @param promptTokens how it was put, as token ids
 * @param success whether the answer is right
 * @param start the probability of a right answer before the first token
 * @param startError its standard error
 * @param points what each token did, in order
 * @param skipped by how much p may be off at most, since tokens that could hardly have been others
 *     were passed over
 * @param rollouts how many continuations were sampled
 * @param generated how many tokens they took, the answer itself included
 */
public record SuccessCurve(
    Item item,
    String prompt,
    List<Integer> promptTokens,
    boolean success,
    double start,
    double startError,
    List<Point> points,
    double skipped,
    int rollouts,
    long generated) {

  /** What is known of a token. */
  public enum Status {
    /** It cannot be pivotal: the sampler would hardly have taken another. */
    CERTAIN,
    /** Its step is smaller than the gap. */
    SMALL,
    /** Its step is too near to the gap to tell, or the budget ended. */
    UNDECIDED,
    /** Its step is at least the gap, confirmed by fresh rollouts. */
    PIVOTAL
  }

  /**
   * A token of the answer.
   *
   * @param token its id
   * @param text its text
   * @param probability how probable the sampler was to take it
   * @param before the probability of a right answer before it
   * @param after the probability after it
   * @param error the standard error of the step
   * @param afterError the standard error of the probability after it
   * @param status what is known of it
   * @param alternatives the tokens that were tried in its place
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
     * What the token did to the probability of a right answer.
     *
     * @return after minus before
     */
    public double step() {
      return after - before;
    }
  }

  /**
   * A token in another's place.
   *
   * @param token its id
   * @param text its text
   * @param probability how probable the sampler was to take it
   * @param success the share of right answers after it
   * @param rollouts how many there were
   */
  public record Alternative(
      int token, String text, double probability, double success, int rollouts) {}

  /** Creates a curve. */
  public SuccessCurve {
    promptTokens = List.copyOf(promptTokens);
    points = List.copyOf(points);
  }

  /**
   * The pivotal tokens.
   *
   * @return the indices of their points
   */
  public List<Integer> pivotal() {
    return java.util.stream.IntStream.range(0, points.size())
        .filter(i -> points.get(i).status() == Status.PIVOTAL)
        .boxed()
        .toList();
  }
}
